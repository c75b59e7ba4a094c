"""Lessons and results on their way from the host to the home school; wishes that nobody has met yet."""

import uuid
from typing import Any

from contracts.enrollment import LessonDelivered, ResultIssued, ResultRecognized, ResultReturned, WishExpressed

from .conftest import API, Enrollment


def lesson(offer_id: uuid.UUID, *attendances: tuple[uuid.UUID, str], **changes: Any) -> dict[str, Any]:
    return {
        "lesson_id": str(uuid.uuid4()),
        "offer_id": str(offer_id),
        "delivered_on": "2026-09-15",
        "hours": "2",
        "attendances": [{"pupil_id": str(pupil), "status": status} for pupil, status in attendances],
        **changes,
    }


async def test_lesson_is_taken_once(enrollment: Enrollment) -> None:
    course = await enrollment.offer()
    first, second = await enrollment.seated(course, 2)
    host, body = enrollment.coordinator(enrollment.host), lesson(course, (first, "attended"), (second, "excused"))
    taken = await enrollment.post("/lessons", host, body, expect=201)
    turned = body | {"attendances": body["attendances"][::-1]}
    assert await enrollment.post("/lessons", host, turned) == taken
    other = await enrollment.post("/lessons", host, body | {"hours": "1"}, expect=409)
    assert other["code"] == "lesson.differs"
    (event,) = await enrollment.run.recorded(LessonDelivered)
    assert {one.pupil_id: one.accepted_hours for one in event.attendances} == {first: "2", second: "0"}
    assert (event.hours, event.tariff_code) == ("2", "pupil-hour-2026")
    assert event.audience() == {enrollment.host.organization_id, enrollment.home.organization_id}
    assert "excused" not in event.model_dump_json()


async def test_wrong_lesson_names_every_fault(enrollment: Enrollment) -> None:
    course = await enrollment.offer()
    (pupil,) = await enrollment.seated(course)
    host, stranger = enrollment.coordinator(enrollment.host), uuid.uuid4()
    body = lesson(course, (pupil, "asleep"), (pupil, "present"), (stranger, "present"))
    refused = await enrollment.post("/lessons", host, body, expect=422)
    assert [one["field"] for one in refused["errors"]] == [
        "attendances[0].status",
        "attendances[1].pupil_id",
        "attendances[2].pupil_id",
    ]
    foreign = await enrollment.post("/lessons", enrollment.coordinator(enrollment.far), body, expect=422)
    assert foreign["errors"][0]["field"] == "offer_id"
    await enrollment.post("/lessons", enrollment.as_pupil(pupil), body, expect=403)
    good = lesson(course, (pupil, "present"))
    refused = await enrollment.post("/lesson-batches", host, {"lessons": [good, body]}, expect=422)
    assert refused["errors"][0]["field"] == "lessons[1].attendances[0].status"
    assert await enrollment.run.recorded(LessonDelivered) == []
    batch = await enrollment.post("/lesson-batches", host, {"lessons": [good, lesson(course, (pupil, "late")), good]})
    assert (batch["taken"], batch["repeated"]) == (2, 1)


async def test_result_goes_home_comes_back_and_is_recognised(enrollment: Enrollment) -> None:
    course = await enrollment.offer()
    (pupil,) = await enrollment.seated(course)
    teacher = enrollment.run.bearer("teacher", organization_id=enrollment.host.organization_id)
    home = enrollment.coordinator(enrollment.home)
    for day, status in (("2026-09-15", "present"), ("2026-09-22", "absent"), ("2027-01-12", "present")):
        await enrollment.post("/lessons", teacher, lesson(course, (pupil, status), delivered_on=day), expect=201)
    (placement,) = await enrollment.get("/placements", teacher, status="confirmed")
    body = {"placement_id": placement["id"], "half_year": "2026-H1", "mark": "4"}
    issued = await enrollment.post("/results", teacher, body, expect=201)
    assert (issued["hours_attended"], issued["hours_planned"]) == ("2.00", "51.00")
    assert await enrollment.post("/results", teacher, body) | {"title": ""} == issued
    assert (await enrollment.post("/results", teacher, body | {"mark": "5"}, expect=409))[
        "code"
    ] == "result.wrong_state"
    back = {"version": issued["version"], "reason_code": "hours_mismatch"}
    await enrollment.post(f"/results/{issued['id']}/return", enrollment.coordinator(enrollment.far), back, expect=404)
    await enrollment.post(f"/results/{issued['id']}/return", home, back | {"version": 7}, expect=409)
    returned = await enrollment.post(f"/results/{issued['id']}/return", home, back)
    assert (returned["status"], returned["reason_code"]) == ("returned", "hours_mismatch")
    again = await enrollment.post("/results", teacher, body | {"mark": "5", "hours_planned": "48"}, expect=201)
    assert (again["id"], again["status"], again["reason_code"]) == (issued["id"], "issued", None)
    version = {"version": again["version"]}
    await enrollment.post(
        f"/results/{issued['id']}/recognition", enrollment.coordinator(enrollment.host), version, expect=404
    )
    done = await enrollment.post(f"/results/{issued['id']}/recognition", home, version)
    assert done["status"] == "recognized"
    await enrollment.post(f"/results/{issued['id']}/return", home, {**back, "version": done["version"]}, expect=409)
    assert [one.mark for one in await enrollment.run.recorded(ResultIssued)] == ["4", "5"]
    assert [one.reason_code for one in await enrollment.run.recorded(ResultReturned)] == ["hours_mismatch"]
    (recognised,) = await enrollment.run.recorded(ResultRecognized)
    assert recognised.audience() == {enrollment.home.organization_id, enrollment.host.organization_id}
    assert [one["status"] for one in await enrollment.get("/results", enrollment.as_pupil(pupil))] == ["recognized"]


async def test_results_need_a_seat_a_half_year_and_a_mark_of_the_course(enrollment: Enrollment) -> None:
    course, waiting = await enrollment.offer(), await enrollment.pupil()
    await enrollment.seated(course)
    await enrollment.approved(waiting, course)
    host = enrollment.coordinator(enrollment.host)
    placements = await enrollment.get("/placements", host)
    good = {"placement_id": placements[0]["id"], "half_year": "2026-H1", "mark": "4"}
    without_seat = good | {"placement_id": placements[1]["id"]}
    wrong = [good | {"mark": "pass"}, good | {"mark": "6"}, without_seat]
    refused = await enrollment.post("/result-batches", host, {"results": [good, *wrong]}, expect=422)
    assert [one["field"] for one in refused["errors"]] == [
        "results[1].mark",
        "results[2].mark",
        "results[3].placement_id",
    ]
    await enrollment.post("/results", host, good | {"half_year": "2026-1"}, expect=422)
    assert await enrollment.run.recorded(ResultIssued) == []
    batch = await enrollment.post("/result-batches", host, {"results": [good, good | {"half_year": "2026-H2"}]})
    assert (batch["issued"], batch["repeated"]) == (2, 0)


async def test_wish_is_told_without_its_words(enrollment: Enrollment) -> None:
    pupil, other = await enrollment.pupils(2)
    body = {"topic_code": "oil-and-gas", "level": "elective", "comment": "Мой дядя Полюс работает на месторождении"}
    await enrollment.post("/wishes", enrollment.as_pupil(pupil), body, expect=201)
    await enrollment.post("/wishes", enrollment.as_pupil(pupil), body)
    await enrollment.post("/wishes", enrollment.as_pupil(other), body | {"settlement": "Гыда"}, expect=201)
    events = await enrollment.run.recorded(WishExpressed)
    assert [one.settlement for one in events] == ["Тазовский", "Гыда"]
    assert not any("Полюс" in one.model_dump_json() for one in events)
    assert await enrollment.run.scalar("SELECT comment FROM wish LIMIT 1") == body["comment"]
    (top,) = await enrollment.get("/wishes/top", enrollment.coordinator(enrollment.home))
    assert (top["topic_code"], top["title"], top["pupils"]) == ("oil-and-gas", "Нефтегазовое дело", 2)
    await enrollment.post("/wishes", enrollment.as_pupil(pupil), body | {"topic_code": "my own words"}, expect=422)
    assert (await enrollment.run.client.get(f"{API}/wishes/top", headers=enrollment.as_pupil(pupil))).status_code == 403
