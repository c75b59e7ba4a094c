"""Record an event inside the business transaction."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ARRAY, BigInteger, LargeBinary, Text, Uuid, bindparam, insert, text
from sqlalchemy import event as orm_event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from chassis import trace
from chassis.outbox.tables import outbox
from chassis.outbox.wake import wake_after_commit
from contracts.base import Event, service_of
from contracts.envelope import Envelope

PAYLOAD_BYTES_MAX: Final = 900_000
"""Under the broker's 1 MiB with room for headers: what is recorded can always be published."""

_INSERT: Final = insert(outbox).inline()
_INSERT_MANY: Final = text(
    "INSERT INTO outbox (event_id, event_type, aggregate_id, sequence, subject, headers, payload) "
    "SELECT * FROM unnest(:ids, :types, :aggregates, :sequences, :subjects, :headers, :payloads)"
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("types", type_=ARRAY(Text)),
    bindparam("aggregates", type_=ARRAY(Text)),
    bindparam("sequences", type_=ARRAY(BigInteger)),
    bindparam("subjects", type_=ARRAY(Text)),
    bindparam("headers", type_=ARRAY(JSONB)),
    bindparam("payloads", type_=ARRAY(LargeBinary)),
)


class EventTooLarge(ValueError):
    """The event would not fit into a message of the broker; the command that caused it must be refused."""


async def record(session: AsyncSession, event: Event, *, sequence: int) -> uuid.UUID:
    """Write one event to the outbox of the session's transaction and return its id.

    `sequence` is the aggregate's version after the change. The caller has already written the aggregate row, so that
    row's lock makes the order of ids the order of versions.
    """
    envelope, payload = _sealed(event, sequence)
    await session.execute(
        _INSERT,
        {
            "event_id": envelope.id,
            "event_type": envelope.type,
            "aggregate_id": envelope.subject,
            "sequence": sequence,
            "subject": envelope.nats_subject(),
            "headers": envelope.headers(),
            "payload": payload,
        },
    )
    session.info["outbox_touched"] = True
    return envelope.id


async def record_many(session: AsyncSession, events: Sequence[tuple[Event, int]]) -> None:
    """Write events with their sequences in one statement, in their order: a lesson makes one for each of its pupils."""
    if not events:
        return
    sealed = [_sealed(event, sequence) for event, sequence in events]
    await session.execute(
        _INSERT_MANY,
        {
            "ids": [envelope.id for envelope, _ in sealed],
            "types": [envelope.type for envelope, _ in sealed],
            "aggregates": [envelope.subject for envelope, _ in sealed],
            "sequences": [envelope.sequence for envelope, _ in sealed],
            "subjects": [envelope.nats_subject() for envelope, _ in sealed],
            "headers": [envelope.headers() for envelope, _ in sealed],
            "payloads": [payload for _, payload in sealed],
        },
    )
    session.info["outbox_touched"] = True


def _sealed(event: Event, sequence: int) -> tuple[Envelope, bytes]:
    payload = event.model_dump_json().encode()
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise EventTooLarge(f"{event.event_type}: {len(payload)} bytes, the limit is {PAYLOAD_BYTES_MAX}")
    envelope = Envelope(
        id=uuid.uuid4(),
        type=event.event_type,
        source=f"/services/{service_of(event.event_type)}",
        subject=str(event.aggregate_id),
        time=datetime.now(UTC),
        sequence=sequence,
        audience=event.audience(),
        correlation_id=trace.correlation_id.get(),
        traceparent=trace.child_of(trace.traceparent.get()),
    )
    return envelope, payload


@orm_event.listens_for(Session, "after_commit")
def _wake(session: Session) -> None:
    if session.info.pop("outbox_touched", False):
        wake_after_commit(session)
