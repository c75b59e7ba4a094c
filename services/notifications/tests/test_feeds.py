"""Feeds: numbers without gaps whoever writes, each event once, each organisation its own part."""

import asyncio
import uuid

from platform_fixtures import eventually
from sqlalchemy import event as engine_events
from sqlalchemy import text

from contracts.center import OrganizationChanged
from contracts.enrollment import PlacementRequested
from notifications.operations.delivery import deliver_event

from .conftest import Notifications
from .samples import lesson, mixed, offer, organization, placement, received, setoff


async def test_numbers_have_no_gaps_when_four_consumers_write_at_once(notifications: Notifications) -> None:
    events = mixed(notifications.ids, 40)
    expected = {one: len(await notifications.numbers(one)) for one in notifications.ids}
    for event in events:
        audience = event.audience()
        for one in notifications.ids:
            expected[one] += audience is None or one in audience
    await asyncio.gather(*(notifications.run.publish(event) for event in events))
    await eventually(
        lambda: notifications.run.scalar("SELECT count(*) = :n FROM feed_entry", n=sum(expected.values())), seconds=60
    )
    for one in notifications.ids:
        assert await notifications.numbers(one) == list(range(1, expected[one] + 1))
    assert await notifications.run.scalar("SELECT count(*) FROM parked_event") == 0
    stats = await notifications.get("/stats", "operator")
    assert stats["gap_free"]
    assert stats["entries"] == sum(expected.values())
    assert {one["last_seq"] for one in stats["feeds"]} == set(expected.values())


async def test_a_hole_is_reported(notifications: Notifications) -> None:
    north = notifications.ids[0]
    async with notifications.run.runtime.database.worker() as session, session.begin():
        await session.execute(
            text("DELETE FROM feed_entry WHERE organization_id = :id AND feed_seq = 1"), {"id": north}
        )
    stats = await notifications.get("/stats", "operator")
    assert not stats["gap_free"]
    assert [one["organization_id"] for one in stats["feeds"] if not one["gap_free"]] == [str(north)]


async def test_a_home_school_sees_its_own_pupils_of_a_lesson(notifications: Notifications) -> None:
    north, south, club = notifications.ids
    event = lesson(club, north, north, south)
    await notifications.hear(event)

    async def pupils(of: uuid.UUID) -> set[str]:
        entry = (await notifications.get("/feed?limit=500", "coordinator", organization_id=of))["items"][-1]
        assert entry["type"] == "enrollment.lesson.delivered.v1"
        return {one["pupil_id"] for one in entry["data"]["attendances"]}

    everybody = [str(one.pupil_id) for one in event.attendances]
    assert await pupils(north) == set(everybody[:2])
    assert await pupils(south) == set(everybody[2:])
    assert await pupils(club) == set(everybody)


async def test_a_repeated_event_takes_no_number(notifications: Notifications) -> None:
    north, _, club = notifications.ids
    event = placement(PlacementRequested, north, club)
    event_id = uuid.uuid4()
    before = await notifications.numbers(club)
    for _ in range(2):
        await notifications.run.publish(event, sequence=1, event_id=event_id)
    await notifications.hear(offer(club), lesson(north))
    assert await notifications.numbers(club) == list(range(1, len(before) + 3))
    async with notifications.run.runtime.database.worker() as session, session.begin():
        await deliver_event(session, received(event, event_id))  # even if the inbox has forgotten it
    assert await notifications.numbers(club) == list(range(1, len(before) + 3))
    assert await notifications.run.scalar("SELECT count(*) FROM message") == 1
    assert await notifications.run.scalar("SELECT count(*) FROM mail") == 1


async def test_a_newcomer_hears_everyones_events_from_then_on_and_its_own_from_the_first(
    notifications: Notifications,
) -> None:
    north = notifications.ids[0]
    newcomer = organization("newcomer")
    own = placement(PlacementRequested, north, newcomer.organization_id)
    await notifications.hear(offer(north), own)
    await notifications.hear(newcomer)
    await notifications.hear(offer(north))
    feed = await notifications.get("/feed", "teacher", organization_id=newcomer.organization_id)
    assert [one["type"].split(".")[1] for one in feed["items"]] == ["placement", "organization", "offer"]
    assert [one["feed_seq"] for one in feed["items"]] == [1, 2, 3]
    assert feed["items"][1]["data"]["mailbox"] == newcomer.mailbox
    others = await notifications.get("/feed?limit=500", "teacher", organization_id=north)
    assert "mailbox" not in others["items"][-2]["data"]


async def test_the_retired_hear_what_names_them_only(notifications: Notifications) -> None:
    north, south, _ = notifications.ids
    retired = OrganizationChanged(**notifications.organizations[1].model_dump() | {"active": False})
    await notifications.hear(retired)
    before = len(await notifications.numbers(south))
    await notifications.hear(offer(north), lesson(north, south))
    feed = await notifications.get("/feed?limit=500", "accountant", organization_id=south)
    assert [one["type"].split(".")[1] for one in feed["items"][-2:]] == ["organization", "lesson"]
    assert feed["last"] == before + 1


async def test_an_event_costs_a_handful_of_statements_however_many_hear_of_it(notifications: Notifications) -> None:
    await notifications.hear(*(organization(f"more-{number}") for number in range(13)))
    runtime = notifications.run.runtime
    statements: list[str] = []

    def count(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    north, south, _ = notifications.ids
    engine_events.listen(runtime.database.worker_engine.sync_engine, "before_cursor_execute", count)
    try:
        for event, most in ((offer(north), 3), (setoff(north, south), 5)):
            statements.clear()
            before = await notifications.run.scalar("SELECT count(*) FROM feed_entry")
            async with runtime.database.worker() as session, session.begin():
                await deliver_event(session, received(event))
            after = await notifications.run.scalar("SELECT count(*) FROM feed_entry")
            assert after - before == (16 if event.audience() is None else 2)
            assert len(statements) <= most, statements
    finally:
        engine_events.remove(runtime.database.worker_engine.sync_engine, "before_cursor_execute", count)
