"""Publish rows to a stream, in order and fenced.

Each service's stream has one writer, its relay. Every publish therefore names the stream sequence it expects to follow
(`Nats-Expected-Last-Sequence`): a former leader that wakes up with old rows in its hands is refused by the broker.
Many rows go as one atomic batch (NATS 2.12, ADR-50), which costs one fsync; a few go one by one.
"""

import asyncio
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

BATCH_ROWS_MIN: Final = 16
BATCH_ROWS_MAX: Final = 500
ACK_SECONDS: Final = 5

_WRONG_LAST_SEQUENCE: Final = (10071, 10164)
_DUPLICATE_IN_BATCH: Final = 10201
_NO_STREAM: Final = (10059,)


@dataclass(frozen=True, slots=True)
class Row:
    """One outbox row, ready to go."""

    id: int
    event_id: uuid.UUID
    aggregate_id: str
    subject: str
    headers: Mapping[str, str]
    payload: bytes


class PositionLost(Exception):
    """Somebody else wrote to the stream, or it was recreated: the leader must look again before it publishes."""


class StreamMissing(Exception):
    """The stream does not exist (yet, or any more)."""


class PublishRefused(Exception):
    """The broker answered with an error that another try may or may not cure."""


class DuplicateInBatch(Exception):
    """An atomic batch held a message id the stream knows: the rows must go one by one."""


class AlreadyThere(Exception):
    """The broker knows the message id; whether the message is still in the stream must be looked up."""

    def __init__(self, stream_seq: int) -> None:
        super().__init__(f"duplicate of message {stream_seq}")
        self.stream_seq = stream_seq


class Publisher:
    """Publishes rows after the position it knows; `position` is the sequence of the stream's last message."""

    def __init__(self, client: Client, stream: str) -> None:
        self._client = client
        self._stream = stream
        self.position = 0

    async def publish(self, rows: Sequence[Row]) -> list[int]:
        """Publish the rows in order and return their stream sequences; all or nothing if there are many.

        Raises PositionLost, StreamMissing, PublishRefused, DuplicateInBatch, AlreadyThere, or a NATS error.
        """
        if len(rows) >= BATCH_ROWS_MIN:
            return await self._publish_batch(rows)
        return [await self.publish_one(row) for row in rows]

    async def publish_one(self, row: Row) -> int:
        """Publish one row and return its stream sequence."""
        headers = {
            **row.headers,
            "Nats-Expected-Last-Sequence": str(self.position),
            "Nats-Expected-Stream": self._stream,
        }
        ack = await self._request(row.subject, row.payload, headers)
        if ack.get("duplicate"):
            raise AlreadyThere(int(ack["seq"]))
        self.position = int(ack["seq"])
        return self.position

    async def _publish_batch(self, rows: Sequence[Row]) -> list[int]:
        batch_id = uuid.uuid4().hex
        last = len(rows)
        first_headers = {"Nats-Expected-Last-Sequence": str(self.position), "Nats-Expected-Stream": self._stream}
        for number, row in enumerate(rows, 1):
            headers = {**row.headers, "Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(number)}
            if number == 1:
                await self._request(row.subject, row.payload, headers | first_headers)
            elif number < last:
                await self._client.publish(row.subject, row.payload, headers=headers)
        ack = await self._request(rows[-1].subject, rows[-1].payload, headers | {"Nats-Batch-Commit": "1"})
        self.position = int(ack["seq"])
        return list(range(self.position - last + 1, self.position + 1))

    async def _request(self, subject: str, payload: bytes, headers: dict[str, str]) -> dict[str, Any]:
        try:
            reply = await self._client.request(subject, payload, timeout=ACK_SECONDS, headers=headers)
        except NoRespondersError as error:
            raise StreamMissing(self._stream) from error
        if not reply.data:
            return {}
        ack: dict[str, Any] = json.loads(reply.data)
        if problem := ack.get("error"):
            code = int(problem.get("err_code", 0))
            if code in _WRONG_LAST_SEQUENCE:
                raise PositionLost(problem.get("description", ""))
            if code == _DUPLICATE_IN_BATCH:
                raise DuplicateInBatch(problem.get("description", ""))
            if code in _NO_STREAM:
                raise StreamMissing(self._stream)
            raise PublishRefused(f"{code}: {problem.get('description', '')}")
        return ack


RETRYABLE: Final = (NatsError, asyncio.TimeoutError, OSError, StreamMissing)
