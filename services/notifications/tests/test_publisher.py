"""The feeds on the broker: in order, without loss or repetition, whoever is killed when."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from nats.aio.client import Client
from platform_fixtures import eventually
from sqlalchemy import text

from chassis.streams import ensure_stream, feed_stream
from contracts.center import OrganizationChanged
from notifications.operations.delivery import append_to_feeds
from notifications.publisher import FeedPublisher

from .conftest import Notifications
from .samples import lesson, offer, organization, received


@asynccontextmanager
async def publishing(notifications: Notifications) -> AsyncIterator[None]:
    task = asyncio.create_task(FeedPublisher(notifications.run.nats, notifications.run.urls.worker_url).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def fill(notifications: Notifications, events: int) -> None:
    north, south, club = notifications.ids
    async with notifications.run.runtime.database.worker() as session, session.begin():
        for number in range(events):
            await append_to_feeds(session, received(offer(north) if number % 3 else lesson(club, north, south)))


async def stored(client: Client, organization_id: uuid.UUID) -> list[int]:
    """The numbers of one feed as they stand in the stream."""
    info = await client.jetstream().stream_info("FEED")
    found: list[int] = []
    for seq in range(info.state.first_seq or 1, info.state.last_seq + 1):
        message = await client.jetstream().get_msg("FEED", seq)
        if message.subject and message.subject.startswith(f"feed.{organization_id}."):
            found.append(int((message.headers or {})["ce-feedsequence"]))
    return found


async def count(client: Client) -> int:
    return (await client.jetstream().stream_info("FEED")).state.messages


async def test_an_entry_becomes_a_cloud_event_with_the_feeds_number(notifications: Notifications) -> None:
    north, south, club = notifications.ids
    event = lesson(club, north, south)
    await notifications.hear(event)
    entry = (await notifications.get("/feed?limit=500", "teacher", organization_id=north))["items"][-1]
    async with publishing(notifications):
        await eventually(lambda: published_all(notifications))
    message: Any = await notifications.run.nats.jetstream().get_last_msg("FEED", f"feed.{north}.>")
    assert message.subject == f"feed.{north}.enrollment.lesson.delivered.v1"
    assert json.loads(message.data) == entry["data"] == event.view_for(north)
    headers = message.headers
    assert headers["Nats-Msg-Id"] == f"{north}:{entry['feed_seq']}"
    assert headers["ce-feedsequence"] == str(entry["feed_seq"])
    assert (headers["ce-id"], headers["ce-type"]) == (entry["id"], entry["type"])
    assert (headers["ce-subject"], headers["ce-sequence"]) == (entry["subject"], "1")
    assert "ce-audience" not in headers, "who else hears of it is not told"


async def published_all(notifications: Notifications) -> bool:
    stats = await notifications.get("/stats", "operator")
    return all(one["published_seq"] == one["last_seq"] for one in stats["feeds"])


async def test_a_cancelled_publisher_is_followed_without_loss_or_repetition(notifications: Notifications) -> None:
    await fill(notifications, 300)
    client = notifications.run.nats
    for stage in range(1, 4):
        async with publishing(notifications):
            await eventually(lambda stage=stage: reached(client, stage * 100), every=0.001)
        assert await count(client) < 700
    # killed between publishing and noting: the note is behind the stream
    async with notifications.run.runtime.database.worker() as session, session.begin():
        await session.execute(text("UPDATE feed_delivery SET published_seq = published_seq / 2"))
    async with publishing(notifications):
        await eventually(lambda: published_all(notifications))
    for one in notifications.ids:
        assert await stored(client, one) == await notifications.numbers(one)


async def reached(client: Client, messages: int) -> bool:
    return await count(client) >= messages


async def test_a_recreated_stream_is_filled_again(notifications: Notifications) -> None:
    await fill(notifications, 20)
    client, north = notifications.run.nats, notifications.ids[0]
    async with publishing(notifications):
        await eventually(lambda: published_all(notifications))
        await client.jetstream().delete_stream("FEED")
        await ensure_stream(client, feed_stream(max_age_days=30))
        expected = await notifications.numbers(north)
        await eventually(lambda: same(client, north, expected))


async def same(client: Client, organization_id: uuid.UUID, numbers: list[int]) -> bool:
    return await stored(client, organization_id) == numbers


async def test_two_publishers_take_turns(notifications: Notifications) -> None:
    client = notifications.run.nats
    async with publishing(notifications):
        async with publishing(notifications):
            await fill(notifications, 60)
            await eventually(lambda: published_all(notifications))
    for one in notifications.ids:
        assert await stored(client, one) == await notifications.numbers(one)


async def test_each_account_has_its_consumer_over_its_own_feed(notifications: Notifications) -> None:
    js = notifications.run.nats.jetstream()
    college = organization("college", account="ACOLLEGE")

    async def names() -> dict[str, str | None]:
        return {one.name: one.config.filter_subject for one in await js.consumers_info("FEED")}

    async with publishing(notifications):
        await notifications.hear(college)
        filtered = f"feed.{college.organization_id}.>"
        await eventually(lambda: has(names, {"ACOLLEGE": filtered}))
        await notifications.hear(OrganizationChanged(**college.model_dump() | {"feed_account": "ANEW"}))
        await eventually(lambda: has(names, {"ANEW": filtered}))
        await eventually(lambda: published_all(notifications))
        feed = await js.pull_subscribe_bind(consumer="ANEW", stream="FEED")
        messages = await feed.fetch(10, timeout=2)
        assert [int((one.headers or {})["ce-feedsequence"]) for one in messages] == [1, 2]
        await feed.unsubscribe()
        await notifications.hear(OrganizationChanged(**college.model_dump() | {"feed_account": None}))
        await eventually(lambda: has(names, {}))


async def has(names: Any, expected: dict[str, str]) -> bool:
    return await names() == expected
