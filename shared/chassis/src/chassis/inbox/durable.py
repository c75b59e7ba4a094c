"""The durable pull consumer on the broker's side: a projection of the checkpoint that the database holds."""

import json
from typing import Any, Final

from nats.aio.client import Client
from nats.errors import NoRespondersError

from chassis.inbox.consumer import Consumer
from chassis.outbox.publisher import StreamMissing

API_SECONDS: Final = 5
ACK_WAIT_SECONDS: Final = 60
ACK_PENDING_MAX: Final = 5_000


async def _api(client: Client, subject: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    try:
        reply = await client.request(f"$JS.API.{subject}", json.dumps(body or {}).encode(), timeout=API_SECONDS)
    except NoRespondersError as error:
        raise StreamMissing(subject) from error
    answer: dict[str, Any] = json.loads(reply.data)
    return answer


async def open_after(client: Client, consumer: Consumer, position: int) -> None:
    """(Re)create the durable so that its first message is the one after `position`."""
    await _api(client, f"CONSUMER.DELETE.{consumer.stream}.{consumer.name}")
    config: dict[str, Any] = {
        "name": consumer.name,
        "durable_name": consumer.name,
        "filter_subjects": consumer.subjects,
        "ack_policy": "all",
        "ack_wait": ACK_WAIT_SECONDS * 1_000_000_000,
        "max_deliver": -1,
        "max_ack_pending": ACK_PENDING_MAX,
        "deliver_policy": "all",
        "replay_policy": "instant",
        "max_waiting": 8,
    }
    if position:
        config |= {"deliver_policy": "by_start_sequence", "opt_start_seq": position + 1}
    answer = await _api(
        client,
        f"CONSUMER.CREATE.{consumer.stream}.{consumer.name}",
        {"stream_name": consumer.stream, "config": config},
    )
    if problem := answer.get("error"):
        raise StreamMissing(f"{consumer.stream}: {problem.get('description')}")


async def exists(client: Client, consumer: Consumer) -> bool:
    """Whether the durable is still there."""
    return "error" not in await _api(client, f"CONSUMER.INFO.{consumer.stream}.{consumer.name}")


async def lag(client: Client, consumer: Consumer) -> int:
    """Events of the stream that are not yet acknowledged; everything if the durable is missing."""
    answer = await _api(client, f"CONSUMER.INFO.{consumer.stream}.{consumer.name}")
    if "error" in answer:
        state = await _api(client, f"STREAM.INFO.{consumer.stream}")
        return int(state.get("state", {}).get("messages", 0))
    return int(answer["num_pending"]) + int(answer["num_ack_pending"])
