"""A tiny service of the tests: catalog publishes, a consumer keeps states and effects in two tables."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from backbone_sample import build_tables, offer
from faststream.nats import NatsBroker
from nats.aio.client import Client
from platform_fixtures import Databases
from server_sources import Servers
from sqlalchemy import text

from chassis.db import Database, connect_database
from chassis.inbox import Consumer
from chassis.inbox.subscriber import InboxSubscriber, subscribe
from chassis.metrics import Metrics
from chassis.outbox import record
from chassis.outbox.relay import Relay
from chassis.streams import ensure_stream, event_stream
from contracts.catalog import OfferChanged, OfferPublished
from embedded.databases import ServiceDatabase


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
