"""The network in containers, started, used, hurt and started again; opt-in by `--containers`, since it builds images."""

import http.client
import json
import os
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contracts.registry import SERVICES
from embedded.ports import free_port

pytestmark = [pytest.mark.docker, pytest.mark.timeout(1800)]
ROOT = Path(__file__).resolve().parents[2]
SERVERS = {*SERVICES, "nats", "postgres", "proxy"}
READY_SECONDS = 240.0


def compose_program() -> list[str]:
    """The compose that is installed; skips where there is none, or no engine answers."""
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "info"], capture_output=True, check=False, timeout=30).returncode:
        pytest.skip("no Docker engine answers")
    if subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0:
        return [docker, "compose"]
    old = shutil.which("docker-compose")
    return [old] if old else pytest.skip("neither `docker compose` nor `docker-compose` is installed")


@dataclass(frozen=True)
class Stack:
    """One project of containers."""

    program: list[str]
    project: str
    port: int
    environment: dict[str, str]

    def compose(self, *words: str) -> str:
        """Run a compose command and return what it prints."""
        done = subprocess.run(
            [*self.program, "-p", self.project, *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"compose {' '.join(words)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def container(self, service: str) -> str:
        """Its id."""
        return self.compose("ps", "-q", service).strip()

    def state(self, service: str) -> dict[str, Any]:
        """What the engine knows of a service's container."""
        answer = subprocess.run(
            ["docker", "inspect", "--format", "{{json .State}}", self.container(service)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        state: dict[str, Any] = json.loads(answer.stdout)
        return state

    def wait_healthy(self, services: set[str]) -> None:
        """Wait until the engine calls all of them healthy."""
        deadline = time.monotonic() + READY_SECONDS
        waiting = set(services)
        while waiting:
            waiting = {name for name in waiting if self.state(name).get("Health", {}).get("Status") != "healthy"}
            if waiting and time.monotonic() > deadline:
                name = sorted(waiting)[0]
                pytest.fail(f"not healthy: {sorted(waiting)}\n{self.compose('logs', '--tail=30', name)}")
            threading.Event().wait(2 if waiting else 0)

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, str, str]:
        """Ask Caddy; status, type or place, text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            kind = answer.headers.get("Location") or answer.headers.get("Content-Type") or ""
            return answer.status, kind, answer.read().decode(errors="replace")
        finally:
            connection.close()

    def sign_in(self, login: str, password: str) -> str:
        """A token for programs."""
        status, _, text = self.ask("POST", "/center/api/v1/token", {"login": login, "password": password})
        assert status == 200, text
        return str(json.loads(text)["access_token"])


@pytest.fixture(scope="module")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    if not request.config.getoption("--containers"):
        pytest.skip("builds images and starts the whole network, minutes long: pytest --containers tests/containers")
    program = compose_program()
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BG_", "COMPOSE_"))}
    port = free_port()
    chosen = {
        "BG_PORT": str(port),
        "BG_NATS_PORT": str(free_port()),
        "BG_IMAGE": "bezgranits:test",
        "BG_PROXY_IMAGE": "bezgranits-proxy:test",
    }
    passed_on = {key: os.environ[key] for key in ("BG_BUILD_NETWORK",) if key in os.environ}
    stack = Stack(program, f"bgtest{secrets.token_hex(3)}", port, {**kept, **chosen, **passed_on})
    try:
        stack.compose("build", "init")
        stack.compose("build", "proxy")
        stack.compose("up", "-d")
        stack.wait_healthy(SERVERS)
        yield stack
    finally:
        stack.compose("down", "-v", "--remove-orphans")


def test_the_network_answers_through_one_origin(stack: Stack) -> None:
    assert stack.ask("GET", "/")[:2] == (302, "/catalog/")
    for page in ("/catalog/", "/center/sign-in"):
        status, kind, text = stack.ask("GET", page)
        assert (status, kind) == (200, "text/html; charset=utf-8"), page
        style = text.partition('href="/assets/')[2].partition('"')[0]
        assert stack.ask("GET", f"/assets/{style}")[0] == 200
    assert stack.ask("GET", "/metrics")[0] == 404


def test_a_service_that_ends_comes_back_by_itself(stack: Stack) -> None:
    before = stack.state("catalog")["StartedAt"]
    kill = "import os, signal; os.kill(1, signal.SIGTERM)"
    stack.compose("exec", "-T", "catalog", "python", "-c", kill)
    deadline = time.monotonic() + 60
    while stack.state("catalog")["StartedAt"] == before:
        assert time.monotonic() < deadline, "nobody started it again"
        threading.Event().wait(1)
    stack.wait_healthy({"catalog"})
    assert stack.ask("GET", "/catalog/")[0] == 200


def test_what_people_gave_outlives_the_containers(stack: Stack) -> None:
    password = stack.compose("run", "--rm", "-T", "init", "show-admin-password").strip()
    token = stack.sign_in("admin", password)
    mine = secrets.token_urlsafe(18)
    account = {"login": "kept", "password": mine, "roles": ["operator"], "name": "Проба"}
    assert stack.ask("POST", "/center/api/v1/accounts", account, token)[0] == 201
    stack.compose("down")
    stack.compose("up", "-d")
    stack.wait_healthy(SERVERS)
    stack.sign_in("kept", mine)
    assert stack.compose("run", "--rm", "-T", "init", "show-admin-password").strip() == password
