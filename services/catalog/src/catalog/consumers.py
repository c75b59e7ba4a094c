"""What the catalogue hears: center's organisations, and offers that school systems send through the broker."""

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.annotations import NatsMessage

from catalog import queries
from catalog.operations.offers import submit_offer
from catalog.operations.organizations import keep_organizations
from chassis.errors import TransientError
from chassis.inbox import Consumer
from chassis.logs import logger
from chassis.runtime import Runtime
from contracts.catalog import Channel
from contracts.center import OrganizationChanged, OrganizationRegistered

log = logger("submissions")

organizations = Consumer("catalog-center", "center")
organizations.state(OrganizationRegistered, OrganizationChanged)(keep_organizations)

SUBMISSION_BYTES_MAX = 65_536
RETRY_SECONDS = (1, 5, 15, 60, 300)
NOT_NOW = {
    "field": "submission",
    "message": "Проверить предложение сейчас не удалось.",
    "cure": "Пришлите его ещё раз.",
}


def subscribe_submissions(broker: NatsBroker, runtime: Runtime) -> None:
    """`submit.<account>.offer` for offline senders, `ask.<account>.offer` with the verdict in the answer.

    Submissions are taken one by one, in the order of the stream. What cannot be judged yet (its sender is not known here,
    or the judging fails) is tried again for as long as the stream keeps it: it is never dropped without a verdict.
    """

    @broker.subscriber(
        "submit.*.offer",
        stream=JStream("SUBMISSIONS", declare=False),
        durable="catalog-submissions",
        pull_sub=PullSub(batch_size=1, timeout=1),
        ack_policy=AckPolicy.MANUAL,
        title="submit.{account}.offer",
    )
    async def submitted(message: NatsMessage) -> None:
        raw = message.raw_message
        try:
            await _judge(runtime, raw.subject, raw.data, "nats_submit", dict(raw.headers or {}))
        except Exception as error:
            tries = raw.metadata.num_delivered
            pause = RETRY_SECONDS[min(tries, len(RETRY_SECONDS)) - 1]
            log.warning("submission.later", error=type(error).__name__, reason=str(error), tries=tries, seconds=pause)
            await message.nack(delay=pause)
        else:
            await message.ack()

    @broker.subscriber("ask.*.offer", queue="catalog", ack_policy=AckPolicy.MANUAL, title="ask.{account}.offer")
    async def asked(message: NatsMessage) -> dict[str, Any]:
        raw = message.raw_message
        try:
            return await _judge(runtime, raw.subject, raw.data, "nats_ask", dict(raw.headers or {}))
        except TransientError as error:
            return {
                "accepted": False,
                "errors": [{"field": "sender", "message": str(error), "cure": "Повторите позже."}],
            }
        except Exception as error:
            log.error("submission.not_judged", error=type(error).__name__, exc_info=error)
            return {"accepted": False, "errors": [NOT_NOW]}


async def _judge(
    runtime: Runtime, subject: str, data: bytes, channel: Channel, headers: dict[str, str]
) -> dict[str, Any]:
    account = subject.split(".")[1]
    reference = headers.get("Nats-Msg-Id", "")
    async with runtime.database.worker() as session, session.begin():
        sender = await queries.find_sender(session, account)
        if sender is None:
            raise TransientError("Организация этого ключа каталогу пока неизвестна.")
        submission_id = uuid5(NAMESPACE_URL, f"{account}:{reference}") if reference else None
        verdict = await submit_offer(
            session, sender, _values(data), channel=channel, reference=reference, submission_id=submission_id
        )
    return {
        "submission_id": str(verdict.submission_id),
        "accepted": verdict.accepted,
        "offer_id": str(verdict.offer_id) if verdict.offer_id else None,
        "errors": [{"field": one.field, "message": one.message, "cure": one.cure} for one in verdict.errors],
    }


def _values(data: bytes) -> dict[str, object]:
    """The submitted values; what is no JSON object is judged as an empty offer, which names every missing field."""
    if len(data) > SUBMISSION_BYTES_MAX:
        return {}
    try:
        values = json.loads(data)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}
