"""Secrets of a container installation: made once, kept in one volume, and handed to each container by a volume of its own.

`python -m embedded.secrets_init prepare` fills the volumes under `/volumes` and may run again at every start;
`… show-admin-password` prints the administrator's first password.

    keys/         the originals; mounted by this job alone
    nats/         the broker's configuration
    postgres/     superuser's password, and the SQL that makes databases and roles
    migrations/   <service>.env with the database's owner; mounted by the migration jobs alone
    <service>/    service.env and the files it names
"""

import argparse
import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from embedded.databases import RolePasswords
from embedded.installation import Installation
from embedded.nats_auth import NatsAuth
from embedded.nats_permissions import SERVICES
from embedded.secretfiles import password, private_directory, read_or_create, write_private

MOUNT: Final = Path("/run/bezgranits")  # where a container finds its own volume
NATS_ACCOUNTS: Final = "/var/lib/nats/accounts"  # beside JetStream's store, on the broker's data volume
POSTGRES: Final = "postgres:5432"
_SERVICE_DATABASE: Final = Path(__file__).with_name("service_database.sql")
_NATS_CONFIG: Final = Path(__file__).resolve().parents[3] / "nats" / "nats.conf"


class Volumes:
    """The volumes as the job sees them, all under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.installation = Installation(root / "keys")
        self.auth = NatsAuth(root / "keys" / "nats")

    def prepare(self) -> None:
        """Make what is missing and write every container's part anew; nothing that exists gets another value."""
        for name in ("keys", "nats-data", "nats-data/accounts"):
            private_directory(self.root / name)
        self._write_nats()
        self._write_postgres()
        for service in SERVICES:
            self._write_service(service)

    def database_urls(self, service: str) -> dict[str, str]:
        """BG_DATABASE_…_URL of a service's three roles, by role."""
        passwords = self.installation.database_passwords(service)
        base = f"{POSTGRES}/bg_{service}"
        return {
            role: f"postgresql+asyncpg://{service}_{role}:{secret}@{base}"
            for role, secret in _by_role(passwords).items()
        }

    def _write_nats(self) -> None:
        """Public keys and signed claims only: the seeds stay in `keys`."""
        own = json.dumps(str(self.auth.directory / "accounts"), ensure_ascii=False)
        accounts = self.auth.prepare()
        if own not in accounts:
            raise ValueError("the broker's configuration names no folder of accounts")
        write_private(self.root / "nats" / "accounts.conf", accounts.replace(own, json.dumps(NATS_ACCOUNTS)))
        write_private(self.root / "nats" / "nats.conf", _NATS_CONFIG.read_text(encoding="utf-8"))

    def _write_postgres(self) -> None:
        superuser = read_or_create(self.root / "keys" / "superuser.password", password)
        folder = self.root / "postgres"
        write_private(folder / "superuser.password", superuser + "\n")
        write_private(folder / "pgpass", f"*:*:*:postgres:{superuser}\n")
        write_private(folder / "databases.sql", "".join(map(self._database_sql, SERVICES)))

    def _database_sql(self, service: str) -> str:
        roles = _by_role(self.installation.database_passwords(service))
        variables = {"database": f"bg_{service}", "template": "template1"}
        variables |= {role: f"{service}_{role}" for role in roles}
        variables |= {f"{role}_password": secret for role, secret in roles.items()}
        settings = "".join(f"\\set {name} '{value}'\n" for name, value in variables.items())
        return "\\connect postgres\n" + settings + _SERVICE_DATABASE.read_text(encoding="utf-8") + "\n"

    def _write_service(self, service: str) -> None:
        folder = private_directory(self.root / service)
        urls = {f"BG_DATABASE_{role.upper()}_URL": url for role, url in self.database_urls(service).items()}
        name = {"BG_INSTANCE": self.installation.name}
        write_private(self.root / "migrations" / f"{service}.env", _env_file({**name, **urls}))
        del urls["BG_DATABASE_OWNER_URL"]  # who serves people cannot change tables
        variables = {**name, **urls}
        for variable, path in self._files(service).items():
            copy = folder / path.name
            write_private(copy, path.read_text(encoding="utf-8"))
            variables[variable] = str(MOUNT / path.name)
        if service == "center":
            variables["BG_NATS_PLATFORM_ACCOUNT_PUBLIC"] = self.auth.platform_account
        write_private(folder / "service.env", _env_file(variables))

    def _files(self, service: str) -> dict[str, Path]:
        own = {"BG_NATS_CREDENTIALS": self.auth.credentials(service)}
        if service != "center":
            return own
        return {
            **own,
            "BG_SIGNING_KEY_FILE": self.installation.signing_key_file,
            "BG_NATS_OPERATOR_SIGNING_KEY_FILE": self.auth.operator_signing_key_file,
            "BG_NATS_SYSTEM_CREDENTIALS": self.auth.credentials("system"),
            "BG_ADMIN_PASSWORD_FILE": self.installation.administrator_password_file,
        }


def _by_role(passwords: RolePasswords) -> dict[str, str]:
    return {"owner": passwords.owner, "app": passwords.app, "worker": passwords.worker}


def _env_file(variables: Mapping[str, str]) -> str:
    """Assignments for a shell to read."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(variables.items()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m embedded.secrets_init", description="secrets of the containers")
    parser.add_argument("--volumes", type=Path, default=Path("/volumes"))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare", help="make what is missing and write every container's part")
    commands.add_parser("show-admin-password", help="print the administrator's first password")
    commands.add_parser("show-tools-credentials", help="print credentials that may do everything in the broker")
    options = parser.parse_args(arguments)
    volumes = Volumes(options.volumes)
    if options.command == "show-admin-password":
        print(volumes.installation.administrator_password_file.read_text(encoding="utf-8").strip())
    elif options.command == "show-tools-credentials":
        print(volumes.auth.credentials("tools").read_text(encoding="utf-8").strip())
    else:
        volumes.prepare()
        print("secrets are in place")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
