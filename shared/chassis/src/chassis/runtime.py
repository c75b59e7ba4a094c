"""What a running service holds, and how it tells its condition."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from faststream.nats import NatsBroker
from sqlalchemy import text

from chassis.db import Database
from chassis.inbox import durable, parking
from chassis.inbox.consumer import Consumer
from chassis.metrics import Metrics
from chassis.outbox.relay import Relay
from chassis.outbox.wake import Waker
from chassis.settings import Settings

CHECK_SECONDS = 3


@dataclass
class Runtime:
    """The parts of one running service."""

    service: str
    settings: Settings
    database: Database
    broker: NatsBroker
    metrics: Metrics
    waker: Waker
    consumers: tuple[Consumer, ...]
    relay: Relay | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    async def checks(self, oldest_seconds_max: float) -> dict[str, bool]:
        """Whether the database answers, the broker is connected, and the outbox keeps up."""
        found = {"database": False, "broker": False, "relay": False}
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                _, oldest = await self.outbox_backlog()
                found["database"] = True
                found["relay"] = oldest <= oldest_seconds_max
        except Exception:  # any failure is the answer "no"
            found["database"] = False
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self.broker.connection.flush(timeout=CHECK_SECONDS)
                found["broker"] = bool(self.broker.connection.is_connected)
        except Exception:
            found["broker"] = False
        return found

    async def outbox_backlog(self) -> tuple[int, float]:
        """Recorded and unpublished events, and the age of the oldest in seconds."""
        async with self.database.app() as session:
            row = (
                await session.execute(
                    text(
                        "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0) FROM outbox"
                    )
                )
            ).one()
        return int(row[0]), float(row[1])

    async def refresh_gauges(self) -> None:
        """Measure what is only worth measuring when somebody looks."""
        metrics = self.metrics
        try:
            backlog, oldest = await self.outbox_backlog()
            metrics.outbox_backlog.set(backlog)
            metrics.outbox_oldest_seconds.set(oldest)
            async with self.database.app() as session:
                counts = await parking.count_parked(session)
            for consumer in self.consumers:
                label = (self.service, consumer.name)
                metrics.dead_letters.labels(*label).set(counts.get((consumer.name, "dead"), 0))
                metrics.parked.labels(*label).set(counts.get((consumer.name, "waiting"), 0))
                metrics.consumer_lag.labels(*label).set(await durable.lag(self.broker.connection, consumer))
        except Exception as error:  # a scrape must answer even when the parts it measures are away
            metrics.scrape_failures.labels(self.service, type(error).__name__).inc()
