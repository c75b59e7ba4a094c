"""Declare the streams; our own provisioning, because what a stream promises is ours to state."""

import json
from typing import Any, Final

from nats.aio.client import Client

from contracts.registry import SERVICES, stream_of

API_SECONDS: Final = 10
_SECOND: Final = 1_000_000_000
DUPLICATE_WINDOW_SECONDS: Final = 120
MESSAGE_BYTES_MAX: Final = 1_048_576


class ProvisioningFailed(RuntimeError):
    """The broker refused a stream; the text is its own."""


def event_stream(service: str, *, max_age_days: int, replicas: int = 1) -> dict[str, Any]:
    """The stream of a service's events: file storage, bounded age, atomic batches, direct gets for the relay's looks."""
    return {
        "name": stream_of(service),
        "subjects": [f"evt.{service}.>"],
        "storage": "file",
        "retention": "limits",
        "discard": "old",
        "num_replicas": replicas,
        "max_age": max_age_days * 86_400 * _SECOND,
        "max_msg_size": MESSAGE_BYTES_MAX,
        "max_bytes": 8 * 1024**3,
        "duplicate_window": DUPLICATE_WINDOW_SECONDS * _SECOND,
        "allow_atomic": True,
        "allow_direct": True,
        "deny_delete": False,
    }


def submission_stream(*, max_age_days: int, replicas: int = 1) -> dict[str, Any]:
    """What organisations submit, offline senders too; catalog judges each once.

    The broker's window of message ids is as short as it can be: it is one for all senders, so that one could suppress
    what another sends under the same id. catalog tells repetitions apart by sender and id.
    """
    return event_stream("submissions", max_age_days=max_age_days, replicas=replicas) | {
        "name": "SUBMISSIONS",
        "subjects": ["submit.*.offer"],
        "duplicate_window": _SECOND // 10,
        "allow_atomic": False,
    }


def feed_stream(*, max_age_days: int, replicas: int = 1) -> dict[str, Any]:
    """The feeds of the organisations, served from notifications' table."""
    return event_stream("feed", max_age_days=max_age_days, replicas=replicas) | {"name": "FEED", "subjects": ["feed.>"]}


async def ensure_stream(client: Client, config: dict[str, Any]) -> None:
    """Create the stream or bring it to the stated configuration; idempotent."""
    name = config["name"]
    answer = await _request(client, f"$JS.API.STREAM.CREATE.{name}", config)
    if "error" in answer and answer["error"].get("err_code") == 10058:  # in use with another configuration
        answer = await _request(client, f"$JS.API.STREAM.UPDATE.{name}", config)
    if "error" in answer:
        raise ProvisioningFailed(f"{name}: {answer['error'].get('description')}")


async def ensure_all(client: Client, *, max_age_days: int, replicas: int = 1) -> None:
    """Declare every stream of the platform."""
    for service in SERVICES:
        await ensure_stream(client, event_stream(service, max_age_days=max_age_days, replicas=replicas))
    await ensure_stream(client, submission_stream(max_age_days=max_age_days, replicas=replicas))
    await ensure_stream(client, feed_stream(max_age_days=max_age_days, replicas=replicas))


async def _request(client: Client, subject: str, body: dict[str, Any]) -> dict[str, Any]:
    reply = await client.request(subject, json.dumps(body).encode(), timeout=API_SECONDS)
    answer: dict[str, Any] = json.loads(reply.data)
    return answer
