# Every routine of the repository. `make` alone lists them. Recipes run in the repository's folder and use relative paths
# only, so that a path with spaces works; nothing is written outside it, apart from the caches of pip, uv and npm.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

# --- what may be chosen on the command line -------------------------------------------------------------------------
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
            "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
DEMO ?=
BASE_URL ?=
ONLY ?=
ARGS ?=

VENV := .venv/bin
PY := $(VENV)/python
FRONT := $(shell find shared/chassis/front -type f 2>/dev/null) package.json package-lock.json
SOURCE_FOLDERS := shared/*/src services/*/src deploy/embedded/src tests/support
export UV_SYSTEM_CERTS ?= 1
# many short processes: without bytecode each of them would compile the sources anew
unexport PYTHONDONTWRITEBYTECODE

# a home that cannot be written (a service account, a container) must not stop the caches
ifneq ($(shell test -w "$$HOME" && echo writable),writable)
export XDG_CACHE_HOME := $(CURDIR)/.data/cache
export npm_config_cache := $(CURDIR)/.data/cache/npm
endif

.PHONY: help setup demo up down status test lint types arch contracts bench ci format lock clean

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  Quick start: make demo (one event through the whole network), make up DEMO=1 (the network, until Ctrl-C)."

# --- set-up: stamps, so that it is quick when nothing has changed -----------------------------------------------------
setup: .venv/.paths .data/assets/build.stamp ## make .venv and the front-end files (every target does it by itself)
	@:

.venv/.ready: requirements.lock
	@if [[ -z '$(PYTHON)' ]]; then \
	  echo "Python 3.11 or later is needed, and $$(python3 --version 2>&1 || true) is what python3 gives." >&2; \
	  echo "Install one, or name it: make setup PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@rm -f .venv/.ready
	@"$(PY)" -c 'import pip' 2>/dev/null || { \
	  echo "· virtual environment with $$("$(PYTHON)" --version)"; rm -rf .venv; \
	  "$(PYTHON)" -m venv .venv || { echo "The module venv does not work: on Debian, apt-get install python3-venv" >&2; exit 1; }; }
	@awk '/^uv==/ {ours = 1; print; next} /^[^ ]/ {ours = 0} ours && !/#/' requirements.lock > .venv/uv.txt
	@echo "· packages of requirements.lock ($$(grep -c '^[a-z0-9]' requirements.lock), checked by their hashes)"
	@"$(PY)" -m uv --version 2>/dev/null | grep -qF "$$(sed -n 's/^uv==\([^ ]*\).*/uv \1/p' .venv/uv.txt)" || \
	  "$(PY)" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.txt
	@index="$${UV_DEFAULT_INDEX:-$$("$(PY)" -m pip config get global.index-url 2>/dev/null || echo "$${PIP_INDEX_URL:-}")}"; \
	  if [[ -n "$$index" ]]; then export UV_DEFAULT_INDEX="$$index"; fi; \
	  "$(PY)" -m uv pip sync --quiet --compile-bytecode --require-hashes --python "$(PY)" requirements.lock || { \
	    echo "· uv could not install them; once more with pip, which is slower" >&2; \
	    "$(PY)" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; }
	@touch .venv/.ready

# one .pth file puts every source folder on the path, relative to site-packages, so that the tree may be moved
.venv/.paths: .venv/.ready services shared deploy
	@"$(PY)" -c 'import glob, os, pathlib, sys, sysconfig; \
	  site = pathlib.Path(sysconfig.get_path("purelib")); \
	  found = [path for pattern in sys.argv[1:] for path in sorted(glob.glob(pattern))]; \
	  (site / "bezgranits.pth").write_text("".join(os.path.relpath(path, site) + "\n" for path in found)); \
	  print("·", len(found), "source folders on the path")' $(foreach folder,$(SOURCE_FOLDERS),'$(folder)')
	@touch .venv/.paths

.data/assets/build.stamp: $(FRONT) shared/chassis/src/chassis/assets.py | .venv/.paths
	@echo "· front-end files (styles, script, font)"
	@"$(PY)" -m chassis.assets build
	@touch .data/assets/build.stamp

# --- run ------------------------------------------------------------------------------------------------------------
demo: setup ## one way of an event, told step by step: BASE_URL=https://… asks a network that runs already
	@"$(PY)" -m embedded demo $(if $(BASE_URL),--base-url '$(BASE_URL)') $(ARGS)

up: setup ## the whole network on this machine until Ctrl-C: DEMO=1 with generated people
	@"$(PY)" -m embedded up $(if $(filter-out 0,$(DEMO)),--demo) $(ARGS)

down: .venv/.paths ## stop it from another terminal (DEMO=1 for the demonstration network)
	@"$(PY)" -m embedded down $(if $(filter-out 0,$(DEMO)),--demo) $(ARGS)

status: .venv/.paths ## what runs and at which address (DEMO=1 for the demonstration network)
	@"$(PY)" -m embedded status $(if $(filter-out 0,$(DEMO)),--demo) $(ARGS) || [[ $$? -eq 3 ]] # 3: nothing runs

# --- check ----------------------------------------------------------------------------------------------------------
test: setup ## all tests on real servers: ARGS='services/catalog -k offer' chooses
	@without=(); \
	if ! command -v chromium chromium-browser google-chrome >/dev/null && [[ ! -x "$${BG_CHROMIUM:-}" ]]; then \
	  echo "No Chromium here: the tests in a browser are left out (apt-get install chromium, or BG_CHROMIUM=/path/to/it)."; \
	  without+=(browser); fi; \
	if ! timeout 20 docker info >/dev/null 2>&1; then \
	  echo "No Docker engine here: the tests in containers are left out; the servers come from wheels."; \
	  without+=(docker); fi; \
	"$(PY)" -m pytest -n 2 --dist loadgroup $${without:+-m "not ($$(IFS=,; echo "$${without[*]}" | sed 's/,/ or /g'))"} $(ARGS)

lint: .venv/.paths ## style, formatting, and dependencies that are declared and used
	@code=0; \
	"$(PY)" -m ruff check || code=1; \
	"$(PY)" -m ruff format --check || code=1; \
	"$(PY)" -m deptry --no-ansi shared services deploy || code=1; \
	exit $$code

types: .venv/.paths ## mypy, strict
	@"$(PY)" -m mypy

arch: .venv/.paths ## who may import whom, sizes and names
	@"$(PY)" -c 'from importlinter.cli import lint_imports_command as run; run()' --no-logo
	@"$(PY)" -m pytest -q tests/architecture

contracts: .venv/.paths ## store the schemas and examples of events and write docs/events.md; refuses what breaks a reader
	@"$(PY)" -m contracts write
	@"$(PY)" -m contracts check
	@"$(PY)" -m contracts docs

ci: lint types arch test ## what every change must pass

bench: setup ## measure the backbone side by side with its peers: ONLY=relay chooses
	@PYTHONPATH=tests "$(PY)" -m bench $(ONLY) $(ARGS)

# --- keep -----------------------------------------------------------------------------------------------------------
format: .venv/.paths ## format the sources and repair what ruff can
	@"$(PY)" -m ruff check --fix-only --quiet
	@"$(PY)" -m ruff format

lock: .venv/.ready ## renew requirements.lock from pyproject.toml (ARGS=--upgrade for the newest)
	@"$(PY)" -m uv pip compile -q --generate-hashes --no-emit-index-url --python-version 3.11 --group embedded --group dev \
	  pyproject.toml --custom-compile-command "make lock" -o requirements.lock $(ARGS)

clean: ## remove what can be made again; the data of `make up` in .data stay
	@rm -rf .venv node_modules .data/assets .data/cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
