"""The relay against bare publishing with every write on disk."""

import asyncio
import time
import uuid
from typing import Any

import asyncpg
from nats.aio.client import Client
from sqlalchemy import insert

from bench.harness import Ground, Result, compare, connected, interleaved, message
from chassis.metrics import Metrics
from chassis.outbox.publisher import Publisher, Row
from chassis.outbox.relay import Relay
from chassis.outbox.tables import outbox
from chassis.outbox.tail import stream_state
from contracts.catalog import OfferPublished

EVENTS = 10_000
SINGLE = 1_500
BATCH = 500


async def bench(ground: Ground) -> list[Result]:
    """Events a second from committed rows to acknowledged and moved."""
    client = await ground.client()
    rows = [
        Row(number, uuid.UUID(headers["ce-id"]), headers["ce-subject"], subject, headers, body)
        for number, (subject, body, headers) in enumerate(message(n) for n in range(EVENTS))
    ]

    async def bare_atomic() -> float:
        await ground.empty_stream(client)
        publisher = Publisher(client, "CATALOG")
        started = time.perf_counter()
        for start in range(0, EVENTS, BATCH):
            await publisher.publish(rows[start : start + BATCH])
        return EVENTS / (time.perf_counter() - started)

    async def one_by_one() -> float:
        await ground.empty_stream(client)
        stream = client.jetstream()
        started = time.perf_counter()
        for row in rows[:SINGLE]:
            await stream.publish(row.subject, row.payload, headers=dict(row.headers))
        return SINGLE / (time.perf_counter() - started)

    values = await interleaved(5, relay=lambda: relayed(ground, client, rows), atomic=bare_atomic, single=one_by_one)
    await client.close()
    return [
        compare("relay_vs_bare_atomic", values, "relay", "atomic", goal=0.65, peer_name="bare atomic publish, always"),
        compare("relay_vs_one_by_one", values, "relay", "single", goal=5, peer_name="nats-py one by one, always"),
    ]


async def relayed(ground: Ground, client: Client, rows: list[Row], metrics: Metrics | None = None) -> float:
    """Fill an outbox, then time a relay until it is empty."""
    await ground.empty_stream(client)
    urls = ground.database()
    async with connected(urls) as database, database.worker() as session, session.begin():
        for start in range(0, len(rows), 1000):
            await session.execute(insert(outbox), [_record(row) for row in rows[start : start + 1000]])
    # as in production the table has statistics
    connection = await asyncpg.connect(urls.owner_url.replace("+asyncpg", ""))
    await connection.execute("ANALYZE outbox")
    await connection.close()

    async def nothing() -> None: ...

    relay = Relay(
        service="catalog",
        database_url=urls.worker_url,
        client=client,
        stream="CATALOG",
        metrics=metrics or Metrics("catalog"),
        ensure_stream=nothing,
    )
    started = time.perf_counter()
    task = asyncio.create_task(relay.run())
    while (await stream_state(client, "CATALOG"))["messages"] < len(rows):
        await asyncio.sleep(0.02)
    relay.stop()
    await task
    return len(rows) / (time.perf_counter() - started)


def _record(row: Row) -> dict[str, Any]:
    return {
        "event_id": row.event_id,
        "event_type": OfferPublished.event_type,
        "aggregate_id": row.aggregate_id,
        "sequence": int(row.headers["ce-sequence"]),
        "subject": row.subject,
        "headers": dict(row.headers),
        "payload": row.payload,
    }
