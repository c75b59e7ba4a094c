"""Servers of their own, durable as in production, and a stage on which processes are killed."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import nats
import pytest
from backbone_sample import build_tables
from nats.aio.client import Client
from nats.js.api import ConsumerConfig, DeliverPolicy
from platform_fixtures import delete_streams, in_thread

from chassis.outbox.tail import stream_state
from chassis.streams import ensure_stream, event_stream
from embedded.databases import RolePasswords, ServiceDatabase, create_service_database
from embedded.nats import NatsServer
from embedded.postgres import PostgresServer

ACTOR = Path(__file__).with_name("actor.py")


@dataclass
class Stage:
    """Real servers, real processes, and the truth to compare them by."""

    postgres: PostgresServer
    broker: NatsServer
    urls: ServiceDatabase
    log_dir: Path
    window_seconds: float = 120
    actors: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def act(self, role: str, fate: str = "", **options: float) -> subprocess.Popen[bytes]:
        """Start a process of the platform; its log lies beside the servers' logs."""
        number = len(self.actors)
        words = ["--database", self.urls.worker_url, "--nats", self.broker.url, "--fate", fate]
        words += ["--window-seconds", str(self.window_seconds)]
        for name, value in options.items():
            words += [f"--{name.replace('_', '-')}", str(value)]
        with (self.log_dir / f"{number}-{role}.log").open("wb") as log:
            process = subprocess.Popen([sys.executable, str(ACTOR), role, *words], stdout=log, stderr=subprocess.STDOUT)
        self.actors.append(process)
        return process

    def log_of(self, process: subprocess.Popen[bytes]) -> str:
        number = self.actors.index(process)
        return next(self.log_dir.glob(f"{number}-*.log")).read_text()

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait()

    async def query(self, sql: str) -> list[Any]:
        connection = await asyncpg.connect(self.urls.owner_url.replace("+asyncpg", ""))
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    async def value(self, sql: str) -> Any:
        return (await self.query(sql))[0][0]

    async def client(self) -> Client:
        return await nats.connect(self.broker.url, max_reconnect_attempts=-1, reconnect_time_wait=0.2)

    async def stream(self) -> list[tuple[str, str, int]]:
        """Every message of the stream in order: event id, aggregate, sequence."""
        client = await self.client()
        try:
            if not (await stream_state(client, "CATALOG"))["messages"]:
                return []
            last = int((await stream_state(client, "CATALOG"))["last_seq"])
            config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL, headers_only=True)
            reader = await client.jetstream().subscribe("evt.catalog.>", ordered_consumer=True, config=config)
            found = []
            while True:
                message = await reader.next_msg(timeout=10)
                headers = message.headers or {}
                found.append((headers["ce-id"], headers["ce-subject"], int(headers["ce-sequence"])))
                if message.metadata.sequence.stream >= last:
                    return found
        finally:
            await client.close()

    async def settle(self, *, seconds: float = 60) -> None:
        """Wait until everything committed has gone all the way."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                left = await self.value("SELECT count(*) FROM outbox")
                written = await self.value("SELECT coalesce(sum(version), 0)::bigint FROM kept")
                applied = await self.value("SELECT count(*) FROM done")
                if not left and applied >= written > 0:
                    return
            await asyncio.sleep(0.2)
        logs = "\n".join(path.read_text()[-1500:] for path in sorted(self.log_dir.glob("*.log")))
        pytest.fail(f"not settled: {left} in the outbox, {written} written, {applied} applied\n{logs}")

    async def assert_exact(self) -> int:
        """Committed = stream = applied, in order, nothing twice; returns how many events that were."""
        written = dict(await self.query("SELECT id::text, version FROM kept"))
        stream = await self.stream()
        assert len({event_id for event_id, _, _ in stream}) == len(stream), "an event stands twice in the stream"
        logged = {str(row[0]) for row in await self.query("SELECT event_id FROM event_log")}
        assert {event_id for event_id, _, _ in stream} == logged
        expected = {one: list(range(1, version + 1)) for one, version in written.items()}
        assert by_aggregate((one, sequence) for _, one, sequence in stream) == expected
        done = await self.query("SELECT id::text, version FROM done ORDER BY n")
        assert by_aggregate((one, version) for one, version in done) == expected
        return len(stream)


def by_aggregate(pairs: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for one, version in pairs:
        found.setdefault(one, []).append(version)
    return found


@pytest.fixture(scope="module")
def durable_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PostgresServer, NatsServer]]:
    state = tmp_path_factory.mktemp("chaos servers")
    postgres, broker = PostgresServer(state / "postgres"), NatsServer(state / "nats", auth=False)
    try:
        postgres.start()
        broker.start()
        yield postgres, broker
    finally:
        broker.stop()
        postgres.stop()


_stages = iter(range(1, 1000))


@pytest.fixture
async def stage(durable_servers: tuple[PostgresServer, NatsServer], tmp_path: Path) -> AsyncIterator[Stage]:
    postgres, broker = durable_servers
    name = f"chaos_{next(_stages)}"
    urls = create_service_database(postgres.superuser_url, "chaos", _PASSWORDS, database=name).sqlalchemy()
    in_thread(build_tables, urls.owner_url)
    made = Stage(postgres, broker, urls, tmp_path)
    client = await made.client()
    await delete_streams(client)
    await ensure_stream(client, event_stream("catalog", max_age_days=30))
    await client.close()
    yield made
    for process in made.actors:
        made.kill(process)


_PASSWORDS = RolePasswords.generate()
