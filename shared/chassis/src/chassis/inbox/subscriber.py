"""The pull loop of an ordered consumer, as a FastStream subscriber.

FastStream gives the life cycle, dependency injection and AsyncAPI; the loop is ours, because its own batch subscriber
waits for full batches, and because order and exactly-once rest on a checkpoint kept in the database:

- the durable is opened right after the checkpoint whenever this process begins to lead, so that nothing handed to a
  former process comes late;
- deliveries are counted (`sequence.consumer`); a gap means that the broker handed something to nobody, and the
  durable is reopened at the checkpoint instead of reading on over the hole;
- therefore one acknowledgement of a batch's last message acknowledges the batch.

Private API of FastStream 0.7: `_create_subscription`, `_decoder`, `_outer_config`, `tasks`, the config classes and
`Registrator.subscriber` (docs/decisions/0003; held by the tests of this package).
"""

import asyncio
import contextlib
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
from chassis.leadership import Connection, keep_lead, leadership
from chassis.logs import logger
from chassis.metrics import Metrics
from chassis.outbox.publisher import StreamMissing
from chassis.outbox.tail import message_id_at, stream_state
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
        self._failures = 0
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
        while self.running:
            try:
                async with leadership(self._database_url, f"consumer:{self.consumer.name}") as connection:
                    self.leading = True
                    await self._open(connection)
                    async with asyncio.TaskGroup() as tasks:
                        beside = [tasks.create_task(self._retry()), tasks.create_task(keep_lead(connection))]
                        await self._read()
                        for task in beside:
                            task.cancel()
            except* _Gap:
                self._metrics.consumer_resets.labels(self._metrics.service, self.consumer.name).inc()
                log.info("consumer.reopened", consumer=self.consumer.name)
                await self._back_off()
            except* (DatabaseAway, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as group:
                await self._back_off("consumer.database_away", group)
            except* (NatsError, StreamMissing, TimeoutError) as group:
                await self._back_off("consumer.broker_away", group)
            except* Exception as group:  # not to be expected: said aloud, and tried again rather than left lying
                log.error("consumer.failed", consumer=self.consumer.name, exc_info=group)
                await self._back_off("consumer.failed", group)
            finally:
                self.leading = False

    async def _back_off(self, what: str = "", group: BaseExceptionGroup[Any] | None = None) -> None:
        pause = BACKOFF_SECONDS[min(self._failures, len(BACKOFF_SECONDS) - 1)]
        if group is not None:
            reason = repr(group.exceptions[0])
            log.warning(what, consumer=self.consumer.name, reason=reason, retry_seconds=pause)
        self._failures += 1
        await asyncio.sleep(pause)

    async def _open(self, connection: Connection) -> None:
        """Put the durable right behind the checkpoint."""
        client: Client = self.connection
        state = await stream_state(client, self.consumer.stream)
        self._stream_created = str(state["created"])
        position = await self._position(connection, int(state["first_seq"]), int(state["last_seq"]))
        await durable.open_after(client, self.consumer, position)

    async def _position(self, connection: Connection, first_seq: int, last_seq: int) -> int:
        """Where to read on: behind the checkpoint if this is still the stream it was taken in, else from the beginning.

        A recreated stream counts from one again; one that was restored from an older backup has other events at the
        sequences that this consumer has seen. Both are read whole: the inbox drops what was applied.
        """
        row = await connection.fetchrow(
            "SELECT stream_created, stream_seq, event_id FROM inbox_checkpoint WHERE consumer = $1", self.consumer.name
        )
        if row is None or row["stream_created"] != self._stream_created or row["stream_seq"] > last_seq:
            return 0
        position = int(row["stream_seq"])
        if position >= first_seq:
            there = await message_id_at(self.connection, self.consumer.stream, position)
            if there not in (None, row["event_id"]):
                log.warning("consumer.stream_differs", consumer=self.consumer.name, stream_seq=position)
                return 0
        return position

    async def _read(self) -> None:
        subscription = await self.jetstream.pull_subscribe_bind(durable=self.consumer.name, stream=self.consumer.stream)
        expected = 1
        fetching = asyncio.create_task(subscription.fetch(BATCH_MAX, timeout=FETCH_SECONDS))
        try:
            while self.running:
                await self._room.wait()
                messages = await self._fetched(fetching)
                # the next batch is fetched while this one is applied
                fetching = asyncio.create_task(subscription.fetch(BATCH_MAX, timeout=FETCH_SECONDS))
                if messages:
                    expected = self._contiguous(messages, expected)
                    await self.process_message(messages)
                    await messages[-1].ack()
                elif not await durable.exists(self.connection, self.consumer):
                    raise _Gap
                self._failures = 0
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
