"""A service of the platform as a child process."""

import http.client
import importlib.util
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from embedded.logfiles import open_log, tail
from embedded.server import Server, ServerFailed
from embedded.spawn import Command, spawn

HOST = "127.0.0.1"
_MIGRATION_SECONDS_MAX = 180.0


class ServiceProcess(Server):
    """`python -m <service> serve`, ready when its `/readyz` says so."""

    stop_timeout_seconds = 20.0
    ready_timeout_seconds = 90.0

    def __init__(self, name: str, port: int, environment: Mapping[str, str], log_path: Path) -> None:
        super().__init__(name, log_path)
        self.port = port
        self.environment = dict(environment)

    @property
    def url(self) -> str:
        """Where it answers without Caddy."""
        return f"http://{HOST}:{self.port}"

    def command(self) -> Command:
        """Say how to start it."""
        return Command([sys.executable, "-m", self.name, "serve"], self.environment)

    def is_ready(self) -> bool:
        """Ask `/readyz`."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=3)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def check_present(self) -> None:
        """Raise ServerFailed when there is no such service to start."""
        try:
            found = importlib.util.find_spec(f"{self.name}.__main__")
        except ModuleNotFoundError:
            found = None
        if found is None:
            raise ServerFailed(
                f"service {self.name}: there is no `python -m {self.name}`. Either the package has no __main__.py, or "
                "its src folder is not on the path of this interpreter (`make setup` puts it there)."
            )

    def migrate(self) -> None:
        """Bring its database to the newest revision (`python -m <service> migrate`) and wait for it."""
        log_path = self.log_path.with_name(f"{self.name}-migrate.log")
        with open_log(log_path) as log:
            process = spawn(Command([sys.executable, "-m", self.name, "migrate"], self.environment), log.fileno())
        try:
            code = process.wait(_MIGRATION_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if code != 0:
            raise ServerFailed(f"{self.name}: the migration ended with code {code}\n{tail(log_path)}")
