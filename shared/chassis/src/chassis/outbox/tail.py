"""Look into a stream: which events stand at its end, which are there at all."""

import json
import uuid
from dataclasses import dataclass
from typing import Any, Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import NoRespondersError

from chassis.outbox import publisher

LOOK_SECONDS: Final = 10


async def stream_state(client: Client, stream: str) -> dict[str, Any]:
    """The stream's `state` as JetStream tells it; raises StreamMissing."""
    try:
        reply = await client.request(f"$JS.API.STREAM.INFO.{stream}", b"", timeout=LOOK_SECONDS)
    except NoRespondersError as error:
        raise publisher.StreamMissing(stream) from error
    answer: dict[str, Any] = json.loads(reply.data)
    if "error" in answer:
        raise publisher.StreamMissing(stream)
    return {**answer["state"], "created": answer["created"]}


async def tail_ids(client: Client, stream: str, count: int) -> tuple[int, dict[uuid.UUID, int]]:
    """The sequence of the last message, and the event ids of the last `count` messages with their sequences."""
    state = await stream_state(client, stream)
    last = int(state["last_seq"])
    if not state["messages"]:
        return last, {}
    first = max(int(state["first_seq"]), last - count + 1)
    return last, await ids_between(client, stream, first, last)


async def ids_between(client: Client, stream: str, first: int, last: int) -> dict[uuid.UUID, int]:
    """Event ids of the messages from `first` to `last` with their sequences."""
    return {one.event_id: one.stream_seq for one in await events_between(client, stream, first, last)}


@dataclass(frozen=True, slots=True)
class StreamedEvent:
    """What a look at a message tells of its event."""

    stream_seq: int
    event_id: uuid.UUID
    event_type: str


async def events_between(client: Client, stream: str, first: int, last: int) -> list[StreamedEvent]:
    """The events of the messages from `first` to `last`, in order, read by batched direct gets."""
    found: list[StreamedEvent] = []
    start = first
    while start <= last:
        answers = await _direct_batch(client, stream, start, min(1000, last - start + 1))
        if not answers:
            break
        for message in answers:
            headers = message.headers or {}
            stream_seq = int(headers["Nats-Sequence"])
            start = stream_seq + 1
            if stream_seq > last:
                break
            try:
                event_id = uuid.UUID(headers.get("ce-id", ""))
            except ValueError:  # not one of ours; the consumers will say so
                continue
            found.append(StreamedEvent(stream_seq, event_id, headers.get("ce-type", "")))
    return found


async def all_events(client: Client, stream: str) -> list[StreamedEvent]:
    """Every event that stands in the stream now."""
    state = await stream_state(client, stream)
    if not state["messages"]:
        return []
    return await events_between(client, stream, int(state["first_seq"]), int(state["last_seq"]))


async def message_id_at(client: Client, stream: str, stream_seq: int) -> uuid.UUID | None:
    """The event id of the message at one sequence, None if the message is gone."""
    return next(
        (event_id for event_id, seq in (await ids_between(client, stream, stream_seq, stream_seq)).items() if seq), None
    )


async def _direct_batch(client: Client, stream: str, start: int, count: int) -> list[Msg]:
    inbox = client.new_inbox()
    subscription = await client.subscribe(inbox)
    try:
        request = json.dumps({"seq": start, "batch": count}).encode()
        await client.publish(f"$JS.API.DIRECT.GET.{stream}", request, reply=inbox)
        messages: list[Msg] = []
        while True:
            message = await subscription.next_msg(timeout=LOOK_SECONDS)
            status = (message.headers or {}).get("Status")
            if status == "503":
                raise publisher.StreamMissing(stream)
            if status:  # 204 ends a batch, 404 says that there is nothing from here on
                return messages
            messages.append(message)
    finally:
        await subscription.unsubscribe()
