"""One event of the feed, and the order of the feed out of a stream that redelivers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nats.aio.msg import Msg


class FeedGap(Exception):
    """The stream no longer holds the next event: take the missing ones over HTTP, then go on behind them.

    `GET /notifications/api/v1/feed?after=<expected - 1>` has every event of the feed from number 1 on.
    """

    def __init__(self, expected: int, available: int) -> None:
        super().__init__(f"event {expected} of the feed is no longer in the stream, which goes on with {available}")
        self.expected = expected
        self.available = available


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One event (a CloudEvent 1.0) as this organisation may see it.

    `number` counts the events of the feed from 1 without gaps: keep it as the checkpoint, together with what you made of
    the event. `id` is the same each time the event is delivered. `sequence` is the version of the object `subject`.
    """

    number: int
    id: str
    type: str
    source: str
    subject: str
    sequence: int
    time: datetime
    data: dict[str, Any]
    _message: Msg = field(repr=False, compare=False)

    async def ack(self) -> None:
        """Say that the event is kept, and wait until the server knows; without it the event comes again."""
        await self._message.ack_sync()

    @classmethod
    def from_message(cls, message: Msg) -> "FeedEvent":
        """Read the event; the feed's messages are CloudEvents in NATS binary mode."""
        headers = message.headers or {}
        return cls(
            number=number_of(message),
            id=headers["ce-id"],
            type=headers["ce-type"],
            source=headers["ce-source"],
            subject=headers["ce-subject"],
            sequence=int(headers["ce-sequence"]),
            time=datetime.fromisoformat(headers["ce-time"]),
            data=json.loads(message.data),
            _message=message,
        )


def number_of(message: Msg) -> int:
    """The feed's own number of a message."""
    return int((message.headers or {})["ce-feedsequence"])


class Ordered:
    """Puts redelivered messages back into the order of the feed.

    After a crash the server hands out new events at once and the unacknowledged ones only half a minute later. Whoever
    keeps a checkpoint would take those for old; so what comes early is held until its turn.
    """

    def __init__(self, after: int) -> None:
        self.expected = after + 1
        self._held: dict[int, Msg] = {}

    def take(self, message: Msg) -> bool:
        """Hold a message for its turn; False when its turn is over and it may be acknowledged."""
        number = number_of(message)
        if number < self.expected:
            return False
        self._held[number] = message  # the newest delivery of it is the one to acknowledge
        return True

    def ready(self) -> Iterator[Msg]:
        """The messages whose turn it is."""
        while self.expected in self._held:
            message = self._held.pop(self.expected)
            self.expected += 1
            yield message

    @property
    def waiting(self) -> int | None:
        """The lowest number that is held behind a gap, None without one."""
        return min(self._held, default=None)
