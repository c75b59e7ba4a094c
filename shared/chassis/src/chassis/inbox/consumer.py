"""Declare what a service does with another service's events.

Two kinds of handler, named in the code:
- `state`: set-based; gets the newest event of each aggregate and returns how many rows it changed. Its statement must
  not put an older version over a newer one.
- `effect`: each event exactly once and in the order of its aggregate; while one waits, later ones of it wait behind.
"""

import json
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeVar

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.base import Event
from contracts.envelope import Envelope, MalformedEnvelope
from contracts.registry import EVENTS, stream_of

E = TypeVar("E", bound=Event)
Kind = Literal["state", "effect"]

ATTEMPTS_MAX: Final = 8


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """An event as it came: its envelope, its validated data, its place in the stream."""

    envelope: Envelope
    event: E
    stream_seq: int

    @property
    def sequence(self) -> int:
        """The aggregate's version that this event shows."""
        return self.envelope.sequence


StateHandler = Callable[[AsyncSession, Sequence[Received[Any]]], Awaitable[int]]
EffectHandler = Callable[[AsyncSession, Received[Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Handler:
    """One handler and the event types it takes."""

    kind: Kind
    types: tuple[str, ...]
    apply: Callable[..., Awaitable[Any]]

    @property
    def name(self) -> str:
        """The function's name, for logs."""
        return getattr(self.apply, "__name__", "handler")


@dataclass
class Consumer:
    """A named, durable reader of one service's stream; the name is the durable's and the inbox rows'."""

    name: str
    source: str
    attempts_max: int = ATTEMPTS_MAX
    handlers: dict[str, Handler] = field(default_factory=dict)

    @property
    def stream(self) -> str:
        """The stream it reads."""
        return stream_of(self.source)

    @property
    def subjects(self) -> list[str]:
        """What the durable asks of the stream: everything of the source, so that unknown types are seen and counted."""
        return [f"evt.{self.source}.>"]

    def state(self, *types: type[Event]) -> Callable[[StateHandler], StateHandler]:
        """Declare a state handler for these event types."""
        return self._declare("state", types)

    def effect(self, *types: type[Event]) -> Callable[[EffectHandler], EffectHandler]:
        """Declare an effect handler for these event types."""
        return self._declare("effect", types)

    def _declare(self, kind: Kind, types: tuple[type[Event], ...]) -> Callable[[Any], Any]:
        names = tuple(one.event_type for one in types)
        wrong = [name for name in names if not name.startswith(f"{self.source}.") or name in self.handlers]
        if wrong:
            raise ValueError(f"consumer {self.name}: {wrong} are not events of {self.source}, or are declared twice")

        def keep(function: Any) -> Any:
            handler = Handler(kind, names, function)
            self.handlers.update(dict.fromkeys(names, handler))
            return function

        return keep


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message before it is understood."""

    stream_seq: int
    headers: dict[str, str]
    payload: bytes

    @property
    def event_id(self) -> uuid.UUID:
        """The event's id, or one derived from its place when the header is unreadable."""
        try:
            return uuid.UUID(self.headers.get("ce-id", ""))
        except ValueError:
            return uuid.uuid5(uuid.NAMESPACE_URL, f"unreadable:{self.stream_seq}")

    @property
    def aggregate_id(self) -> str:
        """The aggregate named in the envelope, empty if none is."""
        return self.headers.get("ce-subject", "")

    @property
    def event_type(self) -> str:
        """The type named in the envelope, empty if none is."""
        return self.headers.get("ce-type", "")


class Unreadable(Exception):
    """The message breaks its contract; the text names the field and what was expected."""


def understand(message: Incoming) -> Received[Event]:
    """Validate one message by itself, so that one bad message spoils nothing; raises Unreadable."""
    try:
        envelope = Envelope.from_headers(message.headers)
        event = EVENTS[envelope.type].model_validate_json(message.payload)
    except MalformedEnvelope as error:
        raise Unreadable(str(error)) from error
    except ValidationError as error:
        problems = [
            {"field": ".".join(map(str, one["loc"])) or "body", "message": one["msg"]} for one in error.errors()
        ]
        raise Unreadable(json.dumps(problems[:20], ensure_ascii=False)) from error
    return Received(envelope, event, message.stream_seq)
