"""The headline figure, from the events it is made of."""

import uuid
from datetime import date
from typing import Any

from platform_fixtures import eventually

from contracts.enrollment import Attendance, LessonDelivered, PlanApproved, WishExpressed

from .conftest import Center, pupil


def approved(pupil_id: uuid.UUID, home: uuid.UUID, day: date | None) -> PlanApproved:
    return PlanApproved(
        plan_id=uuid.uuid4(),
        pupil_id=pupil_id,
        home_organization_id=home,
        cohort_year=2026,
        grade=10,
        profile="technological",
        status="approved",
        approved_on=day,
    )


def lesson(host: uuid.UUID, day: date, *present: tuple[uuid.UUID, uuid.UUID, str]) -> LessonDelivered:
    attendances = tuple(
        Attendance(pupil_id=one, home_organization_id=home, accepted_hours=hours) for one, home, hours in present
    )
    return LessonDelivered(
        lesson_id=uuid.uuid4(),
        offer_id=uuid.uuid4(),
        host_organization_id=host,
        delivered_on=day,
        hours="1",
        attendances=attendances,
    )


async def coverage(center: Center, on: str = "") -> dict[str, Any]:
    answer = await center.get(f"/coverage{'?on=' + on if on else ''}", role="department")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_pupil_counts_from_plan_and_first_network_lesson(center: Center) -> None:
    gyda, tazovsky = await center.organization(1, settlement="Гыда"), await center.organization(2)
    anna, boris, vera, gleb = await center.pupils(
        pupil(gyda), pupil(gyda), pupil(gyda, residence="Антипаюта"), pupil(tazovsky, residence="Тазовский")
    )
    await center.pupils(pupil(gyda, enrolled_on="2026-10-15"))  # came after 20 September: in neither number
    assert (await coverage(center, "2026-09-30"))["pupils"] == 4
    for one, home in ((anna, gyda), (boris, gyda), (gleb, tazovsky)):
        await center.run.publish(approved(one, home, date(2026, 9, 10)))
    # Vera has no plan, Boris was absent, Gleb studied at his own school: only Anna is covered
    await center.run.publish(
        lesson(tazovsky, date(2026, 10, 5), (anna, gyda, "1"), (vera, gyda, "1"), (gleb, tazovsky, "1"))
    )
    await center.run.publish(lesson(tazovsky, date(2026, 10, 2), (anna, gyda, "0.5"), (boris, gyda, "0")))
    await eventually(
        lambda: center.run.scalar("SELECT count(*) = 1 FROM network_study WHERE started_on = '2026-10-02'")
    )

    before, after = await coverage(center, "2026-10-01"), await coverage(center, "2026-10-02")
    assert (before["covered"], before["percent"], after["covered"], after["percent"]) == (0, 0, 1, 25)
    latest = await coverage(center)
    assert (latest["as_of"], latest["base_day"], latest["target"], latest["reached"]) == (
        "2026-10-15",
        "2026-09-20",
        30,
        False,
    )
    assert {(one["name"], one["covered"], one["pupils"]) for one in latest["by_school"]} == {
        ("Школа 1", 1, 3),
        ("Школа 2", 0, 1),
    }
    assert {(one["settlement"], one["covered"]) for one in latest["by_settlement"]} == {
        ("Гыда", 1),
        ("Антипаюта", 0),
        ("Тазовский", 0),
    }
    assert (await coverage(center, "2025-10-02"))["pupils"] == 0  # another school year
    assert (await center.get("/coverage", role="coordinator")).status_code == 403


async def test_late_old_and_repeated_events_change_nothing(center: Center) -> None:
    home, host = await center.organization(1), await center.organization(2)
    (anna,) = await center.pupils(pupil(home))
    plan = approved(anna, home, date(2026, 9, 10))
    await center.run.publish(plan, sequence=5)
    await center.run.publish(plan.model_copy(update={"approved_on": date(2026, 9, 1)}), sequence=4)
    first = lesson(host, date(2026, 10, 2), (anna, home, "1"))
    event_id = await center.run.publish(first)
    await center.run.publish(first, event_id=event_id, sequence=1)
    await center.run.publish(lesson(host, date(2026, 11, 2), (anna, home, "1")))
    await eventually(lambda: center.run.scalar("SELECT count(*) = 1 FROM network_study WHERE last_on = '2026-11-02'"))
    assert await center.run.scalar("SELECT approved_on FROM plan_approval") == date(2026, 9, 10)
    assert await center.run.scalar("SELECT started_on FROM network_study") == date(2026, 10, 2)


async def test_a_plan_without_its_date_becomes_a_dead_letter_that_says_so(center: Center) -> None:
    home = await center.organization()
    (anna, boris) = await center.pupils(pupil(home), pupil(home))
    await center.run.publish(approved(anna, home, None))
    await center.run.publish(approved(boris, home, date(2026, 9, 10)))
    await eventually(lambda: center.run.scalar("SELECT count(*) = 1 FROM plan_approval"))
    await eventually(lambda: center.run.scalar("SELECT count(*) = 1 FROM parked_event WHERE state = 'dead'"))
    assert "без даты утверждения" in await center.run.scalar("SELECT error FROM parked_event")


async def test_the_dashboard_shows_figure_parts_and_wishes(center: Center) -> None:
    home = await center.organization(1, short_name="Школа <Север>")
    host = await center.organization(2)
    (anna,) = await center.pupils(pupil(home))
    await center.run.publish(approved(anna, home, date(2026, 9, 10)))
    await center.run.publish(lesson(host, date(2026, 10, 2), (anna, home, "1")))
    for settlement in ("Гыда", "Гыда", "Антипаюта"):
        wish = WishExpressed(
            wish_id=uuid.uuid4(),
            pupil_id=anna,
            home_organization_id=home,
            topic_code="robotics",
            level="elective",
            settlement=settlement,
        )
        await center.run.publish(wish)
    await eventually(lambda: center.run.scalar("SELECT count(*) = 3 FROM wish"))
    await eventually(lambda: center.run.scalar("SELECT count(*) = 1 FROM network_study"))
    page = await center.run.client.get("/center/", headers=center.run.browser("head"))
    assert page.status_code == 200
    assert "100&nbsp;%" in page.text
    assert "цель достигнута" in page.text
    assert "Школа &lt;Север&gt;" in page.text
    assert "Школа <Север>" not in page.text
    assert "<dt>robotics</dt><dd>Антипаюта, Гыда</dd>" in page.text
    for role, status in (("pupil", 403), ("accountant", 403), ("operator", 200)):
        assert (await center.run.client.get("/center/", headers=center.run.browser(role))).status_code == status
    own = await center.run.client.get("/center/", headers=center.run.browser("coordinator", organization_id=home))
    assert (own.status_code, own.headers["location"]) == (303, f"/center/organizations/{home}")
    for organization_id, status in ((home, 200), (host, 404)):
        headers = center.run.browser("coordinator", organization_id=home)
        answer = await center.run.client.get(f"/center/organizations/{organization_id}", headers=headers)
        assert answer.status_code == status
    guest = await center.run.client.get("/center/", headers={"accept": "text/html"})
    assert (guest.status_code, guest.headers["location"]) == (303, "/center/sign-in?next=%2Fcenter%2F")
