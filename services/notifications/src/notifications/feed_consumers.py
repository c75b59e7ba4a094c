"""The partners' durable consumers on FEED: one an organisation, named by its broker account, over its own feed only.

The name is what the broker's imports are gated by: an account reaches the consumer of its own name and no other.
"""

from typing import Any, Final

from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from chassis.logs import logger

log = logger("feeds")

FEED: Final = "FEED"
ACK_WAIT_SECONDS: Final = 30
ACK_PENDING_MAX: Final = 256

_ACCOUNTS: Final = """
SELECT id, feed_account, consumer FROM organization JOIN feed_delivery ON organization_id = id
WHERE feed_account IS DISTINCT FROM consumer OR ($1 AND feed_account IS NOT NULL) ORDER BY id
"""


async def keep_consumers(client: Client, connection: Any, *, all_again: bool = False) -> None:
    """Create the consumer of each account and remove that of an account given up; what stands already stays as it is.

    `all_again` also looks after those already noted, for a stream that may be a new one.
    """
    manager = client.jetstream()
    for row in await connection.fetch(_ACCOUNTS, all_again):
        account, former = row["feed_account"], row["consumer"]
        if former is not None and former != account:
            try:
                await manager.delete_consumer(FEED, former)
            except NotFoundError:
                log.info("feeds.consumer_was_gone", organization_id=str(row["id"]))
        if account is not None:
            await manager.add_consumer(FEED, _config(account, f"feed.{row['id']}.>"))
        if former != account:
            await connection.execute(
                "UPDATE feed_delivery SET consumer = $2 WHERE organization_id = $1", row["id"], account
            )
            log.info("feeds.consumer_changed", organization_id=str(row["id"]), open=account is not None)


def _config(account: str, subject: str) -> ConsumerConfig:
    return ConsumerConfig(
        name=account,
        durable_name=account,
        filter_subject=subject,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_SECONDS,
        max_ack_pending=ACK_PENDING_MAX,
        max_deliver=-1,
        max_waiting=8,
    )
