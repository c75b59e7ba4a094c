"""Apply a batch in one transaction: dedupe, handlers, checkpoint, commit; the acknowledgement comes after.

The fast path applies the whole batch. If anything in it fails, the batch is rolled back and applied again with one
savepoint an event, so that only the failing events are parked. Losing the database parks nothing: the batch is simply
not acknowledged.
"""

import time
import uuid
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ARRAY, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from chassis.errors import PermanentError
from chassis.inbox import parking
from chassis.inbox.applying import DatabaseAway, apply_one, database_is_away, words
from chassis.inbox.consumer import Consumer, Incoming, Received, Unreadable, understand
from chassis.logs import logger
from chassis.metrics import Metrics
from contracts.base import Event

log = logger("consumer")

_FRESH: Final = text(
    "INSERT INTO inbox (consumer, event_id) SELECT :consumer, id FROM unnest(:ids) AS t(id) "
    "ON CONFLICT DO NOTHING RETURNING event_id"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_BLOCKED: Final = text(
    "SELECT DISTINCT aggregate_id FROM parked_event "
    "WHERE consumer = :consumer AND state = 'waiting' AND aggregate_id = ANY(:aggregates)"
).bindparams(bindparam("aggregates", type_=ARRAY(Text)))
_CHECKPOINT: Final = text(
    "INSERT INTO inbox_checkpoint (consumer, stream_created, stream_seq, event_id) VALUES (:consumer, :created, :seq, :id) "
    "ON CONFLICT (consumer) DO UPDATE SET stream_created = EXCLUDED.stream_created, stream_seq = EXCLUDED.stream_seq, "
    "event_id = EXCLUDED.event_id, updated_at = now()"
)


@dataclass(slots=True)
class _Sorted:
    readable: list[tuple[Incoming, Received[Event]]]
    unreadable: list[tuple[Incoming, str]]
    unknown: int


class BatchProcessor:
    """Applies batches of one consumer to one service's database."""

    def __init__(self, consumer: Consumer, sessions: async_sessionmaker[AsyncSession], metrics: Metrics) -> None:
        self.consumer = consumer
        self._sessions = sessions
        self._metrics = metrics

    async def process(self, batch: Sequence[Incoming], *, stream_created: str) -> None:
        """Apply the batch or park what fails; after it returns, every message of it may be acknowledged."""
        started = time.perf_counter()
        sorted_batch = self._sort(batch)
        try:
            try:
                outcome = await self._apply(sorted_batch, batch[-1], stream_created, one_by_one=False)
            except Exception as error:
                if database_is_away(error):
                    raise
                log.info("consumer.batch_split", consumer=self.consumer.name, events=len(batch), reason=words(error))
                outcome = await self._apply(sorted_batch, batch[-1], stream_created, one_by_one=True)
        except Exception as error:
            if database_is_away(error):
                raise DatabaseAway(words(error)) from error
            raise
        outcome["unknown"] += sorted_batch.unknown
        for name, count in outcome.items():
            self._metrics.consumer_events.labels(self._metrics.service, self.consumer.name, name).inc(count)
        self._metrics.handler_seconds.labels(self._metrics.service, self.consumer.name).observe(
            time.perf_counter() - started
        )

    def _sort(self, batch: Sequence[Incoming]) -> _Sorted:
        found = _Sorted([], [], 0)
        for message in batch:
            if message.event_type and message.event_type not in self.consumer.handlers:
                found.unknown += 1
                continue
            try:
                found.readable.append((message, understand(message)))
            except Unreadable as error:
                found.unreadable.append((message, str(error)))
        return found

    async def _apply(self, work: _Sorted, last: Incoming, created: str, *, one_by_one: bool) -> Tally[str]:
        outcome: Tally[str] = Tally()
        messages = [message for message, _ in work.readable] + [message for message, _ in work.unreadable]
        async with self._sessions() as session, session.begin():
            fresh = await self._fresh(session, [message.event_id for message in messages])
            outcome["duplicate"] = len(messages) - len(fresh)
            for message, reason in work.unreadable:
                if message.event_id in fresh:
                    outcome["dead"] += 1
                    await parking.park(session, self.consumer.name, message, state="dead", error=reason)
            readable = [(message, one) for message, one in work.readable if message.event_id in fresh]
            readable = await self._hold_back(session, readable, outcome)
            if one_by_one:
                await self._each_in_a_savepoint(session, readable, outcome)
            else:
                await self._all_at_once(session, [one for _, one in readable], outcome)
            place = {"seq": last.stream_seq, "id": last.event_id, "created": created}
            await session.execute(_CHECKPOINT, {"consumer": self.consumer.name, **place})
        return outcome

    async def _fresh(self, session: AsyncSession, ids: list[uuid.UUID]) -> set[uuid.UUID]:
        if not ids:
            return set()
        rows = await session.scalars(_FRESH, {"consumer": self.consumer.name, "ids": ids})
        return set(rows)

    async def _hold_back(
        self, session: AsyncSession, readable: list[tuple[Incoming, Received[Event]]], outcome: Tally[str]
    ) -> list[tuple[Incoming, Received[Event]]]:
        """Park the effects whose aggregate already waits: they keep their order behind it."""
        effects = [message.aggregate_id for message, one in readable if self._kind(one) == "effect"]
        if not effects:
            return readable
        blocked = set(
            await session.scalars(_BLOCKED, {"consumer": self.consumer.name, "aggregates": list(set(effects))})
        )
        if not blocked:
            return readable
        free = []
        for message, one in readable:
            if message.aggregate_id in blocked and self._kind(one) == "effect":
                outcome["parked"] += 1
                await parking.park(
                    session, self.consumer.name, message, state="waiting", error="waits for an earlier one"
                )
            else:
                free.append((message, one))
        return free

    def _kind(self, one: Received[Event]) -> str:
        return self.consumer.handlers[one.envelope.type].kind

    async def _all_at_once(self, session: AsyncSession, events: list[Received[Event]], outcome: Tally[str]) -> None:
        newest: dict[int, dict[str, Received[Event]]] = {}
        for one in events:
            handler = self.consumer.handlers[one.envelope.type]
            if handler.kind == "effect":
                await apply_one(session, self.consumer, one)
            else:
                group = newest.setdefault(id(handler.apply), {})
                known = group.get(one.envelope.subject)
                if known is None or known.sequence < one.sequence:
                    group[one.envelope.subject] = one
        for group in newest.values():
            batch = list(group.values())
            await self.consumer.handlers[batch[0].envelope.type].apply(session, batch)
        outcome["applied"] += len(events)

    async def _each_in_a_savepoint(
        self, session: AsyncSession, readable: list[tuple[Incoming, Received[Event]]], outcome: Tally[str]
    ) -> None:
        blocked: set[str] = set()
        for message, one in readable:
            if message.aggregate_id in blocked and self._kind(one) == "effect":
                outcome["parked"] += 1
                await parking.park(
                    session, self.consumer.name, message, state="waiting", error="waits for an earlier one"
                )
                continue
            try:
                async with session.begin_nested():
                    await apply_one(session, self.consumer, one)
                outcome["applied"] += 1
            except Exception as error:
                if database_is_away(error):
                    raise
                dead = isinstance(error, PermanentError)
                outcome["dead" if dead else "parked"] += 1
                log.warning(
                    "consumer.dead_letter" if dead else "consumer.parked",
                    consumer=self.consumer.name,
                    event_id=str(one.envelope.id),
                    event_type=one.envelope.type,
                    reason=words(error),
                )
                if not dead and self._kind(one) == "effect":
                    blocked.add(message.aggregate_id)
                await parking.park(
                    session,
                    self.consumer.name,
                    message,
                    state="dead" if dead else "waiting",
                    error=words(error),
                    attempts=1,
                )
