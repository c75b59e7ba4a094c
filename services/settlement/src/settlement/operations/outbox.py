"""Record many events in one statement: a lesson of a class makes an event for each of its pupils."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ARRAY, BigInteger, LargeBinary, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import trace
from contracts.base import Event, service_of
from contracts.envelope import Envelope

_RECORD: Final = text(
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


async def record_many(session: AsyncSession, events: Sequence[tuple[Event, int]]) -> None:
    """Write events with their sequences to the outbox, in their order; the same rows as `chassis.outbox.record` makes."""
    if not events:
        return
    now, correlation, parent = datetime.now(UTC), trace.correlation_id.get(), trace.traceparent.get()
    envelopes = [
        Envelope(
            id=uuid.uuid4(),
            type=event.event_type,
            source=f"/services/{service_of(event.event_type)}",
            subject=str(event.aggregate_id),
            time=now,
            sequence=sequence,
            audience=event.audience(),
            correlation_id=correlation,
            traceparent=trace.child_of(parent),
        )
        for event, sequence in events
    ]
    await session.execute(
        _RECORD,
        {
            "ids": [one.id for one in envelopes],
            "types": [one.type for one in envelopes],
            "aggregates": [one.subject for one in envelopes],
            "sequences": [one.sequence for one in envelopes],
            "subjects": [one.nats_subject() for one in envelopes],
            "headers": [one.headers() for one in envelopes],
            "payloads": [event.model_dump_json().encode() for event, _ in events],
        },
    )
    session.info["outbox_touched"] = True
