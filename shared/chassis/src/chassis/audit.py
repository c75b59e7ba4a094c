"""The backbone's own reconciliation: recorded = in the stream = applied once by each consumer."""

from collections import Counter
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.inbox.consumer import Consumer
from chassis.outbox.publisher import StreamMissing
from chassis.outbox.tail import StreamedEvent, all_events
from chassis.runtime import Runtime
from contracts.registry import stream_of

_LOGGED: Final = text("SELECT event_id FROM event_log")
_APPLIED: Final = text("SELECT event_id FROM inbox WHERE consumer = :consumer")
_PARKED: Final = text("SELECT event_id, state = 'discarded' FROM parked_event WHERE consumer = :consumer")


@dataclass(frozen=True, slots=True)
class PublisherAudit:
    """A service's log beside its stream, within what the stream still retains."""

    logged: int
    streamed: int
    missing: int
    doubled: int
    unlogged: int
    unpublished: int


@dataclass(frozen=True, slots=True)
class ConsumerAudit:
    """A consumer's inbox beside the stream it reads, for the event types it handles."""

    consumer: str
    expected: int
    applied: int
    missing: int
    parked: int
    discarded: int


async def audit_publisher(runtime: Runtime, session: AsyncSession) -> PublisherAudit:
    """Compare ids, not counts: what is logged must stand in the stream exactly once."""
    logged: set[UUID] = set(await session.scalars(_LOGGED))
    unpublished = int(await session.scalar(text("SELECT count(*) FROM outbox")) or 0)
    streamed = Counter(one.event_id for one in await _events(runtime, stream_of(runtime.service)))
    return PublisherAudit(
        logged=len(logged),
        streamed=sum(streamed.values()),
        missing=len(logged - streamed.keys()),
        doubled=sum(count - 1 for count in streamed.values()),
        unlogged=len(streamed.keys() - logged),
        unpublished=unpublished,
    )


async def audit_consumer(runtime: Runtime, session: AsyncSession, consumer: Consumer) -> ConsumerAudit:
    """Every event of a handled type must be in the inbox, whose key makes it once, and not among the parked."""
    expected = {one.event_id for one in await _events(runtime, consumer.stream) if one.event_type in consumer.handlers}
    applied = set(await session.scalars(_APPLIED, {"consumer": consumer.name}))
    kept: dict[UUID, bool] = dict(map(tuple, await session.execute(_PARKED, {"consumer": consumer.name})))
    discarded = {event_id for event_id, given_up in kept.items() if given_up}
    return ConsumerAudit(
        consumer=consumer.name,
        expected=len(expected),
        applied=len((applied & expected) - kept.keys()),
        missing=len(expected - applied),
        parked=len(kept) - len(discarded),
        discarded=len(discarded & expected),
    )


async def _events(runtime: Runtime, stream: str) -> list[StreamedEvent]:
    try:
        return await all_events(runtime.broker.connection, stream)
    except StreamMissing:
        return []
