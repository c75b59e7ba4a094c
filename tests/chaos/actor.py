"""A process that a test kills: `python actor.py relay|consumer|writer …`.

The fatal moments are made here, by subclasses, so that the product holds no switch for tests.
"""

import argparse
import asyncio
import os
import random
import signal
import uuid
from typing import Any

import nats
from backbone_sample import note, offer
from faststream.nats import NatsBroker
from sqlalchemy import text

from chassis.db import connect_database
from chassis.inbox import Consumer
from chassis.inbox import subscriber as subscribers
from chassis.logs import configure_logs
from chassis.metrics import Metrics
from chassis.outbox import record
from chassis.outbox.relay import Relay
from chassis.streams import ensure_stream, event_stream
from contracts.catalog import OfferPublished

AGGREGATES = 12


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class RelayThatDiesAfterPublishing(Relay):
    """Killed when a batch is in the stream and its rows are still in the outbox."""

    async def _move(self, *_: Any) -> None:
        die()


class RelayThatStopsBeforePublishing(Relay):
    """Stops (SIGSTOP) with rows in its hands, as a frozen machine would."""

    frozen = False

    async def _publish(self, rows: Any) -> Any:
        if rows and not RelayThatStopsBeforePublishing.frozen:
            RelayThatStopsBeforePublishing.frozen = True
            print("frozen", flush=True)
            os.kill(os.getpid(), signal.SIGSTOP)
        return await super()._publish(rows)


class SubscriberThatDiesBeforeAck(subscribers.InboxSubscriber):
    """Killed when a batch is committed and not acknowledged."""

    async def process_message(self, msg: Any) -> Any:
        await super().process_message(msg)
        die()


async def relay(options: argparse.Namespace) -> None:
    client = await nats.connect(options.nats, max_reconnect_attempts=-1, reconnect_time_wait=0.2)

    async def ensure() -> None:
        await ensure_stream(client, stream(options))

    kinds = {"": Relay, "die": RelayThatDiesAfterPublishing, "freeze": RelayThatStopsBeforePublishing}
    await kinds[options.fate](
        service="catalog",
        database_url=options.database,
        client=client,
        stream="CATALOG",
        metrics=Metrics("catalog"),
        ensure_stream=ensure,
    ).run()


def stream(options: argparse.Namespace) -> dict[str, Any]:
    return event_stream("catalog", max_age_days=30) | {"duplicate_window": int(options.window_seconds * 1e9)}


async def consumer(options: argparse.Namespace) -> None:
    database = connect_database(options.database, options.database)
    if options.fate == "die":
        subscribers.InboxSubscriber = SubscriberThatDiesBeforeAck  # type: ignore[misc]
    declared = Consumer("settlement-catalog", "catalog")
    declared.effect(OfferPublished)(note)
    broker = NatsBroker(options.nats, logger=None, max_reconnect_attempts=-1, reconnect_time_wait=0.2)
    subscribers.subscribe(
        broker, declared, sessions=database.worker, database_url=options.database, metrics=Metrics("settlement")
    )
    await broker.start()
    await asyncio.Event().wait()


async def writer(options: argparse.Namespace) -> None:
    """Commit events of a dozen aggregates until killed; each version is taken under the row's lock."""
    database = connect_database(options.database, options.database)
    aggregates = [uuid.uuid5(uuid.NAMESPACE_URL, str(number)) for number in range(AGGREGATES)]
    advance = text(
        "INSERT INTO kept (id, version, title) VALUES (:id, 1, '') "
        "ON CONFLICT (id) DO UPDATE SET version = kept.version + 1 RETURNING version"
    )

    async def write() -> None:
        while True:
            try:
                async with database.worker() as session, session.begin():
                    for one in sorted(random.sample(aggregates, random.randint(1, 4))):
                        version = await session.scalar(advance, {"id": one})
                        await record(session, OfferPublished(**offer(one)), sequence=int(version or 0))
                await asyncio.sleep(options.pause_seconds)
            except Exception:
                await asyncio.sleep(0.2)  # the database is away: an unacknowledged command may be given again

    await asyncio.gather(*(write() for _ in range(4)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=("relay", "consumer", "writer"))
    parser.add_argument("--database", required=True)
    parser.add_argument("--nats", required=True)
    parser.add_argument("--fate", default="", choices=("", "die", "freeze"))
    parser.add_argument("--window-seconds", type=float, default=120)
    parser.add_argument("--pause-seconds", type=float, default=0.01)
    chosen = parser.parse_args()
    configure_logs(chosen.role, "INFO")
    asyncio.run({"relay": relay, "consumer": consumer, "writer": writer}[chosen.role](chosen))
