"""A tiny service of the tests: catalog publishes, a consumer keeps states and effects in two tables."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from faststream.nats import NatsBroker
from nats.aio.client import Client
from platform_fixtures import Databases
from server_sources import Servers
from sqlalchemy import pool, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from chassis.db import Database, connect_database
from chassis.inbox import Consumer, Received
from chassis.inbox.subscriber import InboxSubscriber, subscribe
from chassis.metrics import Metrics
from chassis.migrations import create_backbone
from chassis.outbox import record
from chassis.outbox.relay import Relay
from chassis.streams import ensure_stream, event_stream
from contracts.catalog import OfferChanged, OfferPublished
from embedded.databases import ServiceDatabase


def build_tables(owner_url: str) -> None:
    async def build() -> None:
        engine = create_async_engine(owner_url, poolclass=pool.NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(lambda sync: create_backbone(Operations(MigrationContext.configure(sync))))
            await connection.execute(
                text("CREATE TABLE kept (id uuid PRIMARY KEY, version bigint NOT NULL, title text NOT NULL)")
            )
            await connection.execute(
                text("CREATE TABLE done (n bigint GENERATED ALWAYS AS IDENTITY, id uuid, version bigint)")
            )
        await engine.dispose()

    asyncio.run(build())


def offer(offer_id: uuid.UUID, title: str = "Химия") -> dict[str, Any]:
    return {
        "offer_id": offer_id,
        "organization_id": uuid.uuid4(),
        "title": title,
        "level": "advanced",
        "grades": (10,),
        "hours_total": "68",
        "hours_per_week": "2",
        "capacity": 12,
        "mode": "online",
        "settlement": "Тазовский",
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2027, 5, 31),
        "status": "published",
    }


@dataclass
class Bench:
    """The parts under test, with the real servers behind them."""

    urls: ServiceDatabase
    database: Database
    client: Client
    servers: Servers
    metrics: Metrics = field(default_factory=lambda: Metrics("catalog"))
    stopping: list[Callable[[], Any]] = field(default_factory=list)

    async def publish(
        self, aggregate: uuid.UUID, version: int, *, changed: bool = False, title: str = "Химия"
    ) -> uuid.UUID:
        kind = OfferChanged if changed else OfferPublished
        async with self.database.worker() as session, session.begin():
            return await record(session, kind(**offer(aggregate, title)), sequence=version)

    async def publish_many(self, events: list[tuple[uuid.UUID, int]]) -> None:
        async with self.database.worker() as session, session.begin():
            for aggregate, version in events:
                await record(session, OfferPublished(**offer(aggregate)), sequence=version)

    def relay(self, client: Client | None = None) -> Relay:
        return Relay(
            service="catalog",
            database_url=self.urls.worker_url,
            client=client or self.client,
            stream="CATALOG",
            metrics=self.metrics,
            ensure_stream=self.ensure_stream,
        )

    async def start_relay(self) -> Relay:
        relay = self.relay()
        task = asyncio.create_task(relay.run())

        async def stop() -> None:
            relay.stop()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        self.stopping.append(stop)
        return relay

    async def ensure_stream(self) -> None:
        await ensure_stream(self.client, event_stream("catalog", max_age_days=30))

    async def start_consumer(self, consumer: Consumer) -> InboxSubscriber:
        broker = NatsBroker(self.servers.nats_url, logger=None, max_reconnect_attempts=-1, reconnect_time_wait=0.2)
        subscriber = subscribe(
            broker,
            consumer,
            sessions=self.database.worker,
            database_url=self.urls.worker_url,
            metrics=self.metrics,
        )
        await broker.start()
        self.stopping.append(broker.stop)
        return subscriber

    async def rows(self, query: str) -> list[Any]:
        async with self.database.app() as session:
            return list((await session.execute(text(query))).all())

    async def scalar(self, query: str) -> Any:
        return (await self.rows(query))[0][0]


@pytest.fixture
async def bench(databases: Databases, servers: Servers, nats_client: Client) -> AsyncIterator[Bench]:
    urls = databases.fresh("chassis", build_tables)
    database = connect_database(urls.app_url, urls.worker_url)
    made = Bench(urls, database, nats_client, servers)
    await made.ensure_stream()
    yield made
    for stop in reversed(made.stopping):
        await stop()
    await database.dispose()
    databases.drop(urls)


async def keep(session: AsyncSession, events: list[Received[Any]]) -> int:
    """A state handler as services write them: the newest version wins."""
    result = await session.execute(
        text(
            "INSERT INTO kept (id, version, title) "
            "SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:versions AS bigint[]), cast(:titles AS text[])) "
            "ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, title = EXCLUDED.title "
            "WHERE kept.version < EXCLUDED.version"
        ),
        {
            "ids": [one.event.offer_id for one in events],
            "versions": [one.sequence for one in events],
            "titles": [one.event.title for one in events],
        },
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


async def note(session: AsyncSession, received: Received[Any]) -> None:
    """An effect handler: each event exactly once."""
    await session.execute(
        text("INSERT INTO done (id, version) VALUES (:id, :version)"),
        {"id": received.event.offer_id, "version": received.sequence},
    )
