"""Buttons of tutor, home school and pupil on a plan and its seats."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from chassis.http.unit import UnitRoute
from enrollment.access import Coordinator, PupilOnly, PupilOrCoordinator, Session, TutorOnly, TutorOrCoordinator
from enrollment.domain.plan_state import PlanBreaksRules
from enrollment.operations.approvals import approve_as_school, approve_as_tutor, return_plan, submit_plan
from enrollment.operations.placements import withdraw_placement
from enrollment.pages.plan import HOME, show_plan
from enrollment.pages.render import see
from enrollment.pages.words import today
from enrollment.queries.placements import find_placement
from enrollment.queries.plans import find_plan
from enrollment.sides import as_home, as_pupil, as_tutor

router = APIRouter(route_class=UnitRoute, include_in_schema=False)

Version = Annotated[int, Form()]
Reason = Annotated[str, Form(max_length=60)]


@router.post("/plans/{plan_id}/submit")
async def submit(request: Request, plan_id: UUID, who: PupilOnly, current: Session, version: Version) -> Response:
    """Send the own plan to the tutor; a plan that breaks a rule comes back with what to repair."""
    row = await find_plan(current, plan_id, as_pupil(who))
    try:
        await submit_plan(current, row, version)
    except PlanBreaksRules as refused:
        return await show_plan(request, who, current, row, refused=refused)
    return see(HOME)


@router.post("/plans/{plan_id}/tutor-approval")
async def tutor_approval(
    request: Request, plan_id: UUID, who: TutorOnly, current: Session, version: Version
) -> Response:
    """The tutor agrees and comes back to the list."""
    row = await find_plan(current, plan_id, as_tutor(who))
    try:
        await approve_as_tutor(current, row, version)
    except PlanBreaksRules as refused:
        return await show_plan(request, who, current, row, refused=refused)
    return see(HOME)


@router.post("/plans/{plan_id}/approval")
async def approval(request: Request, plan_id: UUID, who: Coordinator, current: Session, version: Version) -> Response:
    """The home school approves today, seats are asked for, and the list comes back."""
    row = await find_plan(current, plan_id, as_home(who))
    try:
        await approve_as_school(current, row, version, today())
    except PlanBreaksRules as refused:
        return await show_plan(request, who, current, row, refused=refused)
    return see(HOME)


@router.post("/plans/{plan_id}/return")
async def give_back(
    plan_id: UUID, who: TutorOrCoordinator, current: Session, version: Version, reason_code: Reason
) -> Response:
    """Tutor or home school gives the plan back with a reason."""
    row = await find_plan(current, plan_id, as_tutor(who), as_home(who))
    await return_plan(current, row, version, reason_code)
    return see(HOME)


@router.post("/placements/{placement_id}/withdrawal")
async def withdrawal(placement_id: UUID, who: PupilOrCoordinator, current: Session) -> Response:
    """A request or a seat is given back."""
    placement = await find_placement(current, placement_id, as_pupil(who), as_home(who))
    await withdraw_placement(current, placement)
    return see(HOME if who.has("pupil") else "/enrollment/requests")
