"""What every bench shares: durable servers of its own, interleaved rounds, ratios, one file of results."""

import asyncio
import contextlib
import json
import statistics
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nats
from backbone_sample import build_tables, offer
from nats.aio.client import Client
from platform_fixtures import in_thread

from chassis.db import Database, connect_database
from chassis.streams import ensure_stream, event_stream
from contracts.catalog import OfferPublished
from contracts.envelope import Envelope
from embedded.databases import RolePasswords, ServiceDatabase, create_service_database
from embedded.nats import NatsServer
from embedded.postgres import PostgresServer

RESULTS = Path(__file__).resolve().parents[2] / ".data" / "bench" / "results.json"
_PASSWORDS = RolePasswords.generate()


@dataclass(frozen=True)
class Result:
    """One row: a figure, its peer measured in the same rounds, the ratio and its goal."""

    name: str
    value: float
    unit: str
    peer: str
    peer_value: float
    ratio: float
    goal: str
    met: bool

    def line(self) -> str:
        mark = "met " if self.met else "MISS"
        return (
            f"{mark}  {self.name:<34} {self.value:>10,.1f} {self.unit:<6} ÷ {self.peer:<44} "
            f"{self.peer_value:>10,.1f}  = {self.ratio:6.2f}  goal {self.goal}"
        )


@dataclass
class Ground:
    """Where benches run: PostgreSQL and NATS with every write on disk."""

    postgres: PostgresServer
    broker: NatsServer
    databases: int = 0

    def database(self) -> ServiceDatabase:
        self.databases += 1
        name = f"bench_{self.databases}"
        urls = create_service_database(self.postgres.superuser_url, "bench", _PASSWORDS, database=name).sqlalchemy()
        in_thread(build_tables, urls.owner_url)
        return urls

    async def client(self) -> Client:
        return await nats.connect(self.broker.url)

    async def empty_stream(self, client: Client) -> None:
        await client.request("$JS.API.STREAM.DELETE.CATALOG", b"", timeout=10)
        await ensure_stream(client, event_stream("catalog", max_age_days=30))


@contextlib.contextmanager
def ground() -> Iterator[Ground]:
    """Start the servers, stop them at the end."""
    with tempfile.TemporaryDirectory(prefix="bench ") as folder:
        postgres = PostgresServer(Path(folder) / "postgres", settings={"synchronous_commit": "on"})
        broker = NatsServer(Path(folder) / "nats", auth=False)
        try:
            postgres.start()
            broker.start()
            yield Ground(postgres, broker)
        finally:
            broker.stop()
            postgres.stop()


@contextlib.asynccontextmanager
async def connected(urls: ServiceDatabase, pool_size: int = 10) -> AsyncIterator[Database]:
    """Engines of one database."""
    database = connect_database(urls.app_url, urls.worker_url, pool_size=pool_size)
    try:
        yield database
    finally:
        await database.dispose()


Measure = Callable[[], Awaitable[float]]


async def interleaved(rounds: int, **measures: Measure) -> dict[str, list[float]]:
    """Run the measures alternately, the order turned each round, so that a noisy machine is noisy for all of them."""
    values: dict[str, list[float]] = {name: [] for name in measures}
    for number in range(rounds):
        names = list(measures)
        for name in names if number % 2 == 0 else reversed(names):
            values[name].append(await measures[name]())
            await asyncio.sleep(0.1)
    return values


def compare(
    name: str,
    values: dict[str, list[float]],
    ours: str,
    peer: str,
    *,
    goal: float,
    unit: str = "ev/s",
    peer_name: str = "",
    at_most: bool = False,
) -> Result:
    """The median of the rounds' ratios against its goal."""
    ratio = statistics.median(a / b for a, b in zip(values[ours], values[peer], strict=True))
    met = ratio <= goal if at_most else ratio >= goal
    return Result(
        name,
        round(statistics.median(values[ours]), 2),
        unit,
        peer_name or peer,
        round(statistics.median(values[peer]), 2),
        round(ratio, 3),
        f"{'≤' if at_most else '≥'} {goal}",
        met,
    )


def keep(results: list[Result]) -> None:
    """Add the rows to the file, newest of a name in place of the older."""
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    rows: dict[str, Any] = {}
    if RESULTS.exists():
        rows = {row["name"]: row for row in json.loads(RESULTS.read_text())}
    rows |= {result.name: asdict(result) for result in results}
    RESULTS.write_text(json.dumps(list(rows.values()), ensure_ascii=False, indent=2) + "\n")


AGGREGATES = [uuid.UUID(int=number + 1) for number in range(1000)]


def message(number: int) -> tuple[str, bytes, dict[str, str]]:
    """An event as the relay would send it: subject, body, headers."""
    from datetime import UTC, datetime

    aggregate = AGGREGATES[number % len(AGGREGATES)]
    envelope = Envelope(
        uuid.uuid4(), OfferPublished.event_type, "/services/catalog", str(aggregate), datetime.now(UTC), number + 1
    )
    return envelope.nats_subject(), OfferPublished(**offer(aggregate)).model_dump_json().encode(), envelope.headers()
