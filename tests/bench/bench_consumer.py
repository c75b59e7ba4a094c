"""Consumers against bare fetching, and a batch's transaction against one an event."""

import asyncio
import time
import uuid
from collections.abc import Sequence
from typing import Any

from backbone_sample import keep, note
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.js.api import ConsumerConfig
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.harness import Ground, Result, compare, connected, interleaved, message
from chassis.db import Database
from chassis.inbox import Consumer, Received
from chassis.inbox.consumer import Incoming, understand
from chassis.inbox.subscriber import subscribe
from chassis.metrics import Metrics
from chassis.outbox.publisher import Publisher, Row
from contracts.catalog import OfferPublished

EVENTS = 10_000
SINGLE = 1_500
BATCH = 500


class Silent(Metrics):
    """Metrics that measure nothing: the peer of the instrumented consumer."""

    def __init__(self) -> None:
        super().__init__("catalog")
        self.consumer_events = _Nothing()  # type: ignore[assignment]
        self.handler_seconds = _Nothing()  # type: ignore[assignment]


class _Nothing:
    def labels(self, *_: Any) -> "_Nothing":
        return self

    def inc(self, *_: Any) -> None: ...

    def observe(self, *_: Any) -> None: ...


async def bench(ground: Ground) -> list[Result]:
    """Events a second from a full stream to committed rows."""
    client = await ground.client()
    await ground.empty_stream(client)
    publisher = Publisher(client, "CATALOG")
    rows = [
        Row(number, uuid.UUID(headers["ce-id"]), headers["ce-subject"], subject, headers, body)
        for number, (subject, body, headers) in enumerate(message(n) for n in range(EVENTS))
    ]
    for start in range(0, EVENTS, BATCH):
        await publisher.publish(rows[start : start + BATCH])

    async def count_state(session: AsyncSession, events: Sequence[Received[Any]]) -> int:
        return await keep(session, list(events))

    values = await interleaved(
        5,
        bare=lambda: bare(client),
        state=lambda: consumed(ground, "state", count_state, Metrics("catalog")),
        silent=lambda: consumed(ground, "state", count_state, Silent()),
        effect=lambda: consumed(ground, "effect", note, Metrics("catalog")),
        single=lambda: one_transaction_an_event(ground, client),
    )
    await client.close()
    return [
        compare("consumer_set_based", values, "state", "bare", goal=0.55, peer_name="bare fetch, validate, ack"),
        compare("consumer_effect_batch", values, "effect", "single", goal=4, peer_name="one transaction an event"),
        compare("consumer_instrumented", values, "state", "silent", goal=0.85, peer_name="the same without metrics"),
    ]


async def bare(client: Client) -> float:
    """Fetch, validate, acknowledge; nothing else."""
    stream = client.jetstream()
    name = f"bare-{uuid.uuid4().hex[:8]}"
    config = ConsumerConfig(durable_name=name, max_ack_pending=5000)
    subscription = await stream.pull_subscribe("evt.catalog.>", durable=name, stream="CATALOG", config=config)
    started = time.perf_counter()
    seen = 0
    while seen < EVENTS:
        messages = await subscription.fetch(BATCH, timeout=5)
        for one in messages:
            understand(Incoming(one.metadata.sequence.stream, dict(one.headers or {}), one.data))
            await one.ack()
        seen += len(messages)
    await client.flush()
    taken = time.perf_counter() - started
    await stream.delete_consumer("CATALOG", name)
    return EVENTS / taken


async def consumed(ground: Ground, kind: str, handler: Any, metrics: Metrics) -> float:
    """Our consumer from subscription to the last committed batch."""
    urls = ground.database()
    async with connected(urls) as database:
        consumer = Consumer(f"bench-{uuid.uuid4().hex[:8]}", "catalog")
        (consumer.state if kind == "state" else consumer.effect)(OfferPublished)(handler)
        broker = NatsBroker(ground.broker.url, logger=None)
        subscribe(broker, consumer, sessions=database.worker, database_url=urls.worker_url, metrics=metrics)
        started = time.perf_counter()
        await broker.start()
        while await _position(database) < EVENTS:
            await asyncio.sleep(0.02)
        taken = time.perf_counter() - started
        await broker.stop()
    return EVENTS / taken


async def _position(database: Database) -> int:
    async with database.app() as session:
        return int(await session.scalar(text("SELECT coalesce(max(stream_seq), 0) FROM inbox_checkpoint")) or 0)


async def one_transaction_an_event(ground: Ground, client: Client) -> float:
    """What a plain subscriber does: dedupe, handler, commit, acknowledge, one event at a time."""
    urls = ground.database()
    stream = client.jetstream()
    name = f"single-{uuid.uuid4().hex[:8]}"
    subscription = await stream.pull_subscribe("evt.catalog.>", durable=name, stream="CATALOG")
    fresh = text("INSERT INTO inbox (consumer, event_id) VALUES ('x', :id) ON CONFLICT DO NOTHING RETURNING event_id")
    async with connected(urls) as database:
        started = time.perf_counter()
        seen = 0
        while seen < SINGLE:
            for one in await subscription.fetch(100, timeout=5):
                received = understand(Incoming(one.metadata.sequence.stream, dict(one.headers or {}), one.data))
                async with database.worker() as session, session.begin():
                    if await session.scalar(fresh, {"id": received.envelope.id}):
                        await note(session, received)
                await one.ack()
                seen += 1
        taken = time.perf_counter() - started
    await stream.delete_consumer("CATALOG", name)
    return seen / taken
