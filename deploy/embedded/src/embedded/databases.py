"""A service's database and its three roles, made by the same SQL that the containers use."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from embedded.binaries import postgres_programs
from embedded.secretfiles import password

_SERVICE_DATABASE = Path(__file__).with_name("service_database.sql")
_TIMEOUT_SECONDS = 60.0


class SqlFailed(Exception):
    """psql refused a statement; the message is what it said."""


@dataclass(frozen=True, slots=True)
class RolePasswords:
    """Passwords of the three roles of one service."""

    owner: str
    app: str
    worker: str

    @classmethod
    def generate(cls) -> "RolePasswords":
        """Make three new ones."""
        return cls(owner=password(), app=password(), worker=password())


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """URLs of one service's database: `postgresql://…` as they stand, `postgresql+asyncpg://…` by `sqlalchemy`."""

    name: str
    owner_url: str
    app_url: str
    worker_url: str

    def sqlalchemy(self) -> "ServiceDatabase":
        """Return the same URLs for SQLAlchemy on asyncpg."""
        urls = (url.replace("postgresql://", "postgresql+asyncpg://", 1) for url in self._urls())
        return ServiceDatabase(self.name, *urls)

    def _urls(self) -> tuple[str, str, str]:
        return self.owner_url, self.app_url, self.worker_url


def create_service_database(
    superuser_url: str,
    service: str,
    passwords: RolePasswords,
    *,
    database: str | None = None,
    template: str | None = None,
) -> ServiceDatabase:
    """Make the database `bg_<service>` and the roles `<service>_owner|app|worker`; what exists is brought up to date.

    `database` gives another name, `template` copies an existing database (its privileges inside come along), both for
    tests that want a database each. Blocks; works with or without a running event loop.
    """
    name = database or f"bg_{service}"
    variables = {
        "database": name,
        "template": template or "template1",
        "owner": f"{service}_owner",
        "app": f"{service}_app",
        "worker": f"{service}_worker",
        "owner_password": passwords.owner,
        "app_password": passwords.app,
        "worker_password": passwords.worker,
    }
    settings = "".join(f"\\set {key} {_quoted(value)}\n" for key, value in variables.items())
    run_sql(superuser_url, settings + _SERVICE_DATABASE.read_text(encoding="utf-8"))

    def url(role: str, secret: str) -> str:
        parts = urlsplit(superuser_url)
        netloc = f"{service}_{role}:{secret}@{parts.hostname}:{parts.port}"
        return urlunsplit((parts.scheme, netloc, f"/{name}", "", ""))

    return ServiceDatabase(
        name, url("owner", passwords.owner), url("app", passwords.app), url("worker", passwords.worker)
    )


def run_sql(url: str, sql: str) -> str:
    """Run a psql script and return its unadorned output; raises SqlFailed at the first error."""
    parts = urlsplit(url)
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.path.lstrip("/"),
        "PGCLIENTENCODING": "UTF8",
        "PGCONNECT_TIMEOUT": "10",
        "PSQLRC": os.devnull,
    }
    argv = [str(postgres_programs() / "psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
    argv += ["--set=ON_ERROR_STOP=1", "--file=-"]
    done = subprocess.run(
        argv, input=sql, env=environment, capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS
    )
    if done.returncode != 0:
        raise SqlFailed(done.stderr.strip())
    return done.stdout.strip()


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
