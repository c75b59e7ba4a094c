"""Refill a stream from `event_log`, with the same ids and in the same order.

What is still in the stream is left out; the rest goes through the outbox again, so that the one leader publishes it and
consumers, who remember the ids, apply nothing twice.
"""

from datetime import datetime
from typing import Final

import nats
from nats.aio.client import Client
from sqlalchemy import ARRAY, Uuid, bindparam, text

from chassis.broker import sign_in
from chassis.db import connect_database
from chassis.outbox.publisher import StreamMissing
from chassis.outbox.tail import all_events
from chassis.settings import Settings
from contracts.registry import stream_of

_AGAIN: Final = text(
    "INSERT INTO outbox (event_id, event_type, aggregate_id, sequence, subject, headers, payload, created_at) "
    "SELECT event_id, event_type, aggregate_id, sequence, subject, headers, payload, created_at FROM event_log "
    "WHERE created_at >= :since AND NOT event_id = ANY(:present) "
    "AND NOT event_id IN (SELECT event_id FROM outbox) ORDER BY published_at, stream_seq"
).bindparams(bindparam("present", type_=ARRAY(Uuid)))


async def republish(service: str, settings: Settings, since: datetime) -> int:
    """Queue every logged event since `since` that the stream no longer holds; returns how many."""
    if since.tzinfo is None:
        raise SystemExit("--since needs a time zone, for example 2026-09-01T00:00:00+05:00")
    client = await nats.connect(settings.nats_url, connect_timeout=5, **sign_in(settings))
    try:
        present = await _present(service, client)
    finally:
        await client.close()
    database = connect_database(settings.database_app_url, settings.database_worker_url)
    try:
        async with database.worker() as session, session.begin():
            result = await session.execute(_AGAIN, {"since": since, "present": present})
            return int(result.rowcount)  # type: ignore[attr-defined]
    finally:
        await database.dispose()


async def _present(service: str, client: Client) -> list[object]:
    stream = stream_of(service)
    try:
        return [one.event_id for one in await all_events(client, stream)]
    except StreamMissing:
        return []
