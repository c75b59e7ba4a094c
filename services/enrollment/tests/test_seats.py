"""Seats: exactly as many as there are, whoever asks, leaves, or allocates at the same moment."""

import asyncio
import uuid
from typing import Any

import pytest
from platform_fixtures import eventually

from contracts.catalog import OfferChanged
from contracts.enrollment import (
    PlacementConfirmed,
    PlacementDeclined,
    PlacementPromoted,
    PlacementWaitlisted,
    PlacementWithdrawn,
)

from .conftest import API, Enrollment, offer

REQUESTS = 30
CAPACITY = 12
_PLAN = """
INSERT INTO plan
       (id, version, pupil_id, home_organization_id, cohort_year, grade, profile, status, subjects, offer_ids, findings)
SELECT uuidv7(), 1, gen_random_uuid(), :home, 2026, 10, 'universal', 'approved', '[]', '{}', '[]'
FROM generate_series(1, :count)
"""
_PLACEMENT = """
INSERT INTO placement (id, version, plan_id, pupil_id, offer_id, home_organization_id, host_organization_id, status,
                       requested_at)
SELECT uuidv7(), 1, id, pupil_id, :offer, :home, :host, 'requested',
       timestamptz '2026-09-10 04:00Z' + row_number() OVER (ORDER BY id) * interval '1 minute' FROM plan
"""


async def requests(enrollment: Enrollment, offer_id: uuid.UUID, count: int = REQUESTS) -> None:
    """Requests of approved plans, a minute after each other, as `approve_as_school` leaves them."""
    from sqlalchemy import text

    home, host = enrollment.home.organization_id, enrollment.host.organization_id
    async with enrollment.run.runtime.database.app() as session, session.begin():
        await session.execute(text(_PLAN), {"home": home, "count": count})
        await session.execute(text(_PLACEMENT), {"offer": offer_id, "home": home, "host": host})


async def seats(enrollment: Enrollment, status: str) -> list[Any]:
    """Ids in the order of the requests, with positions."""
    return await enrollment.run.rows(
        "SELECT id, position FROM placement WHERE status = :status ORDER BY requested_at", status=status
    )


async def allocate(enrollment: Enrollment, offer_id: uuid.UUID) -> Any:
    return await enrollment.post(f"/offers/{offer_id}/allocation", enrollment.coordinator(enrollment.host))


async def test_thirty_requests_for_twelve_seats(enrollment: Enrollment) -> None:
    course = await enrollment.offer(capacity=CAPACITY)
    await requests(enrollment, course)
    asked = [row.id for row in await seats(enrollment, "requested")]
    answer = await allocate(enrollment, course)
    assert (answer["confirmed"], answer["waitlisted"], len(answer["changes"])) == (12, 18, 30)
    confirmed = await enrollment.run.recorded(PlacementConfirmed)
    waiting = await enrollment.run.recorded(PlacementWaitlisted)
    assert [one.placement_id for one in confirmed] == asked[:12]
    assert [(one.placement_id, one.position) for one in waiting] == list(zip(asked[12:], range(1, 19), strict=True))
    assert "В очереди 1-й из 18" in answer["changes"][12]["explanation"]
    again = await allocate(enrollment, course)
    assert (again["changes"], again["confirmed"]) == ([], 12)
    assert len(await enrollment.run.recorded(PlacementConfirmed)) == 12


async def test_freed_seat_goes_to_the_first_of_the_queue_and_all_move_up(enrollment: Enrollment) -> None:
    course = await enrollment.offer(capacity=CAPACITY)
    await requests(enrollment, course, 15)
    await allocate(enrollment, course)
    seated, queue = await seats(enrollment, "confirmed"), await seats(enrollment, "waitlisted")
    home = enrollment.coordinator(enrollment.home)
    answer = await enrollment.post(f"/placements/{seated[3].id}/withdrawal", home)
    assert answer["status"] == "withdrawn"
    (promoted,) = await enrollment.run.recorded(PlacementPromoted)
    assert (promoted.placement_id, promoted.status, promoted.position) == (queue[0].id, "confirmed", None)
    assert [tuple(row) for row in await seats(enrollment, "waitlisted")] == [(queue[1].id, 1), (queue[2].id, 2)]
    moved = (await enrollment.run.recorded(PlacementWaitlisted))[-2:]
    assert [(one.placement_id, one.position) for one in moved] == [(queue[1].id, 1), (queue[2].id, 2)]
    again = await enrollment.post(f"/placements/{seated[3].id}/withdrawal", home, expect=409)
    assert again["code"] == "placement.wrong_state"
    assert len(await enrollment.run.recorded(PlacementWithdrawn)) == 1


@pytest.mark.parametrize("rounds", [1, 2])
async def test_allocations_and_withdrawals_at_once_never_exceed_the_seats(enrollment: Enrollment, rounds: int) -> None:
    course = await enrollment.offer(capacity=CAPACITY)
    await requests(enrollment, course)
    host, home = enrollment.coordinator(enrollment.host), enrollment.coordinator(enrollment.home)
    path = f"{API}/offers/{course}/allocation"
    early = [row.id for row in (await seats(enrollment, "requested"))[: 3 * rounds]]
    calls = [enrollment.run.client.post(path, headers=host) for _ in range(4)]
    calls += [enrollment.run.client.post(f"{API}/placements/{one}/withdrawal", headers=home) for one in early]
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} == {200}
    assert (len(await seats(enrollment, "confirmed")), len(await seats(enrollment, "withdrawn"))) == (12, len(early))
    waiting = await seats(enrollment, "waitlisted")
    assert [row.position for row in waiting] == list(range(1, REQUESTS - 12 - len(early) + 1))
    figures = await enrollment.get("/figures", enrollment.run.bearer("head"))
    assert figures["over_capacity"] == []
    assert figures["placements"] == {"confirmed": 12, "waitlisted": len(waiting), "withdrawn": len(early)}
    double = (
        "SELECT count(*) FROM (SELECT aggregate_id, sequence FROM event_log UNION ALL SELECT aggregate_id, sequence "
    )
    double += "FROM outbox) e GROUP BY aggregate_id, sequence HAVING count(*) > 1"
    assert await enrollment.run.rows(double) == []


async def test_more_seats_in_the_catalogue_promote_those_who_wait(enrollment: Enrollment) -> None:
    event = offer(enrollment.host, capacity=2)
    await enrollment.run.publish(event)
    await eventually(lambda: enrollment.run.scalar("SELECT count(*) FROM offer"))
    await requests(enrollment, event.offer_id, 5)
    await allocate(enrollment, event.offer_id)
    await enrollment.run.publish(OfferChanged(**event.model_dump() | {"capacity": 4}))
    await eventually(lambda: enrollment.run.scalar("SELECT count(*) = 4 FROM placement WHERE status = 'confirmed'"))
    assert len(await enrollment.run.recorded(PlacementPromoted)) == 2
    await enrollment.run.publish(OfferChanged(**event.model_dump() | {"capacity": 3}))
    await eventually(lambda: enrollment.run.scalar("SELECT capacity = 3 FROM offer"))
    assert len(await seats(enrollment, "confirmed")) == 4  # a seat that was given is never taken away
    figures = await enrollment.get("/figures", enrollment.run.bearer("operator"))
    assert figures["over_capacity"] == [str(event.offer_id)]  # and the centre is told


async def test_only_the_host_gives_and_only_its_sides_see(enrollment: Enrollment) -> None:
    course, pupil = await enrollment.offer(), await enrollment.pupil()
    await enrollment.approved(pupil, course)
    (placement,) = await enrollment.get("/placements", enrollment.as_pupil(pupil))
    for headers in (
        enrollment.coordinator(enrollment.home),
        enrollment.coordinator(enrollment.host),
        enrollment.as_tutor(),
    ):
        assert [one["id"] for one in await enrollment.get("/placements", headers, offer_id=course)] == [placement["id"]]
    assert await enrollment.get("/placements", enrollment.coordinator(enrollment.far)) == []
    assert await enrollment.get("/placements", enrollment.as_pupil(uuid.uuid4())) == []
    allocation, decline = f"/offers/{course}/allocation", f"/placements/{placement['id']}/decline"
    await enrollment.post(allocation, enrollment.coordinator(enrollment.home), expect=404)
    await enrollment.post(allocation, enrollment.as_pupil(pupil), expect=403)
    await enrollment.post(f"/offers/{uuid.uuid4()}/allocation", enrollment.coordinator(enrollment.host), expect=404)
    reason = {"reason_code": "no_teacher"}
    await enrollment.post(decline, enrollment.coordinator(enrollment.home), reason, expect=404)
    await enrollment.post(f"/placements/{placement['id']}/withdrawal", enrollment.as_pupil(uuid.uuid4()), expect=404)
    declined = await enrollment.post(decline, enrollment.coordinator(enrollment.host), reason)
    assert (declined["status"], declined["reason_code"]) == ("declined", "no_teacher")
    assert len(await enrollment.run.recorded(PlacementDeclined)) == 1
    await enrollment.get("/figures", enrollment.run.bearer("department"))
    assert (await enrollment.run.client.get(f"{API}/figures", headers=enrollment.as_tutor())).status_code == 403
