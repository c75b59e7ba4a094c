"""The relay: publishes committed outbox rows in order and moves what the broker acknowledged to `event_log`.

Invariants (each has a test that kills something):
- one leader a service, proved by an advisory lock on the one connection it reads and moves rows with;
- at most two batches are published and not yet moved, so a new leader finds all of them in the tail of the stream;
- every publish is fenced by the stream's last sequence, so nobody but the leader who knows the tail can add to it.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

import asyncpg
from nats.aio.client import Client

from chassis.leadership import Connection, leadership
from chassis.logs import logger
from chassis.metrics import Metrics
from chassis.outbox.publisher import (
    BATCH_ROWS_MAX,
    RETRYABLE,
    AlreadyThere,
    DuplicateInBatch,
    PositionLost,
    Publisher,
    PublishRefused,
    Row,
    StreamMissing,
)
from chassis.outbox.tail import message_id_at, tail_ids
from chassis.outbox.wake import CHANNEL, Waker

log = logger("relay")

Published: TypeAlias = tuple[Sequence[Row], Sequence[int]]
"""Rows with their stream sequences."""

POLL_SECONDS: Final = 1.0
BACKOFF_SECONDS_MAX: Final = 10.0
HOLD_SECONDS: Final = 5.0
TAIL_MESSAGES: Final = 2 * BATCH_ROWS_MAX

_HEAD: Final = """
SELECT id, event_id, aggregate_id, subject, headers, payload FROM outbox
WHERE NOT id = ANY($2::bigint[]) AND NOT aggregate_id = ANY($3::text[]) ORDER BY id LIMIT $1
"""
_KNOWN: Final = "SELECT id, event_id FROM outbox WHERE event_id = ANY($1::uuid[])"
_MOVE: Final = """
WITH done AS (SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS t(id, stream_seq)),
     moved AS (DELETE FROM outbox USING done WHERE outbox.id = done.id RETURNING outbox.*, done.stream_seq)
INSERT INTO event_log (event_id, created_at, outbox_id, event_type, aggregate_id, sequence, subject, headers, payload,
                       stream_seq)
SELECT event_id, created_at, id, event_type, aggregate_id, sequence, subject, headers, payload, stream_seq FROM moved
ON CONFLICT (event_id, created_at) DO UPDATE SET stream_seq = EXCLUDED.stream_seq, published_at = now()
"""
_PARTITIONS: Final = """
SELECT ensure_event_log_partition(month::date)
FROM (SELECT now() UNION SELECT now() + interval '1 month' UNION SELECT min(created_at) FROM outbox) AS t(month)
WHERE month IS NOT NULL
"""
PARTITIONS_SECONDS: Final = 3600.0


class Relay:
    """Relays one service's outbox into its stream until it is stopped."""

    def __init__(
        self,
        *,
        service: str,
        database_url: str,
        client: Client,
        stream: str,
        metrics: Metrics,
        ensure_stream: Callable[[], Awaitable[None]],
        waker: Waker | None = None,
    ) -> None:
        self._service = service
        self._database_url = database_url
        self._client = client
        self._stream = stream
        self._metrics = metrics
        self._ensure_stream = ensure_stream
        self._waker = waker
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._held: dict[str, float] = {}
        self._publisher = Publisher(client, stream)
        self.leading = False

    async def run(self) -> None:
        """Lead, and lead again after every failure, until `stop`."""
        backoff = 0.2
        while not self._stopping.is_set():
            try:
                async with leadership(self._database_url, f"relay:{self._service}") as connection:
                    log.info("relay.leading", stream=self._stream)
                    backoff = 0.2
                    await self._lead(connection)
            except PositionLost as lost:
                log.warning("relay.position_lost", reason=str(lost))
            except StreamMissing:
                log.warning("relay.stream_missing", stream=self._stream)
                await self._pause(backoff)
                with contextlib.suppress(*RETRYABLE):
                    await self._ensure_stream()
            except (*RETRYABLE, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                self._metrics.relay_failures.inc()
                log.warning("relay.failed", error=type(error).__name__, reason=str(error), retry_seconds=backoff)
                await self._pause(backoff)
                backoff = min(backoff * 2, BACKOFF_SECONDS_MAX)
            finally:
                self._set_leading(False)

    def stop(self) -> None:
        """Ask the relay to finish the batch in hand and end."""
        self._stopping.set()
        self._wake.set()

    async def _lead(self, connection: Connection) -> None:
        await connection.add_listener(CHANNEL, lambda *_: self._wake.set())
        await connection.execute(_PARTITIONS)
        await self._take_over(connection)
        self._set_leading(True)
        partitions_at = time.monotonic()
        while not self._stopping.is_set():
            if time.monotonic() - partitions_at > PARTITIONS_SECONDS:
                await connection.execute(_PARTITIONS)
                partitions_at = time.monotonic()
            self._wake.clear()
            if not await self._drain(connection):
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)

    async def _drain(self, connection: Connection) -> bool:
        """Publish batch after batch; while one is on its way, the one before is moved and the next one is read.

        The next rows are always the oldest that are visible and not on their way: reading on from the last id would
        pass over a row that was numbered early and committed late, and put a newer row of its aggregate before it.
        """
        rows: Sequence[Row] = await self._head(connection)
        worked = bool(rows)
        published: Published = ((), ())
        while rows or published[0]:
            published, rows = await _both(self._publish(rows), self._move_and_read(connection, published, rows))
        return worked

    async def _move_and_read(
        self, connection: Connection, published: Published, on_their_way: Sequence[Row]
    ) -> Sequence[Row]:
        if published[0]:
            await self._move(connection, *published)
        return () if self._stopping.is_set() else await self._head(connection, on_their_way)

    def _set_leading(self, leading: bool) -> None:
        self.leading = leading
        self._metrics.relay_leading.set(int(leading))
        if self._waker is not None:
            self._waker.local = self._wake if leading else None

    async def _take_over(self, connection: Connection) -> None:
        """Learn the stream's tail and move the rows that a former leader published and did not move."""
        self._publisher.position, known = await tail_ids(self._client, self._stream, TAIL_MESSAGES)
        found = await connection.fetch(_KNOWN, list(known))
        if found:
            log.info("relay.recovered", rows=len(found))
            await connection.execute(_MOVE, [one["id"] for one in found], [known[one["event_id"]] for one in found])
            self._metrics.events_published.inc(len(found))

    async def _head(self, connection: Connection, but: Sequence[Row] = ()) -> list[Row]:
        now = time.monotonic()
        self._held = {aggregate: until for aggregate, until in self._held.items() if until > now}
        records = await connection.fetch(_HEAD, BATCH_ROWS_MAX, [row.id for row in but], list(self._held))
        return [
            Row(one_id, event_id, aggregate_id, subject, json.loads(headers), payload)
            for one_id, event_id, aggregate_id, subject, headers, payload in records
        ]

    async def _publish(self, rows: Sequence[Row]) -> Published:
        if not rows:
            return (), ()
        started = time.perf_counter()
        try:
            published: Published = (rows, await self._publisher.publish(rows))
        except (DuplicateInBatch, AlreadyThere, PublishRefused):
            published = await self._publish_singly(rows)
        self._metrics.relay_batch_rows.observe(len(rows))
        self._metrics.relay_batch_seconds.observe(time.perf_counter() - started)
        return published

    async def _publish_singly(self, rows: Sequence[Row]) -> Published:
        """In order, one by one; a row that is refused, or called a duplicate that is gone, waits with its aggregate."""
        # the failed attempt may have published some of them: look before publishing again
        self._publisher.position, known = await tail_ids(self._client, self._stream, TAIL_MESSAGES)
        done: list[Row] = []
        sequences: list[int] = []
        for row in rows:
            if row.aggregate_id in self._held:
                continue
            stream_seq = known.get(row.event_id)
            if stream_seq is None:
                try:
                    stream_seq = await self._publisher.publish_one(row)
                except PublishRefused as refused:
                    self._hold(row, str(refused))
                    continue
                except AlreadyThere as there:
                    stream_seq = there.stream_seq
                    if await message_id_at(self._client, self._stream, stream_seq) != row.event_id:
                        self._hold(row, f"{there}, which is gone: it waits until the broker forgets the id")
                        continue
            done.append(row)
            sequences.append(stream_seq)
        return done, sequences

    def _hold(self, row: Row, reason: str) -> None:
        self._metrics.relay_failures.inc()
        log.error("relay.held", event_id=str(row.event_id), aggregate_id=row.aggregate_id, reason=reason)
        self._held[row.aggregate_id] = time.monotonic() + HOLD_SECONDS

    async def _move(self, connection: Connection, rows: Sequence[Row], sequences: Sequence[int]) -> None:
        await connection.execute(_MOVE, [row.id for row in rows], list(sequences))
        self._metrics.events_published.inc(len(rows))

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


async def _both(publishing: Awaitable[Published], storing: Awaitable[Sequence[Row]]) -> tuple[Published, Sequence[Row]]:
    """Await both, also when one fails, so that nothing of this leader goes on after it has stepped down."""
    published, rows = await asyncio.gather(publishing, storing, return_exceptions=True)
    for outcome in (published, rows):
        if isinstance(outcome, BaseException):
            raise outcome
    return published, rows  # type: ignore[return-value]
