"""One event, from a committed row to a handler: order, exactly once, and what happens to what fails."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from backbone_sample import keep, note, offer
from platform_fixtures import eventually
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import PermanentError, TransientError
from chassis.inbox import Consumer, Received
from chassis.inbox.parking import discard, get_parked, list_parked, retry
from chassis.outbox import record
from chassis.outbox.wake import Waker
from contracts.catalog import OfferChanged, OfferPublished
from contracts.envelope import Envelope

from .conftest import Bench


async def test_a_committed_event_reaches_the_handler_with_its_envelope(bench: Bench) -> None:
    seen: list[Received[Any]] = []
    consumer = Consumer("enrollment-catalog", "catalog")

    @consumer.effect(OfferPublished)
    async def remember(session: AsyncSession, received: Received[OfferPublished]) -> None:
        seen.append(received)

    await bench.start_relay()
    await bench.start_consumer(consumer)
    aggregate = uuid.uuid4()
    event_id = await bench.publish(aggregate, 7)
    await eventually(lambda: seen)
    envelope = seen[0].envelope
    assert (envelope.id, envelope.subject, envelope.sequence) == (event_id, str(aggregate), 7)
    assert envelope.audience is None
    assert seen[0].event.offer_id == aggregate
    await eventually(lambda: bench.scalar("SELECT count(*) = 1 FROM event_log WHERE stream_seq = 1"))
    assert await bench.scalar("SELECT count(*) FROM outbox") == 0


async def test_nothing_is_published_when_the_business_transaction_rolls_back(bench: Bench) -> None:
    await bench.start_relay()

    async def failing_command() -> None:
        async with bench.database.worker() as session, session.begin():
            await record(session, OfferPublished(**offer(uuid.uuid4())), sequence=1)
            raise RuntimeError("the rule that is checked last says no")

    with pytest.raises(RuntimeError):
        await failing_command()
    kept = await bench.publish(uuid.uuid4(), 1)
    await eventually(lambda: bench.scalar("SELECT count(*) = 1 FROM event_log"))
    assert await bench.scalar("SELECT event_id FROM event_log") == kept


async def test_many_events_arrive_once_and_in_the_order_of_their_aggregate(bench: Bench) -> None:
    consumer = Consumer("settlement-catalog", "catalog")
    consumer.effect(OfferPublished, OfferChanged)(note)
    aggregates = [uuid.uuid4() for _ in range(20)]
    await bench.publish_many([(one, version) for version in range(1, 61) for one in aggregates])
    await bench.start_relay()
    await bench.start_consumer(consumer)
    await eventually(lambda: bench.scalar("SELECT count(*) = 1200 FROM done"))
    disordered = await bench.scalar(
        "SELECT count(*) FROM (SELECT version, lag(version) OVER (PARTITION BY id ORDER BY n) AS before FROM done) t "
        "WHERE before IS NOT NULL AND version <> before + 1"
    )
    assert disordered == 0


async def test_a_state_handler_never_puts_an_older_version_over_a_newer_one(bench: Bench) -> None:
    consumer = Consumer("enrollment-catalog", "catalog")
    consumer.state(OfferPublished, OfferChanged)(keep)
    aggregate = uuid.uuid4()
    await bench.publish(aggregate, 3, changed=True, title="новое")
    await bench.publish(aggregate, 1, title="старое")
    await bench.start_relay()
    await bench.start_consumer(consumer)
    await eventually(lambda: bench.scalar("SELECT stream_seq = 2 FROM inbox_checkpoint UNION ALL SELECT false LIMIT 1"))
    assert (await bench.rows("SELECT version, title FROM kept")) == [(3, "новое")]


async def test_a_redelivered_event_is_applied_once(bench: Bench) -> None:
    consumer = Consumer("settlement-catalog", "catalog")
    consumer.effect(OfferPublished)(note)
    await bench.publish_many([(uuid.uuid4(), 1) for _ in range(30)])
    await bench.start_relay()
    await bench.start_consumer(consumer)
    await eventually(lambda: bench.scalar("SELECT count(*) = 30 FROM done"))
    async with bench.database.worker() as session, session.begin():
        await session.execute(text("DELETE FROM inbox_checkpoint"))  # as if the commit's acknowledgement were lost
    await bench.stopping.pop()()
    await bench.start_consumer(consumer)
    await eventually(lambda: bench.scalar("SELECT count(*) = 1 FROM inbox_checkpoint WHERE stream_seq = 30"))
    assert await bench.scalar("SELECT count(*) FROM done") == 30


async def test_a_failing_effect_holds_back_its_aggregate_and_nothing_else(bench: Bench) -> None:
    consumer = Consumer("settlement-catalog", "catalog")
    broken = uuid.uuid4()
    cured: list[bool] = []

    @consumer.effect(OfferPublished)
    async def effect(session: AsyncSession, received: Received[OfferPublished]) -> None:
        if received.event.offer_id == broken and not cured:
            raise TransientError("the organisation is not known yet")
        await note(session, received)

    others = [uuid.uuid4() for _ in range(5)]
    await bench.publish_many([(broken, 1), *((one, 1) for one in others), (broken, 2), (broken, 3)])
    await bench.start_relay()
    await bench.start_consumer(consumer)
    await eventually(lambda: bench.scalar("SELECT count(*) = 5 FROM done"))
    await bench.publish(broken, 4)
    await eventually(lambda: bench.scalar("SELECT count(*) = 4 FROM parked_event WHERE state = 'waiting'"))
    cured.append(True)
    await eventually(lambda: bench.scalar("SELECT count(*) = 9 FROM done"))
    rows = await bench.rows("SELECT id, version FROM done ORDER BY n")
    assert [version for one, version in rows if one == broken] == [1, 2, 3, 4]
    assert await bench.scalar("SELECT count(*) FROM parked_event") == 0


async def test_a_dead_letter_in_the_middle_says_why_and_lets_the_later_events_go_on(bench: Bench) -> None:
    consumer = Consumer("settlement-catalog", "catalog")
    aggregate = uuid.uuid4()
    mended: list[bool] = []

    @consumer.effect(OfferPublished)
    async def effect(session: AsyncSession, received: Received[OfferPublished]) -> None:
        if received.sequence == 2 and not mended:
            raise PermanentError("no tariff fits this lesson")
        await note(session, received)

    await bench.publish_many([(aggregate, version) for version in (1, 2, 3)])
    await bench.start_relay()
    await bench.start_consumer(consumer)
    await eventually(lambda: bench.scalar("SELECT count(*) = 2 FROM done"))
    async with bench.database.worker() as session:
        (dead,) = await list_parked(session, state="dead")
    assert "no tariff fits this lesson" in dead.error
    assert json.loads(dead.payload)["offer_id"] == str(aggregate)
    mended.append(True)
    async with bench.database.worker() as session, session.begin():
        assert await retry(session, consumer, dead.event_id) == "applied"
    assert [v for (v,) in await bench.rows("SELECT version FROM done ORDER BY n")] == [1, 3, 2]
    assert await bench.scalar("SELECT count(*) FROM parked_event") == 0


async def test_a_state_replayed_after_a_newer_one_is_superseded(bench: Bench) -> None:
    consumer = Consumer("enrollment-catalog", "catalog")
    mended: list[bool] = []

    @consumer.state(OfferPublished)
    async def state(session: AsyncSession, events: list[Received[Any]]) -> int:
        if any(one.sequence == 1 for one in events) and not mended:
            raise PermanentError("broken at first")
        return await keep(session, events)

    aggregate = uuid.uuid4()
    await bench.publish(aggregate, 1)
    await bench.start_relay()
    await bench.start_consumer(consumer)
    await eventually(lambda: bench.scalar("SELECT count(*) = 1 FROM parked_event WHERE state = 'dead'"))
    await bench.publish(aggregate, 2)
    await eventually(lambda: bench.scalar("SELECT count(*) = 1 FROM kept"))
    mended.append(True)
    async with bench.database.worker() as session, session.begin():
        (dead,) = await list_parked(session, state="dead")
        assert await retry(session, consumer, dead.event_id) == "superseded"
    assert await bench.scalar("SELECT version FROM kept") == 2


async def test_bad_messages_become_dead_letters_and_unknown_types_are_counted(bench: Bench) -> None:
    consumer = Consumer("settlement-catalog", "catalog")
    consumer.effect(OfferPublished)(note)
    await bench.start_relay()
    await bench.start_consumer(consumer)

    async def send(event_type: str, body: bytes, **headers: str) -> None:
        envelope = Envelope(uuid.uuid4(), event_type, "/services/catalog", str(uuid.uuid4()), datetime.now(UTC), 1)
        await bench.client.request(envelope.nats_subject(), body, timeout=5, headers=envelope.headers() | headers)

    await send("catalog.offer.published.v1", b'{"offer_id": "not-a-uuid"}')
    await send("catalog.offer.published.v1", b"{broken json")
    await send("catalog.offer.published.v1", b"{}", **{"ce-sequence": "seven"})
    await send("catalog.offer.renamed.v9", b"{}")
    await bench.client.request("evt.catalog.nothing", b"\xff\x00 no headers at all", timeout=5)
    await bench.publish(uuid.uuid4(), 1)
    await eventually(lambda: bench.scalar("SELECT count(*) = 1 FROM done"))
    async with bench.database.worker() as session:
        errors = [one.error for one in await list_parked(session, state="dead")]
    assert len(errors) == 4
    assert "offer_id" in errors[0]
    assert "ce-sequence" in errors[2]
    assert "ce-specversion" in errors[3]
    counted = bench.metrics.consumer_events.labels("catalog", "settlement-catalog", "unknown")
    assert counted._value.get() == 1


async def test_a_discarded_event_stays_readable_and_is_not_applied(bench: Bench) -> None:
    consumer = Consumer("settlement-catalog", "catalog")

    @consumer.effect(OfferPublished)
    async def effect(session: AsyncSession, received: Received[OfferPublished]) -> None:
        raise PermanentError("never")

    event_id = await bench.publish(uuid.uuid4(), 1)
    await bench.start_relay()
    await bench.start_consumer(consumer)
    await eventually(lambda: bench.scalar("SELECT count(*) = 1 FROM parked_event WHERE state = 'dead'"))
    async with bench.database.worker() as session, session.begin():
        await discard(session, consumer.name, event_id, by="operator")
    async with bench.database.worker() as session:
        assert (await get_parked(session, consumer.name, event_id)).state == "discarded"
        assert await list_parked(session) == []


async def test_the_relay_wakes_a_waiting_leader_in_another_process(bench: Bench) -> None:
    await bench.start_relay()
    await eventually(bench.metrics.relay_leading._value.get)
    waker = Waker(bench.database.worker_engine)
    async with bench.database.worker() as session:
        session.sync_session.info["waker"] = waker
        async with session.begin():
            await record(session, OfferPublished(**offer(uuid.uuid4())), sequence=1)
    await eventually(lambda: bench.scalar("SELECT count(*) = 1 FROM event_log"), seconds=0.8, every=0.01)
    await waker.close()
