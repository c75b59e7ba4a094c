"""The pull loop of an ordered consumer, as a FastStream subscriber.

FastStream gives the life cycle, dependency injection and AsyncAPI; the loop is ours, because its own batch subscriber
waits for full batches, and because order and exactly-once rest on a checkpoint kept in the database:

- the durable is opened right after the checkpoint whenever this process begins to lead, so that nothing handed to a
  former process comes late;
- deliveries are counted (`sequence.consumer`); a gap means that the broker handed something to nobody, and the
  durable is reopened at the checkpoint instead of reading on over the hole;
- therefore one acknowledgement of a batch's last message acknowledges the batch.

Private API of FastStream 0.7: `_create_subscription`, `calls`, the config classes (docs/decisions/0003; held by
tests of this package).
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
from faststream import AckPolicy
from faststream._internal.broker.registrator import Registrator
from faststream._internal.endpoint.subscriber.call_item import CallsCollection
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.annotations import NatsMessage
from faststream.nats.subscriber.config import NatsSubscriberConfig, NatsSubscriberSpecificationConfig
from faststream.nats.subscriber.usecases import BatchPullStreamSubscriber
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig
from nats.js.errors import NotFoundError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from chassis.inbox import durable
from chassis.inbox.applying import DatabaseAway, database_is_away
from chassis.inbox.consumer import Consumer, Incoming
from chassis.inbox.documents import InboxSpecification
from chassis.inbox.parking import WAITING_MAX, retry_due
from chassis.inbox.processor import BatchProcessor
from chassis.inbox.tables import parked
from chassis.leadership import leadership
from chassis.logs import logger
from chassis.metrics import Metrics
from chassis.outbox.publisher import StreamMissing
from chassis.outbox.tail import stream_state
from chassis.tasks import end_tasks

log = logger("consumer")

BATCH_MAX: Final = 500
FETCH_SECONDS: Final = 2.0
RETRY_TICK_SECONDS: Final = 0.5
BACKOFF_SECONDS: Final = (0.2, 0.5, 1, 2, 5)


class _Gap(Exception):
    """A delivery is missing: reopen at the checkpoint."""


class InboxSubscriber(BatchPullStreamSubscriber):
    """Reads one consumer's stream in order and applies it through a BatchProcessor."""

    def attach(
        self,
        consumer: Consumer,
        sessions: async_sessionmaker[AsyncSession],
        database_url: str,
        metrics: Metrics,
    ) -> None:
        """Give the subscriber what it works with; FastStream's constructor knows nothing of it."""
        self.consumer = consumer
        self.processor = BatchProcessor(consumer, sessions, metrics)
        self._sessions = sessions
        self._database_url = database_url
        self._metrics = metrics
        self._stream_created = ""
        self._room = asyncio.Event()
        self._room.set()
        self.leading = False

    async def _create_subscription(self) -> None:
        self.add_task(self._run)

    async def stop(self) -> None:
        """Finish the batch in hand, end the loop, and only then let the broker drain its connection."""
        ending = list(self.tasks)
        await super().stop()
        await end_tasks(ending)

    async def _run(self) -> None:
        failures = 0
        while self.running:
            try:
                async with leadership(self._database_url, f"consumer:{self.consumer.name}") as connection:
                    self.leading = True
                    failures = 0
                    async with asyncio.TaskGroup() as tasks:
                        reading = tasks.create_task(self._read(connection))
                        retrying = tasks.create_task(self._retry())
                        await reading
                        retrying.cancel()
            except* _Gap:
                self._metrics.consumer_resets.labels(self._metrics.service, self.consumer.name).inc()
                log.info("consumer.reopened", consumer=self.consumer.name)
            except* (DatabaseAway, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as group:
                failures = await self._back_off("database_away", group, failures)
            except* (NatsError, StreamMissing, TimeoutError) as group:
                failures = await self._back_off("broker_away", group, failures)
            finally:
                self.leading = False

    async def _back_off(self, what: str, group: BaseExceptionGroup[Any], failures: int) -> int:
        pause = BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)]
        log.warning(
            f"consumer.{what}", consumer=self.consumer.name, reason=repr(group.exceptions[0]), retry_seconds=pause
        )
        await asyncio.sleep(pause)
        return failures + 1

    async def _read(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        client: Client = self.connection
        state = await stream_state(client, self.consumer.stream)
        self._stream_created = str(state["created"])
        position = await self._position(connection)
        await durable.open_after(client, self.consumer, position)
        subscription = await self.jetstream.pull_subscribe_bind(durable=self.consumer.name, stream=self.consumer.stream)
        expected = 1
        alive_at = time.monotonic()
        fetching = asyncio.create_task(subscription.fetch(BATCH_MAX, timeout=FETCH_SECONDS))
        try:
            while self.running:
                if time.monotonic() - alive_at > 2:  # keep the lead: the server ends a silent leader's session
                    await connection.execute("SELECT 1")
                    alive_at = time.monotonic()
                await self._room.wait()
                messages = await self._fetched(fetching)
                # the next batch is fetched while this one is applied
                fetching = asyncio.create_task(subscription.fetch(BATCH_MAX, timeout=FETCH_SECONDS))
                if messages:
                    expected = self._contiguous(messages, expected)
                    await self.process_message(messages)
                    await messages[-1].ack()
                elif not await durable.exists(client, self.consumer):
                    raise _Gap
        except NotFoundError:
            raise _Gap from None
        finally:
            fetching.cancel()
            with contextlib.suppress(Exception):
                await subscription.unsubscribe()
            await asyncio.gather(fetching, return_exceptions=True)

    @staticmethod
    async def _fetched(fetching: "asyncio.Task[list[Msg]]") -> list[Msg]:
        try:
            return await fetching
        except TimeoutError:
            return []

    @staticmethod
    def _contiguous(messages: Sequence[Msg], expected: int) -> int:
        for message in messages:
            if message.metadata.sequence.consumer != expected:
                raise _Gap
            expected += 1
        return expected

    async def _position(self, connection: "asyncpg.Connection[asyncpg.Record]") -> int:
        row = await connection.fetchrow(
            "SELECT stream_created, stream_seq FROM inbox_checkpoint WHERE consumer = $1", self.consumer.name
        )
        # a recreated stream counts from one again: read it whole, the inbox drops what was applied
        return int(row["stream_seq"]) if row and row["stream_created"] == self._stream_created else 0

    async def apply(self, message: NatsMessage) -> None:
        """The FastStream handler: one batch, one transaction."""
        raw: Any = message.raw_message
        batch = [Incoming(one.metadata.sequence.stream, dict(one.headers or {}), one.data) for one in raw]
        await self.processor.process(batch, stream_created=self._stream_created)

    async def _retry(self) -> None:
        while self.running:
            try:
                while await retry_due(self._sessions, self.consumer):
                    pass
                await self._make_room()
            except Exception as error:
                if not database_is_away(error):
                    raise
                raise DatabaseAway(str(error)) from error
            await asyncio.sleep(RETRY_TICK_SECONDS)

    async def _make_room(self) -> None:
        """Stop reading while more events wait than anyone will look at."""
        query = select(parked.c.event_id).where(parked.c.consumer == self.consumer.name, parked.c.state == "waiting")
        async with self._sessions() as session:
            beyond = await session.scalar(query.offset(WAITING_MAX).limit(1))
        if beyond is None:
            self._room.set()
        elif self._room.is_set():
            log.error("consumer.too_many_waiting", consumer=self.consumer.name, waiting_max=WAITING_MAX)
            self._room.clear()


async def _undecoded(message: Any) -> Any:
    """Leave the bodies alone: each message is validated by itself in the processor."""
    return message.raw_message


def subscribe(
    broker: NatsBroker,
    consumer: Consumer,
    *,
    sessions: async_sessionmaker[AsyncSession],
    database_url: str,
    metrics: Metrics,
) -> InboxSubscriber:
    """Register a consumer with the broker; it starts and stops with it."""
    calls: CallsCollection[Any] = CallsCollection()
    subjects = [f"evt.{name}.*" for name in consumer.handlers]
    config = NatsSubscriberConfig(
        subject="",
        sub_config=ConsumerConfig(durable_name=consumer.name, filter_subjects=subjects),
        extra_options={},
        no_reply=True,
        _outer_config=broker.config.broker_config,
        _ack_policy=AckPolicy.MANUAL,
    )
    specification = InboxSpecification(
        _outer_config=broker.config.broker_config,
        calls=calls,
        specification_config=NatsSubscriberSpecificationConfig(
            subject="",
            queue=None,
            filter_subjects=subjects,
            title_=consumer.name,
            description_=None,
            include_in_schema=True,
        ),
    )
    specification.consumer = consumer
    subscriber = InboxSubscriber(
        config,
        specification,
        calls,
        stream=JStream(name=consumer.stream, declare=False),
        pull_sub=PullSub(batch=True),
    )
    subscriber._decoder = _undecoded
    subscriber.attach(consumer, sessions, database_url, metrics)
    Registrator.subscriber(broker, subscriber)
    subscriber(subscriber.apply)
    return subscriber
