"""A plan from the draft to the requests for seats, and who may do what to it."""

import uuid

from platform_fixtures import eventually

from contracts.catalog import OfferClosed
from contracts.enrollment import PlacementRequested, PlanApproved, PlanReturned, PlanSubmitted

from .conftest import API, Enrollment, offer


async def test_draft_is_lawful_and_holds_the_wished_course(enrollment: Enrollment) -> None:
    physics, pupil = await enrollment.offer(), await enrollment.pupil()
    plan = await enrollment.plan(pupil, physics)
    assert (plan["status"], plan["submittable"], plan["unmet"]) == ("draft", True, [])
    assert plan["offer_ids"] == [str(physics)]
    assert {one["rule_id"] for one in plan["findings"]} >= {"two-year-total", "weekly-cap", "no-clashes"}
    assert {one["level"] for one in plan["subjects"] if one["subject_code"] == "mathematics"} == {"advanced"}
    body = {"profile": "natural-science", "offer_ids": []}
    again = await enrollment.post("/plans", enrollment.as_pupil(pupil), body)
    assert (again["id"], again["offer_ids"], again["profile"]) == (plan["id"], [], "natural-science")
    assert await enrollment.run.scalar("SELECT count(*) FROM plan") == 1


async def test_course_without_a_place_is_told_with_its_cause(enrollment: Enrollment) -> None:
    far = await enrollment.offer(enrollment.far, title="Литература очно", subject_code="literature", mode="onsite")
    plan = await enrollment.plan(await enrollment.pupil(), far, profile="humanitarian")
    assert plan["offer_ids"] == []
    assert [one["offer_id"] for one in plan["unmet"]] == [str(far)]
    assert "вертолётом" in " ".join(plan["unmet"][0]["causes"])


async def test_unknown_profile_and_courses_that_cannot_be_taken_are_refused(enrollment: Enrollment) -> None:
    pupil, own = await enrollment.pupil(), await enrollment.offer(enrollment.home)
    headers = enrollment.as_pupil(pupil)
    wrong = await enrollment.post("/plans", headers, {"profile": "magic", "offer_ids": []}, expect=422)
    assert (wrong["code"], wrong["errors"][0]["field"]) == ("code.unknown", "profile")
    ids = [str(own), str(uuid.uuid4())]
    wrong = await enrollment.post("/plans", headers, {"profile": "universal", "offer_ids": ids}, expect=422)
    assert [one["field"] for one in wrong["errors"]] == ["offer_ids[0]", "offer_ids[1]"]
    assert await enrollment.run.scalar("SELECT count(*) FROM plan") == 0


async def test_plan_that_breaks_a_rule_is_refused_with_its_findings_and_repaired(enrollment: Enrollment) -> None:
    physics, pupil = await enrollment.offer(), await enrollment.pupil()
    other = await enrollment.offer(title="Химия онлайн", subject_code="chemistry")  # the same hours
    plan = await enrollment.plan(pupil, physics)
    path, headers = f"{API}/plans/{plan['id']}", enrollment.as_pupil(pupil)
    change = {"version": plan["version"], "add_offer_id": str(other)}
    clashing = (await enrollment.run.client.patch(path, json=change, headers=headers)).json()
    assert not clashing["submittable"]
    body = {"version": clashing["version"]}
    refused = await enrollment.post(f"/plans/{plan['id']}/submit", headers, body, expect=422)
    assert refused["code"] == "plan.breaks_rules"
    assert {one["field"] for one in refused["errors"]} == {"no-clashes"}
    assert all("пересекается" in one["message"] for one in refused["errors"])
    assert await enrollment.run.recorded(PlanSubmitted) == []
    change = {"version": clashing["version"], "remove_offer_id": str(other)}
    repaired = (await enrollment.run.client.patch(path, json=change, headers=headers)).json()
    assert repaired["submittable"]
    stale = await enrollment.run.client.patch(path, json=change, headers=headers)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")


async def test_suggested_repair_takes_another_course(enrollment: Enrollment) -> None:
    physics, pupil = await enrollment.offer(), await enrollment.pupil()
    plan = await enrollment.plan(pupil, physics)
    path, headers = f"{API}/plans/{plan['id']}", enrollment.as_pupil(pupil)
    change = {"version": plan["version"], "remove_offer_id": str(physics)}
    poorer = (await enrollment.run.client.patch(path, json=change, headers=headers)).json()
    broken = next(one for one in poorer["findings"] if one["rule_id"] == "advanced-count")
    assert (broken["state"], [one["value"] for one in broken["figures"]]) == ("error", ["1", "2"])
    repair = {"rule_id": "advanced-count", "label": broken["repair"]}
    change = {"version": poorer["version"], "repair": repair}
    repaired = (await enrollment.run.client.patch(path, json=change, headers=headers)).json()
    assert (repaired["submittable"], repaired["offer_ids"]) == (True, [str(physics)])
    change["version"] = repaired["version"]
    assert (await enrollment.run.client.patch(path, json=change, headers=headers)).status_code == 404


async def test_approval_asks_for_seats_in_the_same_step(enrollment: Enrollment) -> None:
    physics, club = (
        await enrollment.offer(),
        await enrollment.offer(title="Робототехника", subject_code="technical", level="extracurricular", slots=()),
    )
    pupil = await enrollment.pupil()
    plan = await enrollment.approved(pupil, physics, club)
    assert (plan["status"], plan["approved_on"]) == ("approved", "2026-09-10")
    (submitted,) = await enrollment.run.recorded(PlanSubmitted)
    (approved,) = await enrollment.run.recorded(PlanApproved)
    assert (submitted.tutor_id, submitted.status) == (enrollment.tutor_id, "submitted")
    assert approved.audience() == {enrollment.home.organization_id}
    line = next(one for one in approved.subjects if one.offer_id == physics)
    assert (line.hours_grade_10, line.hours_grade_11, line.host_organization_id) == (
        "102",
        "102",
        enrollment.host.organization_id,
    )
    asked = await enrollment.run.recorded(PlacementRequested)
    assert {one.offer_id for one in asked} == {physics, club}
    assert asked[0].audience() == {enrollment.home.organization_id, enrollment.host.organization_id}
    assert "онлайн" not in approved.model_dump_json()  # titles stay in the catalogue


async def test_tutor_and_school_return_with_a_coded_reason(enrollment: Enrollment) -> None:
    pupil = await enrollment.pupil()
    plan, headers = await enrollment.plan(pupil), enrollment.as_pupil(pupil)
    path = f"/plans/{plan['id']}"
    plan = await enrollment.post(f"{path}/submit", headers, {"version": plan["version"]})
    body = {"version": plan["version"], "reason_code": "because"}
    assert (await enrollment.post(f"{path}/return", enrollment.as_tutor(), body, expect=422))["code"] == "code.unknown"
    body["reason_code"] = "travel"
    plan = await enrollment.post(f"{path}/return", enrollment.as_tutor(), body)
    assert (plan["status"], plan["reason_code"]) == ("returned", "travel")
    plan = await enrollment.post(f"{path}/submit", headers, {"version": plan["version"]})
    assert plan["reason_code"] is None
    plan = await enrollment.post(f"{path}/tutor-approval", enrollment.as_tutor(), {"version": plan["version"]})
    early = {"version": plan["version"]}
    assert (await enrollment.post(f"{path}/submit", headers, early, expect=409))["code"] == "plan.wrong_state"
    body = {"version": plan["version"], "reason_code": "parent_disagrees"}
    await enrollment.post(f"{path}/return", enrollment.coordinator(enrollment.home), body)
    assert [one.reason_code for one in await enrollment.run.recorded(PlanReturned)] == ["travel", "parent_disagrees"]


async def test_foreign_plans_are_not_there(enrollment: Enrollment) -> None:
    pupil, stranger = await enrollment.pupils(2)
    plan = await enrollment.plan(pupil)
    path, body = f"/plans/{plan['id']}", {"version": plan["version"]}
    for headers in (
        enrollment.as_pupil(stranger),
        enrollment.as_tutor(uuid.uuid4()),
        enrollment.coordinator(enrollment.host),
    ):
        assert (await enrollment.run.client.get(f"{API}{path}", headers=headers)).status_code == 404
        assert await enrollment.get("/plans", headers) == []
    await enrollment.post(f"{path}/submit", enrollment.as_pupil(stranger), body, expect=404)
    await enrollment.post(f"{path}/submit", enrollment.as_tutor(), body, expect=403)
    await enrollment.post(f"{path}/tutor-approval", enrollment.as_tutor(uuid.uuid4()), body, expect=404)
    approval = body | {"approved_on": "2026-09-10"}
    await enrollment.post(f"{path}/approval", enrollment.coordinator(enrollment.host), approval, expect=404)
    early = await enrollment.post(f"{path}/approval", enrollment.coordinator(enrollment.home), approval, expect=409)
    assert early["code"] == "plan.wrong_state"
    assert (await enrollment.run.client.get(f"{API}/plans")).status_code == 401
    for headers in (enrollment.as_tutor(), enrollment.coordinator(enrollment.home)):
        assert [one["id"] for one in await enrollment.get("/plans", headers, status="draft")] == [plan["id"]]


async def test_course_closed_meanwhile_keeps_the_plan_back(enrollment: Enrollment) -> None:
    event, pupil = offer(enrollment.host), await enrollment.pupil()
    await enrollment.run.publish(event)
    await eventually(lambda: enrollment.run.scalar("SELECT count(*) FROM offer"))
    plan = await enrollment.plan(pupil, event.offer_id)
    await enrollment.run.publish(OfferClosed(**event.model_dump() | {"status": "closed"}))
    await eventually(lambda: enrollment.run.scalar("SELECT status = 'closed' FROM offer"))
    body = {"version": plan["version"]}
    refused = await enrollment.post(f"/plans/{plan['id']}/submit", enrollment.as_pupil(pupil), body, expect=422)
    assert [one["field"] for one in refused["errors"]] == ["open-courses"]
