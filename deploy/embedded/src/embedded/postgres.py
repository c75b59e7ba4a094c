"""PostgreSQL 18 as a child process, over TCP on the loopback interface only."""

import os
import signal
import subprocess
import threading
from pathlib import Path

from embedded.binaries import postgres_programs
from embedded.databases import RolePasswords, ServiceDatabase, SqlFailed, create_service_database, run_sql
from embedded.ports import free_port
from embedded.secretfiles import password, private_directory, read_or_create
from embedded.server import Server, ServerFailed
from embedded.spawn import Command
from embedded.unprivileged import give_ownership, launcher

__all__ = ["PostgresServer", "RolePasswords", "ServiceDatabase", "SqlFailed", "create_service_database", "run_sql"]

HOST = "127.0.0.1"
_SUPERUSER = "postgres"
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1000",
    "log_parameter_max_length": "0",  # values may be personal data: statements are logged without them
    "log_parameter_max_length_on_error": "0",
}


class PostgresServer(Server):
    """A cluster in `state_dir`, made at the first start; `settings` go over the defaults."""

    stop_signal = signal.SIGINT  # "fast": open transactions are rolled back, a checkpoint is written
    stop_timeout_seconds = 30.0

    def __init__(self, state_dir: Path, port: int | None = None, settings: dict[str, str] | None = None) -> None:
        self.state_dir = state_dir.absolute()
        super().__init__("postgres", self.state_dir / "postgres.log")
        self._chooses_port = port is None
        self.port = port or free_port()
        self.settings = {**_SETTINGS, **(settings or {})}
        self._data = self.state_dir / "data"

    @property
    def superuser_url(self) -> str:
        """URL of the superuser on the database `postgres`; holds the password."""
        return f"postgresql://{_SUPERUSER}:{self._password()}@{HOST}:{self.port}/postgres"

    def command(self) -> Command:
        """Make the cluster if there is none, clear what a killed server left, and say how to start."""
        private_directory(self.state_dir)
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        give_ownership(self._data)
        self._clear_stale_pid()
        settings = {**self.settings, "port": str(self.port)}
        options = [option for key, value in settings.items() for option in ("-c", f"{key}={value}")]
        argv = [str(postgres_programs() / "postgres"), "-D", str(self._data), *options]
        return Command(argv, _environment(), launcher(), self.state_dir, signal.SIGINT)

    def is_ready(self) -> bool:
        """Read the status line of `postmaster.pid`, as pg_ctl does."""
        lines = self._pid_file_lines()
        return len(lines) >= 8 and lines[7].strip() == "ready" and lines[0].strip() == str(self.pid)

    def recover(self, failure: str) -> bool:
        """Wait for the children of a killed server to go; take another port where ours was taken."""
        if "shared memory block" in failure:
            threading.Event().wait(0.3)
            return True
        if "Address already in use" in failure and self._chooses_port:
            self.port = free_port()
            return True
        return False

    def _password(self) -> str:
        return read_or_create(self.state_dir / "superuser.password", password)

    def _initialise(self) -> None:
        private_directory(self._data)
        give_ownership(self._data)
        argv = [*launcher(), str(postgres_programs() / "initdb"), "--pgdata", str(self._data), "--username", _SUPERUSER]
        argv += ["--auth=scram-sha-256", "--pwfile=/dev/stdin", "--encoding=UTF8", "--no-locale", "--no-instructions"]
        argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"]
        done = subprocess.run(
            argv, input=self._password() + "\n", env=_environment(), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise ServerFailed(f"initdb ended with code {done.returncode}\n{done.stdout}{done.stderr}")

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self._data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return []

    def _clear_stale_pid(self) -> None:
        """Remove the pid file of a server that is gone: its number may belong to another process by now."""
        lines = self._pid_file_lines()
        if lines and not _is_postgres(int(lines[0]), self._data):
            (self._data / "postmaster.pid").unlink(missing_ok=True)


def _is_postgres(pid: int, data: Path) -> bool:
    proc = Path("/proc")
    if not (proc / "self").exists():  # no such file system: leave the decision to PostgreSQL
        return True
    try:
        return os.fsencode(data) in (proc / str(pid) / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _environment() -> dict[str, str]:
    """What the programs see: nothing that could point them at another server."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
