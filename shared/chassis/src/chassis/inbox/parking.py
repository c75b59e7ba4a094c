"""Events that could not be applied: waiting for another try, or dead until an operator decides.

They leave the stream and stand in the service's own database, committed together with the batch they came in: a broker
counts redeliveries, but it cannot keep the order of an aggregate, show a reason, or wait for a person
(docs/decisions/0004).
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from chassis.errors import Conflict, NotFound, PermanentError
from chassis.inbox.applying import apply_one, database_is_away, words
from chassis.inbox.consumer import Consumer, Incoming, Unreadable, understand
from chassis.inbox.tables import parked

State = Literal["waiting", "dead"]
DELAY_SECONDS: Final = (0.5, 1, 2, 5, 15, 60, 300)
RETRY_ROWS_MAX: Final = 200
WAITING_MAX: Final = 10_000
"""Past this many waiting events a consumer stops reading on: something is wrong that more events will not cure."""


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """A parked event as an operator sees it."""

    consumer: str
    event_id: UUID
    event_type: str
    aggregate_id: str
    stream_seq: int
    state: str
    attempts: int
    error: str
    parked_at: datetime
    next_attempt_at: datetime
    headers: dict[str, str]
    payload: str


def delay_after(attempts: int) -> timedelta:
    """Growing pauses with a quarter of jitter, from half a second to five minutes."""
    seconds = DELAY_SECONDS[min(attempts, len(DELAY_SECONDS)) - 1] if attempts else 0
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311 - jitter, not a secret


async def park(
    session: AsyncSession, consumer: str, message: Incoming, *, state: State, error: str, attempts: int = 0
) -> None:
    """Keep a message in the transaction of its batch."""
    await session.execute(
        insert(parked),
        {
            "consumer": consumer,
            "event_id": message.event_id,
            "event_type": storable(message.event_type),
            "aggregate_id": storable(message.aggregate_id),
            "stream_seq": message.stream_seq,
            "headers": {storable(name): storable(value) for name, value in message.headers.items()},
            "payload": message.payload,
            "state": state,
            "attempts": attempts,
            "next_attempt_at": datetime.now(UTC) + delay_after(attempts),
            "error": storable(error),
        },
    )


def storable(text: str) -> str:
    """Text that PostgreSQL takes: it knows no NUL, and a hostile header may hold one."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


async def count_parked(session: AsyncSession) -> dict[tuple[str, str], int]:
    """How many events are parked, by consumer and state."""
    rows = await session.execute(
        select(parked.c.consumer, parked.c.state, func.count()).group_by(parked.c.consumer, parked.c.state)
    )
    return {(consumer, state): count for consumer, state, count in rows}


async def list_parked(
    session: AsyncSession, *, state: str | None = None, limit: int = 100, offset: int = 0
) -> list[ParkedEvent]:
    """Parked events, the oldest first."""
    query = select(parked).order_by(parked.c.parked_at, parked.c.stream_seq).limit(limit).offset(offset)
    query = query.where(parked.c.state.in_(("waiting", "dead") if state is None else (state,)))
    return [_view(row) for row in await session.execute(query)]


async def get_parked(session: AsyncSession, consumer: str, event_id: UUID) -> ParkedEvent:
    """One parked event; raises NotFound."""
    row = (await session.execute(_one(consumer, event_id))).one_or_none()
    if row is None:
        raise NotFound("Такого отложенного события нет: возможно, его уже применили.")
    return _view(row)


async def discard(session: AsyncSession, consumer: str, event_id: UUID, *, by: str) -> None:
    """Give the event up for good; it stays readable as discarded."""
    row = (await session.execute(_one(consumer, event_id).with_for_update())).one_or_none()
    if row is None or row.state == "discarded":
        raise Conflict("Событие уже не ждёт решения.")
    await session.execute(
        update(parked)
        .where(parked.c.consumer == consumer, parked.c.event_id == event_id)
        .values(state="discarded", settled_at=func.now(), settled_by=by)
    )


async def retry(session: AsyncSession, consumer: Consumer, event_id: UUID) -> str:
    """Apply one parked event now; `applied` or `superseded`. The handler's own error passes through."""
    row = (await session.execute(_one(consumer.name, event_id).with_for_update())).one_or_none()
    if row is None or row.state == "discarded":
        raise Conflict("Событие уже не ждёт решения.")
    earlier = await session.scalar(
        select(func.count())
        .select_from(parked)
        .where(
            parked.c.consumer == consumer.name,
            parked.c.aggregate_id == row.aggregate_id,
            parked.c.state == "waiting",
            parked.c.stream_seq < row.stream_seq,
        )
    )
    handler = consumer.handlers.get(row.event_type)
    if handler is not None and handler.kind == "effect" and earlier:
        raise Conflict("Сначала должно быть применено более раннее событие этого же объекта.")
    try:
        received = understand(_incoming(row))
        outcome = await apply_one(session, consumer, received)
    except (Unreadable, KeyError) as error:
        raise PermanentError(str(error)) from error
    await session.execute(parked.delete().where(parked.c.consumer == consumer.name, parked.c.event_id == event_id))
    return outcome


async def retry_due(sessions: async_sessionmaker[AsyncSession], consumer: Consumer) -> int:
    """Try every waiting event whose time has come and that nothing earlier of its aggregate precedes."""
    earlier = parked.alias("earlier")
    heads = (
        select(parked.c.event_id, parked.c.attempts)
        .where(
            parked.c.consumer == consumer.name,
            parked.c.state == "waiting",
            parked.c.next_attempt_at <= func.now(),
            ~exists().where(
                earlier.c.consumer == parked.c.consumer,
                earlier.c.state == "waiting",
                earlier.c.aggregate_id == parked.c.aggregate_id,
                earlier.c.stream_seq < parked.c.stream_seq,
            ),
        )
        .order_by(parked.c.stream_seq)
        .limit(RETRY_ROWS_MAX)
    )
    async with sessions() as session:
        due = (await session.execute(heads)).all()
    applied = 0
    for event_id, attempts in due:
        try:
            async with sessions() as session, session.begin():
                await retry(session, consumer, event_id)
            applied += 1
        except Conflict:  # an operator was faster
            continue
        except Exception as error:
            if database_is_away(error):
                raise
            await _note_failure(sessions, consumer, event_id, attempts + 1, error)
    return applied


async def _note_failure(
    sessions: async_sessionmaker[AsyncSession], consumer: Consumer, event_id: UUID, attempts: int, error: Exception
) -> None:
    dead = isinstance(error, PermanentError) or attempts >= consumer.attempts_max
    async with sessions() as session, session.begin():
        await session.execute(
            update(parked)
            .where(parked.c.consumer == consumer.name, parked.c.event_id == event_id, parked.c.state == "waiting")
            .values(
                state="dead" if dead else "waiting",
                attempts=attempts,
                error=storable(words(error)),
                next_attempt_at=datetime.now(UTC) + delay_after(attempts),
            )
        )


def _one(consumer: str, event_id: UUID) -> Any:
    return select(parked).where(parked.c.consumer == consumer, parked.c.event_id == event_id)


def _incoming(row: Any) -> Incoming:
    return Incoming(row.stream_seq, row.headers, row.payload)


def _view(row: Any) -> ParkedEvent:
    return ParkedEvent(
        consumer=row.consumer,
        event_id=row.event_id,
        event_type=row.event_type,
        aggregate_id=row.aggregate_id,
        stream_seq=row.stream_seq,
        state=row.state,
        attempts=row.attempts,
        error=row.error,
        parked_at=row.parked_at,
        next_attempt_at=row.next_attempt_at,
        headers=dict(row.headers),
        payload=row.payload.decode("utf-8", "replace"),
    )
