"""Pupils draft their plans, the rules answer, tutors and home schools approve, hosts give the seats."""

from collections import Counter
from typing import Any

from embedded.demo.actors import StoryFailed
from embedded.demo.story import Story
from embedded.demo.world.model import SeatRequest, StudyPlan

PLANS = "/enrollment/api/v1/plans"


async def draft_plans(story: Story) -> None:
    """Every plan is built by the constructor; those that break a rule cannot be submitted."""
    story.figures["plans"] = outcome = Counter[str]()
    drafted: dict[str, dict[str, Any]] = {}

    async def draft(plan: StudyPlan) -> None:
        actor = story.accounts[plan.pupil_key]
        offers = [story.offers[key] for key in plan.plan.network_offer_ids if key in story.offers]
        answer = await actor.post(PLANS, {"profile": plan.plan.profile_code, "offer_ids": offers})
        if plan.state != "draft" and answer["submittable"]:
            answer = await actor.post(f"{PLANS}/{answer['id']}/submit", {"version": answer["version"]})
        drafted[plan.pupil_key] = answer
        outcome[answer["status"]] += 1

    await story.each(story.world.plans, draft)
    await _approve(story, drafted, outcome)
    story.figures["plans"] = dict(outcome)


async def _approve(story: Story, drafted: dict[str, dict[str, Any]], outcome: Counter[str]) -> None:
    """In the order in which seats were asked for, so that the queue is the world's."""
    asked = {one.pupil_key: one.requested_at for one in reversed(story.world.requests)}
    tutors = {one.key: one.tutor_key for one in story.world.pupils}
    schools = {one.key: one.school_slug for one in story.world.pupils}
    plans = [one for one in story.world.plans if drafted[one.pupil_key]["status"] == "submitted"]

    async def tutor_step(plan: StudyPlan) -> None:
        draft = drafted[plan.pupil_key]
        tutor = story.accounts[tutors[plan.pupil_key]]
        if plan.state == "returned":
            body = {"version": draft["version"], "reason_code": plan.return_reason}
            drafted[plan.pupil_key] = await tutor.post(f"{PLANS}/{draft['id']}/return", body)
        elif plan.state == "approved":
            body = {"version": draft["version"]}
            drafted[plan.pupil_key] = await tutor.post(f"{PLANS}/{draft['id']}/tutor-approval", body)

    await story.each(plans, tutor_step)
    approved = [one for one in plans if drafted[one.pupil_key]["status"] == "tutor_approved"]
    with_seats = sorted((one for one in approved if one.pupil_key in asked), key=lambda one: asked[one.pupil_key])

    async def school_step(plan: StudyPlan) -> None:
        draft = drafted[plan.pupil_key]
        if plan.approved_on is None:
            raise StoryFailed(f"{plan.pupil_key}: an approved plan without its day")
        body = {"version": draft["version"], "approved_on": plan.approved_on.isoformat()}
        school = story.coordinator(schools[plan.pupil_key])
        drafted[plan.pupil_key] = await school.post(f"{PLANS}/{draft['id']}/approval", body)

    for plan in with_seats:
        await school_step(plan)
    await story.each([one for one in approved if one.pupil_key not in asked], school_step)
    outcome.clear()
    outcome.update(one["status"] for one in drafted.values())


async def allocate_seats(story: Story) -> None:
    """Hosts give their seats: exactly as many as there are, the rest waits in order; a withdrawal promotes the first."""
    hosts = {one.key: one.organisation_slug for one in story.world.offers}
    wanted = sorted({one.offer_key for one in story.world.requests if one.offer_key in story.offers})

    async def allocate(key: str) -> None:
        path = f"/enrollment/api/v1/offers/{story.offers[key]}/allocation"
        await story.coordinator(hosts[key]).post(path)

    await story.each(wanted, allocate)
    for request in story.world.requests:
        if request.state == "withdrawn":
            await _withdraw(story, request)
    figures = await story.operator.get("/enrollment/api/v1/figures")
    if figures["over_capacity"]:
        raise StoryFailed(f"more pupils than seats at {figures['over_capacity']}")
    full = [one for one in figures["offers"] if one["waitlisted"]]
    story.figures["placements"] = figures["placements"]
    story.figures["full_courses"] = [
        {"capacity": one["capacity"], "confirmed": one["confirmed"], "waitlisted": one["waitlisted"]} for one in full
    ]
    if not full or any(one["confirmed"] != one["capacity"] for one in full):
        raise StoryFailed(f"a course with a queue must be exactly full: {full}")


async def _withdraw(story: Story, request: SeatRequest) -> None:
    actor = story.accounts[request.pupil_key]
    own = await actor.get("/enrollment/api/v1/placements", offer_id=story.offers[request.offer_key])
    for placement in own:
        if placement["status"] in {"confirmed", "requested", "waitlisted"}:
            await actor.post(f"/enrollment/api/v1/placements/{placement['id']}/withdrawal")
