"""«Мой план»: the constructor of a pupil, and the lists and decisions of tutors and home schools."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.errors import DomainError, NotFound
from chassis.http.unit import UnitRoute
from enrollment.access import PlanReader, PupilOnly, Session, SignedIn
from enrollment.domain.plan_state import PlanAction, PlanState, next_plan_actions
from enrollment.domain.week import week_of
from enrollment.operations.plans import Change, change_plan, draft_plan
from enrollment.pages.plan_lines import (
    course_lines,
    meter_lines,
    profile_choices,
    rule_lines,
    subject_lines,
    unavailable_lines,
    week_rows,
)
from enrollment.pages.render import render, see
from enrollment.pages.words import PLAN_STEP, PLAN_STEPS
from enrollment.queries.copies import find_pupil, organization_names
from enrollment.queries.offers import list_offers
from enrollment.queries.placements import placements_of_plan
from enrollment.queries.plans import find_plan, judge, list_plans, plan_of_pupil, rules_for
from enrollment.queries.results import list_results
from enrollment.sides import acting_as, as_home, as_pupil, as_tutor, is_home

if TYPE_CHECKING:
    from enrollment.tables import StudyPlan

router = APIRouter(route_class=UnitRoute, include_in_schema=False)

HOME = "/enrollment/"
Grade = Annotated[int | None, Query(ge=10, le=11)]
Offers = Annotated[list[UUID] | None, Query()]


@router.get("/")
async def index(
    request: Request, who: SignedIn, current: Session, grade: Grade = None, offer: Offers = None
) -> Response:
    """A pupil's constructor, or the list of plans that a tutor or a school works on."""
    if not who.has("pupil"):
        return await _list(request, who, current)
    pupil_id = acting_as(who)
    row = await plan_of_pupil(current, pupil_id)
    if row is not None:
        return await show_plan(request, who, current, row, grade=grade, wished=offer or ())
    pupil = await find_pupil(current, pupil_id)
    wished = await list_offers(current, ids=offer or (), status="published")
    return render(
        request,
        "start.html",
        profiles=profile_choices(rules_for(pupil.cohort_year)),
        ruleset=rules_for(pupil.cohort_year),
        pupil=pupil,
        wished=wished,
        errors=(),
    )


@router.get("/plans/{plan_id}")
async def plan_page(
    request: Request, plan_id: UUID, who: PlanReader, current: Session, grade: Grade = None
) -> Response:
    """One plan, to read and to decide on."""
    sides = as_pupil(who), as_tutor(who), as_home(who)
    return await show_plan(request, who, current, await find_plan(current, plan_id, *sides), grade=grade)


@router.post("/plan")
async def build(
    who: PupilOnly,
    current: Session,
    profile: Annotated[str, Form(max_length=60)],
    offer_ids: Annotated[list[UUID] | None, Form()] = None,
) -> Response:
    """Build the own plan; courses that found no place are shown with their causes."""
    _, unmet, _ = await draft_plan(current, acting_as(who), profile, offer_ids or [])
    wished = "&".join(f"offer={one.offer_id}" for one in unmet if one.offer_id)
    return see(f"{HOME}?{wished}" if wished else HOME)


@router.post("/plan/change")
async def change(
    who: PupilOnly,
    current: Session,
    version: Annotated[int, Form()],
    add_offer_id: Annotated[UUID | None, Form()] = None,
    remove_offer_id: Annotated[UUID | None, Form()] = None,
    repair_rule: Annotated[str, Form(max_length=60)] = "",
    repair_label: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Add or remove a course, or carry out a suggested repair."""
    row = await plan_of_pupil(current, acting_as(who))
    if row is None:
        raise NotFound("Плана ещё нет: начните с выбора профиля.")
    repair = (repair_rule, repair_label) if repair_rule else None
    parts = Change(remove_offer_id=remove_offer_id, add_offer_id=add_offer_id, repair=repair)
    await change_plan(current, row, version, parts)
    return see(HOME)


async def show_plan(
    request: Request,
    who: Principal,
    current: AsyncSession,
    row: "StudyPlan",
    *,
    grade: int | None = None,
    wished: Sequence[UUID] = (),
    refused: DomainError | None = None,
) -> Response:
    """The plan with its meters, rules, week and courses; `wished` courses are offered above all others."""
    judged = await judge(current, row)
    offers = await list_offers(current)
    is_own = who.has("pupil") and row.pupil_id == who.person_id
    can_edit = is_own and PlanAction.EDIT in next_plan_actions(PlanState(row.status))
    courses = course_lines(judged, offers) if can_edit else []
    chosen_grade = grade or row.grade
    week = week_of(judged.plan, chosen_grade)
    return render(
        request,
        "plan.html",
        status=refused.status if refused else 200,
        fragment="constructor",
        plan=row,
        judged=judged,
        meters=list(meter_lines(judged)),
        rules=rule_lines(judged),
        subjects=subject_lines(judged.plan, await organization_names(current)),
        courses=courses,
        wished=[line for line in courses if line.offer.id in set(wished)],
        unavailable=unavailable_lines(judged, offers, wished, row.home_organization_id) if can_edit else [],
        week_days=week.days,
        week_rows=week_rows(week),
        grade=chosen_grade,
        steps=PLAN_STEPS,
        step=PLAN_STEP.get(PlanState(row.status), 1),
        profiles=[(one.code, one.title) for one in judged.ruleset.profiles],
        is_own=is_own,
        can_edit=can_edit,
        decisions=_decisions(row, who, is_own),
        placements=await placements_of_plan(current, row.id),
        results=[one for one in await list_results(current, who) if one.pupil_id == row.pupil_id],
        errors=refused.errors if refused else (),
    )


def _decisions(row: "StudyPlan", who: Principal, is_own: bool) -> frozenset[str]:
    """What a tutor or a home school may decide now; a row that is neither own nor of the school is the tutor's."""
    if is_own:
        return frozenset()
    actions = set(next_plan_actions(PlanState(row.status)))
    mine: set[PlanAction] = set()
    if who.has("tutor"):
        mine |= {PlanAction.APPROVE_AS_TUTOR, PlanAction.RETURN}
    if is_home(row, who):
        mine |= {PlanAction.APPROVE_AS_SCHOOL, PlanAction.RETURN}
    return frozenset(str(action) for action in actions & mine)


async def _list(request: Request, who: Principal, current: AsyncSession) -> Response:
    plans = await list_plans(current, who)
    waiting = {"tutor_approved"} if who.has("coordinator") else set()
    waiting |= {"submitted"} if who.has("tutor") else set()
    return render(
        request,
        "plans.html",
        waiting=[plan for plan in plans if plan.status in waiting],
        others=[plan for plan in plans if plan.status not in waiting],
        is_school=who.has("coordinator"),
        is_tutor=who.has("tutor"),
    )
