"""The whole network on one machine, as an object: broker, database, mail folder, services, and Caddy in front."""

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from embedded.caddy import CaddyServer
from embedded.environment import Addresses, service_environment
from embedded.installation import Installation
from embedded.nats import NatsServer
from embedded.nats_permissions import SERVICES
from embedded.postgres import PostgresServer, ServiceDatabase, create_service_database
from embedded.secretfiles import private_directory, write_private
from embedded.service import ServiceProcess
from embedded.smtp import SmtpSink
from embedded.statelock import StateLock
from embedded.supervisor import Say, Supervisor

REPOSITORY = Path(__file__).resolve().parents[4]
_MIGRATIONS_AT_ONCE = 3


class Network:
    """Everything of one state folder.

    `services` starts only some of them, `settings` adds environment variables to a service's (by its name), `assets_dir` is
    the built front-end (else BG_ASSETS_DIR, else `.data/assets`). Ports are chosen at the start and remembered
    in the state folder.
    """

    def __init__(
        self,
        state_dir: Path,
        demo: bool = False,
        *,
        services: Sequence[str] = SERVICES,
        settings: Mapping[str, Mapping[str, str]] | None = None,
        assets_dir: Path | None = None,
    ) -> None:
        self.state_dir = private_directory(state_dir.absolute())
        self.demo = demo
        self.assets_dir = assets_dir or Path(os.environ.get("BG_ASSETS_DIR") or REPOSITORY / ".data" / "assets")
        self.installation = Installation(self.state_dir)
        self.lock = StateLock(self.state_dir)
        self.supervisor = Supervisor()
        self._service_names = tuple(services)
        self._settings = settings or {}
        self._databases: dict[str, ServiceDatabase] = {}

    def start(self, progress: Say = print) -> None:
        """Start everything and return when all of it answers; on failure stop what was started and raise.

        Raises AlreadyRunning when another process runs this state folder; waits for the processes of a killed one to end.
        """
        self.lock.acquire()
        self.supervisor.say = progress
        self.supervisor.kept_open = self.lock.children
        try:
            self._start(progress)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything in the opposite order; no error when nothing runs."""
        self.supervisor.stop()
        (self.state_dir / "status.json").unlink(missing_ok=True)
        self.lock.release()

    @property
    def origin(self) -> str:
        """Where people go: Caddy's address."""
        return self.caddy.origin

    def service_url(self, name: str) -> str:
        """A service's own address, without Caddy; its pages are under `/<name>/`."""
        return self.process(name).url

    def process(self, name: str) -> ServiceProcess:
        """A service's process: `pid`, `kill`, `terminate`, `pause`, `restart`, `stop`."""
        return self.services[name]

    def credentials(self, user: str) -> Path:
        """Path of a `.creds` file of the broker: a service's name, `tools` or `system`."""
        return self.nats.credentials(user)

    def database(self, service: str) -> ServiceDatabase:
        """A service's database."""
        return self._databases[service]

    def environment(self, service: str) -> dict[str, str]:
        """The BG_* variables of a service's process; once the servers run."""
        return {**service_environment(self._addresses(service), service), **self._settings.get(service, {})}

    def _start(self, progress: Say) -> None:
        self._choose_servers()
        for service in self._service_names:
            ServiceProcess(service, 0, {}, self._log(service)).check_present()
        self.supervisor.start(self.postgres, self.nats, self.smtp)
        self._databases = {name: self._create_database(name) for name in self._service_names}
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("BG_")}
        self.services = {
            name: ServiceProcess(
                name,
                self._ports[name],
                {**inherited, "PYTHONUNBUFFERED": "1", **self.environment(name)},
                self._log(name),
            )
            for name in self._service_names
        }
        progress("bringing the databases to the newest revision")
        self._migrate()
        self.supervisor.start(*self.services.values())
        self.supervisor.start(self.caddy)
        self.supervisor.watch()
        self._write_status()

    def _migrate(self) -> None:
        with ThreadPoolExecutor(_MIGRATIONS_AT_ONCE) as pool:
            try:
                list(pool.map(ServiceProcess.migrate, self.services.values()))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)  # those under way end by themselves
                raise

    def _choose_servers(self) -> None:
        self._ports = self.installation.ports(["origin", "postgres", "nats", "nats-monitor", "smtp", *SERVICES])
        ports, state = self._ports, self.state_dir
        self.postgres = PostgresServer(state / "postgres", ports["postgres"])
        self.nats = NatsServer(state / "nats", ports["nats"], ports["nats-monitor"])
        self.smtp = SmtpSink(state / "smtp", ports["smtp"])
        self.caddy = CaddyServer(
            state / "caddy", {name: ports[name] for name in SERVICES}, self.assets_dir, ports["origin"]
        )
        for server in (self.postgres, self.nats, self.smtp, self.caddy):
            server.log_path = self._log(server.name)

    def _create_database(self, service: str) -> ServiceDatabase:
        passwords = self.installation.database_passwords(service)
        return create_service_database(self.postgres.superuser_url, service, passwords)

    def _addresses(self, service: str) -> Addresses:
        return Addresses(
            installation=self.installation,
            demo=self.demo,
            ports=self._ports,
            database=self._databases[service].sqlalchemy(),
            nats=self.nats,
            origin=self.origin,
            state_dir=private_directory(self.state_dir / "services" / service),
            assets_dir=self.assets_dir.absolute(),
        )

    def _log(self, name: str) -> Path:
        return self.state_dir / "logs" / f"{name}.log"

    def _write_status(self) -> None:
        status = {
            "pid": os.getpid(),
            "origin": self.origin,
            "services": {name: process.url for name, process in self.services.items()},
            "nats": self.nats.url,
            "nats_monitor": self.nats.monitor_url,
            "postgres_port": self.postgres.port,
            "mails": str(self.smtp.directory),
        }
        write_private(self.state_dir / "status.json", json.dumps(status, indent=1, ensure_ascii=False) + "\n")
