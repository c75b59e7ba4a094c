"""Hosts record lessons and half-year marks; home schools recognise the results."""

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

from embedded.demo.actors import StoryFailed
from embedded.demo.story import Story
from embedded.demo.world.model import Lesson, Result

BATCH = 100
LESSONS = uuid.UUID("5c1e0f4e-7a8c-4b5e-9d57-2f6d1c0b9a11")
"""Namespace of lesson ids: a lesson of the calendar sent again is the same lesson."""


async def deliver_lessons(story: Story) -> None:
    """Every delivered lesson with the pupils who really hold a seat."""
    seated = await _seated(story)
    by_host: dict[str, list[dict[str, Any]]] = {}
    hosts = {one.key: one.organisation_slug for one in story.world.offers}
    for lesson in story.world.lessons:
        body = _lesson(story, lesson, seated)
        if body["attendances"]:
            by_host.setdefault(hosts[lesson.offer_key], []).append(body)

    async def record(slug: str) -> int:
        taken = 0
        for start in range(0, len(by_host[slug]), BATCH):
            body = {"lessons": by_host[slug][start : start + BATCH]}
            taken += (await story.coordinator(slug).post("/enrollment/api/v1/lesson-batches", body))["taken"]
        return taken

    taken = sum(await story.each(sorted(by_host), record))
    story.figures["lessons"] = taken
    story.figures["attendances"] = sum(len(one["attendances"]) for many in by_host.values() for one in many)


async def issue_results(story: Story) -> None:
    """Marks of the first half-year go to the home schools, who recognise or return them."""
    seated = await _placements(story)
    by_host: dict[str, list[dict[str, Any]]] = {}
    hosts = {one.key: one.organisation_slug for one in story.world.offers}
    wanted: dict[str, Result] = {}
    for result in story.world.results:
        placement = seated.get((story.pupils[result.pupil_key], story.offers.get(result.offer_key, "")))
        if placement is not None:
            body = {"placement_id": placement, "half_year": result.half_year, "mark": result.mark}
            by_host.setdefault(hosts[result.offer_key], []).append(body)
            wanted[placement] = result
    issued: list[dict[str, Any]] = []
    for slug, bodies in sorted(by_host.items()):
        for start in range(0, len(bodies), BATCH):
            answer = await story.coordinator(slug).post(
                "/enrollment/api/v1/result-batches", {"results": bodies[start : start + BATCH]}
            )
            issued += answer["results"]
    await _decide(story, issued, wanted)


async def _decide(story: Story, issued: Sequence[dict[str, Any]], wanted: dict[str, Result]) -> None:
    outcome: Counter[str] = Counter()

    async def decide(one: dict[str, Any]) -> None:
        result = wanted[one["placement_id"]]
        home = story.coordinator(story.slug_of(one["home_organization_id"]))
        path, body = f"/enrollment/api/v1/results/{one['id']}", {"version": one["version"]}
        if result.state == "recognized":
            await home.post(f"{path}/recognition", body)
        elif result.state == "returned":
            await home.post(f"{path}/return", body | {"reason_code": result.return_reason})
        outcome[result.state] += 1

    await story.each(issued, decide)
    story.figures["results"] = dict(outcome)


async def _placements(story: Story) -> dict[tuple[str, str], str]:
    """Confirmed seats by pupil and offer, as the hosts see them."""
    found: dict[tuple[str, str], str] = {}
    for slug in sorted({one.organisation_slug for one in story.world.offers}):
        for one in await story.coordinator(slug).get("/enrollment/api/v1/placements", status="confirmed"):
            found[one["pupil_id"], one["offer_id"]] = one["id"]
    if not found:
        raise StoryFailed("nobody holds a seat")
    return found


async def _seated(story: Story) -> set[tuple[str, str]]:
    return set(await _placements(story))


def _lesson(story: Story, lesson: Lesson, seated: set[tuple[str, str]]) -> dict[str, Any]:
    offer_id = story.offers.get(lesson.offer_key, "")
    pupils = [(story.pupils[one.pupil_key], one.status) for one in lesson.presences]
    return {
        "lesson_id": str(uuid.uuid5(LESSONS, f"{offer_id}:{lesson.key}")),
        "offer_id": offer_id,
        "delivered_on": lesson.day.isoformat(),
        "hours": str(lesson.hours),
        "attendances": [
            {"pupil_id": pupil, "status": status} for pupil, status in pupils if (pupil, offer_id) in seated
        ],
    }
