"""Rows as the contracts' events tell them: full state, pseudonymous ids, no free text."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from enrollment.domain.curriculum import WEEKS_PER_YEAR
from enrollment.tables import Lesson, Placement, Result, StudyPlan, Wish
from enrollment.translation import hours_text


def wish_event(wish: Wish) -> dict[str, Any]:
    """A wish without its comment."""
    return {
        "wish_id": wish.id,
        "pupil_id": wish.pupil_id,
        "home_organization_id": wish.home_organization_id,
        "topic_code": wish.topic_code,
        "level": wish.level,
        "settlement": wish.settlement,
    }


def plan_event(plan: StudyPlan, tutor_id: UUID | None) -> dict[str, Any]:
    """A plan with one line a subject or course; hours are those of the year (34 weeks)."""
    return {
        "plan_id": plan.id,
        "pupil_id": plan.pupil_id,
        "home_organization_id": plan.home_organization_id,
        "tutor_id": tutor_id,
        "cohort_year": plan.cohort_year,
        "grade": plan.grade,
        "profile": plan.profile,
        "status": plan.status,
        "approved_on": plan.approved_on,
        "reason_code": plan.reason_code,
        "subjects": _lines(plan),
    }


def _lines(plan: StudyPlan) -> tuple[dict[str, Any], ...]:
    """Items of both grades joined; the project is a line at the basic level, as the contract knows no level for it."""
    lines: dict[tuple[str, str, str | None], dict[str, Any]] = {}
    hours: dict[tuple[tuple[str, str, str | None], int], Decimal] = {}
    for item in plan.subjects:
        level = "base" if item["level"] == "project" else item["level"]
        key = (item["subject_code"], level, item["offer_id"])
        is_subject = not item["subject_code"].startswith("course-")
        lines.setdefault(
            key,
            {
                "subject_code": item["subject_code"] if is_subject else None,
                "level": level,
                "offer_id": item["offer_id"],
                "host_organization_id": item["host_organization_id"],
            },
        )
        yearly = Decimal(item["hours_per_week"]) * WEEKS_PER_YEAR
        hours[key, item["grade"]] = hours.get((key, item["grade"]), Decimal(0)) + yearly
    return tuple(
        {**line, **{f"hours_grade_{grade}": hours_text(hours.get((key, grade), Decimal(0))) for grade in (10, 11)}}
        for key, line in lines.items()
    )


def placement_event(placement: Placement) -> dict[str, Any]:
    """A request for a seat and what became of it."""
    return {
        "placement_id": placement.id,
        "plan_id": placement.plan_id,
        "pupil_id": placement.pupil_id,
        "offer_id": placement.offer_id,
        "home_organization_id": placement.home_organization_id,
        "host_organization_id": placement.host_organization_id,
        "status": placement.status,
        "requested_at": placement.requested_at,
        "position": placement.position,
    }


def lesson_event(lesson: Lesson) -> dict[str, Any]:
    """A lesson with the accepted hours of each pupil; how an absence is called stays here."""
    return {
        "lesson_id": lesson.id,
        "offer_id": lesson.offer_id,
        "host_organization_id": lesson.host_organization_id,
        "delivered_on": lesson.delivered_on,
        "hours": hours_text(lesson.hours),
        "tariff_code": lesson.tariff_code,
        "attendances": tuple(
            {
                "pupil_id": one["pupil_id"],
                "home_organization_id": one["home_organization_id"],
                "accepted_hours": one["accepted_hours"],
            }
            for one in lesson.attendances
        ),
    }


def result_event(result: Result, placement: Placement) -> dict[str, Any]:
    """A result with both sides of its placement."""
    return {
        "result_id": result.id,
        "placement_id": placement.id,
        "pupil_id": placement.pupil_id,
        "offer_id": placement.offer_id,
        "home_organization_id": placement.home_organization_id,
        "host_organization_id": placement.host_organization_id,
        "half_year": result.half_year,
        "mark": result.mark,
        "hours_planned": hours_text(result.hours_planned),
        "hours_attended": hours_text(result.hours_attended),
        "status": result.status,
        "reason_code": result.reason_code,
    }
