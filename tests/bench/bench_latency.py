"""From a commit to the handler, against one acknowledged publish, at fifty a second."""

import asyncio
import statistics
import time
import uuid
from typing import Any

from backbone_sample import offer
from faststream.nats import NatsBroker
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bench.harness import Ground, Result, compare, connected, message
from chassis.inbox import Consumer, Received
from chassis.inbox.subscriber import subscribe
from chassis.metrics import Metrics
from chassis.outbox import record
from chassis.outbox.relay import Relay
from chassis.outbox.wake import Waker
from contracts.catalog import OfferPublished

RATE_PER_SECOND = 50
EVENTS = 150
ROUNDS = 5


async def bench(ground: Ground) -> list[Result]:
    """Milliseconds; both sides run interleaved in each round."""
    client = await ground.client()
    await ground.empty_stream(client)
    urls = ground.database()
    arrived: dict[uuid.UUID, asyncio.Future[float]] = {}
    consumer = Consumer("bench-latency", "catalog")

    @consumer.effect(OfferPublished)
    async def handler(session: AsyncSession, received: Received[Any]) -> None:
        if (waiting := arrived.get(received.event.offer_id)) and not waiting.done():
            waiting.set_result(time.perf_counter())

    async with connected(urls) as database:
        broker = NatsBroker(ground.broker.url, logger=None)
        metrics = Metrics("catalog")
        subscribe(broker, consumer, sessions=database.worker, database_url=urls.worker_url, metrics=metrics)
        await broker.start()
        waker = Waker(database.worker_engine)

        async def nothing() -> None: ...

        relay = Relay(
            service="catalog",
            database_url=urls.worker_url,
            client=client,
            stream="CATALOG",
            metrics=metrics,
            ensure_stream=nothing,
            waker=waker,
        )
        relaying = asyncio.create_task(relay.run())
        sessions = async_sessionmaker(database.app_engine, expire_on_commit=False, info={"waker": waker})

        async def end_to_end() -> float:
            aggregate = uuid.uuid4()
            future = arrived[aggregate] = asyncio.get_running_loop().create_future()
            async with sessions() as session:
                async with session.begin():
                    await record(session, OfferPublished(**offer(aggregate)), sequence=1)
                committed = time.perf_counter()
            return (await asyncio.wait_for(future, 10) - committed) * 1000

        async def acknowledged() -> float:
            _, body, headers = message(0)
            started = time.perf_counter()
            await client.jetstream().publish("bench.ack", body, headers=headers)
            return (time.perf_counter() - started) * 1000

        await client.jetstream().add_stream(name="BENCH", subjects=["bench.>"])
        for _ in range(20):
            await end_to_end()
        values: dict[str, list[float]] = {"p50": [], "p99": [], "ack": []}
        for _ in range(ROUNDS):
            ours, acks = [], []
            for _ in range(EVENTS):
                started = time.perf_counter()
                ours.append(await end_to_end())
                acks.append(await acknowledged())
                await asyncio.sleep(max(0, 1 / RATE_PER_SECOND - (time.perf_counter() - started)))
            values["p50"].append(statistics.median(ours))
            values["p99"].append(statistics.quantiles(ours, n=100)[98])
            values["ack"].append(statistics.median(acks))
        relay.stop()
        await relaying
        await broker.stop()
    await client.close()
    peer = "publish-ack p50, always"
    return [
        compare("latency_p50", values, "p50", "ack", goal=12, unit="ms", peer_name=peer, at_most=True),
        compare("latency_p99", values, "p99", "ack", goal=35, unit="ms", peer_name=peer, at_most=True),
    ]
