"""The feeds on the broker: `feed.<organization>.<event type>` in stream FEED, filled from `feed_entry` in order.

Invariants (each has a test):
- one leader, proved by an advisory lock on the one connection it reads and notes with;
- every message carries the stable id `<organization>:<number>`, and a publish names the stream's last sequence, so a
  former leader that wakes up late adds nothing;
- a new leader asks the stream for each feed's last message and goes on behind it, so a kill between publishing and noting
  neither loses nor repeats; a stream that was recreated is filled again from number 1.
Partners are promised at-least-once with a stable id.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg
from nats.aio.client import Client
from nats.js.errors import NotFoundError

from chassis.leadership import leadership
from chassis.logs import logger
from chassis.outbox.publisher import (
    BATCH_ROWS_MAX,
    RETRYABLE,
    AlreadyThere,
    DuplicateInBatch,
    PositionLost,
    Publisher,
    Row,
)
from chassis.outbox.tail import stream_state
from chassis.runtime import Runtime
from chassis.streams import ProvisioningFailed, ensure_stream, feed_stream
from contracts.envelope import Envelope
from notifications.background import heed_cancellation
from notifications.feed_consumers import FEED, keep_consumers

log = logger("feeds")

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

POLL_SECONDS: Final = 0.2
CHECK_SECONDS: Final = 3.0
BACKOFF_SECONDS_MAX: Final = 10.0
FEED_ROWS_MAX: Final = 100
"""Entries of one feed in a batch: a long backlog of one organisation does not hold back the others."""

_REGISTER: Final = """
INSERT INTO feed_delivery (organization_id, stream_created) SELECT organization_id, $1 FROM feed_head
UNION SELECT id, $1 FROM organization ON CONFLICT DO NOTHING
"""
_RESTART: Final = "UPDATE feed_delivery SET published_seq = 0, stream_created = $1 WHERE stream_created <> $1"
_WAITING: Final = """
SELECT entry.* FROM feed_head head JOIN feed_delivery delivery USING (organization_id)
JOIN LATERAL (
  SELECT * FROM feed_entry
  WHERE organization_id = head.organization_id AND feed_seq > delivery.published_seq ORDER BY feed_seq LIMIT $2
) entry ON true
WHERE head.last_seq > delivery.published_seq
ORDER BY entry.feed_seq - delivery.published_seq, entry.organization_id LIMIT $1
"""
_NOTE: Final = """
UPDATE feed_delivery SET published_seq = done.seq
FROM (SELECT id, max(seq) AS seq FROM unnest($1::uuid[], $2::bigint[]) AS t(id, seq) GROUP BY id) done
WHERE organization_id = done.id
"""


async def publish_feeds(runtime: Runtime) -> None:
    """Publish the feeds until the service stops."""
    settings = runtime.settings
    await FeedPublisher(
        runtime.broker.connection, settings.database_worker_url, max_age_days=settings.stream_max_age_days
    ).run()


class FeedPublisher:
    """Publishes every feed in order, and keeps the partners' consumers."""

    def __init__(self, client: Client, database_url: str, *, max_age_days: int = 30) -> None:
        self._client = client
        self._database_url = database_url
        self._max_age_days = max_age_days
        self._publisher = Publisher(client, FEED)
        self._created = ""

    async def run(self) -> None:
        """Lead, and lead again after every failure, until cancelled."""
        pause = POLL_SECONDS
        while True:
            try:
                async with leadership(self._database_url, "feed-publisher") as connection:
                    await self._take_over(connection)
                    pause = POLL_SECONDS
                    await self._lead(connection)
            except (PositionLost, AlreadyThere, DuplicateInBatch) as surprise:
                log.warning("feeds.position_lost", reason=str(surprise), retry_seconds=pause)
            except (*RETRYABLE, ProvisioningFailed, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("feeds.failed", error=type(error).__name__, reason=str(error), retry_seconds=pause)
            heed_cancellation()
            await asyncio.sleep(pause)
            pause = min(pause * 2, BACKOFF_SECONDS_MAX)

    async def _take_over(self, connection: Connection) -> None:
        """Learn where each feed stands in the stream, whatever a former leader noted."""
        await ensure_stream(self._client, feed_stream(max_age_days=self._max_age_days))
        state = await stream_state(self._client, FEED)
        self._created, self._publisher.position = str(state["created"]), int(state["last_seq"])
        await connection.execute(_REGISTER, self._created)
        await connection.execute(_RESTART, self._created)
        known = await connection.fetch("SELECT organization_id, published_seq FROM feed_delivery")
        found = [(row["organization_id"], row["published_seq"], await self._last_in_stream(row[0])) for row in known]
        differing = [(feed, last) for feed, noted, last in found if last is not None and last != noted]
        await self._note(connection, differing)
        await keep_consumers(self._client, connection, all_again=True)
        log.info("feeds.leading", position=self._publisher.position, feeds=len(known), corrected=len(differing))

    async def _last_in_stream(self, organization_id: UUID) -> int | None:
        """The number of the feed's last message; None when the stream holds none (yet, or any more)."""
        try:
            message = await self._client.jetstream().get_last_msg(FEED, f"feed.{organization_id}.>")
        except NotFoundError:
            return None
        return int((message.headers or {})["ce-feedsequence"])

    async def _lead(self, connection: Connection) -> None:
        clock = asyncio.get_running_loop().time
        checked_at = clock()
        while True:
            heed_cancellation()
            if clock() - checked_at > CHECK_SECONDS:
                await self._check(connection)
                checked_at = clock()
            rows = await connection.fetch(_WAITING, BATCH_ROWS_MAX, FEED_ROWS_MAX)
            if not rows:
                await connection.execute(_REGISTER, self._created)
                await asyncio.sleep(POLL_SECONDS)
                continue
            await self._publisher.publish([to_message(row) for row in rows])
            await self._note(connection, [(row["organization_id"], row["feed_seq"]) for row in rows])

    async def _check(self, connection: Connection) -> None:
        await keep_consumers(self._client, connection)
        if str((await stream_state(self._client, FEED))["created"]) != self._created:
            raise PositionLost("the stream was recreated")

    async def _note(self, connection: Connection, done: Sequence[tuple[UUID, int]]) -> None:
        await connection.execute(_NOTE, [feed for feed, _ in done], [seq for _, seq in done])


def to_message(record: Any) -> Row:
    """One entry as a CloudEvent with the feed's number; who else hears of the event is not told."""
    organization_id, feed_seq = record["organization_id"], record["feed_seq"]
    occurred_at: datetime = record["occurred_at"]
    envelope = Envelope(
        id=record["event_id"],
        type=record["event_type"],
        source=record["source"],
        subject=record["subject"],
        time=occurred_at,
        sequence=record["sequence"],
        correlation_id=record["correlation_id"],
    )
    headers = envelope.headers() | {"Nats-Msg-Id": f"{organization_id}:{feed_seq}", "ce-feedsequence": str(feed_seq)}
    subject = f"feed.{organization_id}.{record['event_type']}"
    return Row(feed_seq, record["event_id"], record["subject"], subject, headers, record["data"].encode())
