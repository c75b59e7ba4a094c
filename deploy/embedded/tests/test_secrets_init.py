import json
import re
import shlex
import stat
from pathlib import Path

import pytest

from chassis.nkeys import KeyKind, KeyPair, parse_creds, read_claims
from embedded.nats_permissions import SERVICES
from embedded.postgres import PostgresServer, run_sql
from embedded.secrets_init import NATS_ACCOUNTS, main


@pytest.fixture
def volumes(tmp_path: Path) -> Path:
    assert main(["--volumes", str(tmp_path), "prepare"]) == 0
    return tmp_path


def contents(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in files}


def assignments(path: Path) -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(path.read_text(encoding="utf-8")))


def test_a_second_start_keeps_every_secret(volumes: Path) -> None:
    before = contents(volumes)
    main(["--volumes", str(volumes), "prepare"])
    after = contents(volumes)
    assert set(after) == set(before)
    signed = {name for name in before if name.endswith((".creds", "accounts.conf"))}  # claims carry their time
    assert {name: text for name, text in after.items() if name not in signed} == {
        name: text for name, text in before.items() if name not in signed
    }
    for name in signed - {"nats/accounts.conf"}:
        assert parse_creds(after[name]).seed == parse_creds(before[name]).seed


def test_everything_is_for_its_owner_alone(volumes: Path) -> None:
    for path in volumes.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_service_gets_its_own_part_and_no_seed_that_signs(volumes: Path) -> None:
    for service in SERVICES:
        variables = assignments(volumes / service / "service.env")
        assert set(re.findall(r"//(\w+?)_(?:app|worker):", " ".join(variables.values()))) == {service}
        claims = read_claims(parse_creds((volumes / service / f"{service}.creds").read_text()).jwt)
        assert claims["name"] == service
        files = {path.name for path in (volumes / service).iterdir()}
        if service != "center":
            assert files == {"service.env", f"{service}.creds"}
        for variable, value in variables.items():
            if value.startswith("/"):
                assert Path(value).name in files, variable
    seed = (volumes / "center" / "operator-signing.seed").read_text().strip()
    assert KeyPair.from_seed(seed).public.startswith(KeyPair.create(KeyKind.OPERATOR).public[0])
    broker = "".join(contents(volumes / "nats").values())
    assert json.dumps(NATS_ACCOUNTS) in broker
    assert not re.search(r"\bS[OAU][A-Z2-7]{56}\b", broker)


def test_the_administrators_password_is_printed_alone(volumes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    main(["--volumes", str(volumes), "show-admin-password"])
    printed = capsys.readouterr().out
    assert printed.strip() == (volumes / "center" / "administrator.password").read_text().strip()
    assert len(printed.strip()) >= 16


def test_the_sql_makes_databases_that_the_roles_may_enter(volumes: Path, postgres: PostgresServer) -> None:
    for service in SERVICES:  # other tests of the session share the cluster
        run_sql(postgres.superuser_url, f"DROP DATABASE IF EXISTS bg_{service} WITH (FORCE)")
    script = (volumes / "postgres" / "databases.sql").read_text(encoding="utf-8")
    try:
        for _ in range(2):  # what exists is brought up to date
            run_sql(postgres.superuser_url, script)
        for service in SERVICES:
            variables = assignments(volumes / "migrations" / f"{service}.env")
            for role in ("owner", "app", "worker"):
                url = variables[f"BG_DATABASE_{role.upper()}_URL"]
                here = url.replace("+asyncpg", "").replace("postgres:5432", f"127.0.0.1:{postgres.port}")
                assert run_sql(here, "SELECT current_user") == f"{service}_{role}"
    finally:
        for service in SERVICES:
            run_sql(postgres.superuser_url, f"DROP DATABASE IF EXISTS bg_{service} WITH (FORCE)")
