"""What a new leader, and a consumer that comes back, make of what they find."""

import asyncio
import uuid
from datetime import UTC, datetime

from backbone_sample import note
from platform_fixtures import eventually
from sqlalchemy import text

from chassis.db import direct_connection
from chassis.inbox import Consumer
from chassis.inbox.parking import list_parked
from chassis.outbox.publisher import BATCH_ROWS_MAX, Publisher
from chassis.outbox.tail import all_events
from chassis.streams import ensure_stream, event_stream
from contracts.catalog import OfferPublished
from contracts.envelope import Envelope

from .conftest import Bench


async def test_a_new_leader_finds_two_batches_that_were_published_and_not_moved(bench: Bench) -> None:
    """The former leader had one batch on its way and the one before it not yet moved; the broker has forgotten the ids."""
    short = {"name": "CATALOG", "subjects": ["evt.catalog.>"], "duplicate_window": 100_000_000}
    await bench.client.jetstream().delete_stream("CATALOG")
    await ensure_stream(bench.client, event_stream("catalog", max_age_days=30) | short)
    aggregates = [uuid.uuid4() for _ in range(2 * BATCH_ROWS_MAX + 40)]
    await bench.publish_many([(one, 1) for one in aggregates])
    relay = bench.relay()
    connection = await direct_connection(bench.urls.worker_url)
    rows = await relay._head(connection)
    publisher = Publisher(bench.client, "CATALOG")
    await publisher.publish(rows)
    await publisher.publish(await relay._head(connection, rows))
    await connection.close()
    await asyncio.sleep(0.3)
    await bench.start_relay()
    await eventually(lambda: bench.scalar("SELECT count(*) = 0 FROM outbox"))
    streamed = [one.event_id for one in await all_events(bench.client, "CATALOG")]
    assert len(streamed) == len(set(streamed)) == len(aggregates)


async def test_a_consumer_reads_a_stream_that_was_restored_from_an_older_backup(bench: Bench) -> None:
    """The stream is the same by name and birth, and other events stand where the consumer has been."""
    consumer = Consumer("settlement-catalog", "catalog")
    consumer.effect(OfferPublished)(note)
    await bench.publish_many([(uuid.uuid4(), 1) for _ in range(20)])
    await bench.start_relay()
    await eventually(lambda: bench.scalar("SELECT count(*) = 20 FROM event_log"))
    await bench.start_consumer(consumer)
    await eventually(lambda: bench.scalar("SELECT count(*) = 20 FROM done"))
    await bench.stopping.pop()()
    async with bench.database.worker() as session, session.begin():  # what it had applied beyond the backup
        await session.execute(text("UPDATE inbox_checkpoint SET event_id = gen_random_uuid(), stream_seq = 18"))
        await session.execute(
            text("DELETE FROM inbox WHERE event_id IN (SELECT event_id FROM event_log WHERE stream_seq IN (5, 11))")
        )
    await bench.start_consumer(consumer)
    await eventually(lambda: bench.scalar("SELECT count(*) = 22 FROM done"))


async def test_a_checkpoint_beyond_the_end_of_the_stream_starts_from_the_beginning(bench: Bench) -> None:
    consumer = Consumer("settlement-catalog", "catalog")
    consumer.effect(OfferPublished)(note)
    await bench.publish_many([(uuid.uuid4(), 1) for _ in range(25)])
    await bench.start_relay()
    await eventually(lambda: bench.scalar("SELECT count(*) = 25 FROM event_log"))
    await bench.start_consumer(consumer)
    await eventually(lambda: bench.scalar("SELECT count(*) = 25 FROM done"))
    await bench.stopping.pop()()
    async with bench.database.worker() as session, session.begin():
        await session.execute(text("UPDATE inbox_checkpoint SET stream_seq = 4000"))
        await session.execute(text("DELETE FROM inbox"))
    await bench.start_consumer(consumer)
    await eventually(lambda: bench.scalar("SELECT count(*) = 50 FROM done"))


async def test_a_hostile_header_cannot_stop_the_events_behind_it(bench: Bench) -> None:
    consumer = Consumer("settlement-catalog", "catalog")
    consumer.effect(OfferPublished)(note)
    await bench.start_relay()
    await bench.start_consumer(consumer)
    envelope = Envelope(
        uuid.uuid4(), OfferPublished.event_type, "/services/catalog", str(uuid.uuid4()), datetime.now(UTC), 1
    )
    headers = envelope.headers() | {"ce-source": "nul\x00inside"}
    await bench.client.request(envelope.nats_subject(), b"{}", timeout=5, headers=headers)
    await bench.publish(uuid.uuid4(), 1)
    await eventually(lambda: bench.scalar("SELECT count(*) = 1 FROM done"))
    async with bench.database.worker() as session:
        (dead,) = await list_parked(session, state="dead")
    assert dead.event_id == envelope.id
