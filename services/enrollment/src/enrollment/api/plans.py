"""Plans over JSON: drafts of pupils, and their way through tutor and home school."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.auth import Principal
from chassis.http.unit import UnitRoute
from enrollment.access import (
    Coordinator,
    PlanReader,
    PupilOnly,
    Session,
    SignedIn,
    TutorOnly,
    TutorOrCoordinator,
)
from enrollment.operations.approvals import approve_as_school, approve_as_tutor, return_plan, submit_plan
from enrollment.operations.plans import Change, change_plan, draft_plan
from enrollment.queries.offers import OfferView, list_offers
from enrollment.queries.plans import PlanBrief, PlanView, find_plan, list_plans, view_plan
from enrollment.schemas import ApprovalIn, PlanChange, PlanIn, ReturnIn, Versioned
from enrollment.sides import acting_as, as_home, as_pupil, as_tutor

if TYPE_CHECKING:
    from enrollment.tables import StudyPlan

router = APIRouter(prefix="/api/v1", route_class=UnitRoute, tags=["plans"])


@router.get("/offers")
async def get_offers(
    who: SignedIn, current: Session, status: Annotated[str | None, Query(max_length=20)] = "published"
) -> tuple[OfferView, ...]:
    """Courses that the constructor knows, with their seats."""
    return await list_offers(current, status=status or None)


@router.post("/plans", status_code=201)
async def post_plan(body: PlanIn, who: PupilOnly, current: Session, response: Response) -> PlanView:
    """Build the own draft, or build it anew: lawful for the profile, with the network courses that fit."""
    row, unmet, is_first = await draft_plan(current, acting_as(who), body.profile, body.offer_ids)
    response.status_code = 201 if is_first else 200
    response.headers["location"] = f"/enrollment/api/v1/plans/{row.id}"
    return await view_plan(current, row, unmet)


@router.get("/plans")
async def get_plans(
    who: PlanReader, current: Session, status: Annotated[str | None, Query(max_length=20)] = None
) -> tuple[PlanBrief, ...]:
    """Own plan, plans of own pupils, plans of the own school."""
    return await list_plans(current, who, status)


@router.get("/plans/{plan_id}")
async def get_plan(plan_id: UUID, who: PlanReader, current: Session) -> PlanView:
    """One plan with its items and findings."""
    return await view_plan(current, await _visible(current, plan_id, who))


@router.get("/plans/{plan_id}/evaluation")
async def get_evaluation(plan_id: UUID, who: PlanReader, current: Session) -> dict[str, object]:
    """Every rule with its live state, the figures and the suggested repair."""
    view = await view_plan(current, await _visible(current, plan_id, who))
    return {"plan_id": view.id, "version": view.version, "submittable": view.submittable, "findings": view.findings}


@router.patch("/plans/{plan_id}")
async def patch_plan(plan_id: UUID, body: PlanChange, who: PupilOnly, current: Session) -> PlanView:
    """Change the own draft course by course, or carry out a suggested repair."""
    row = await find_plan(current, plan_id, as_pupil(who))
    repair = (body.repair.rule_id, body.repair.label) if body.repair else None
    change = Change(body.profile, body.remove_offer_id, body.add_offer_id, repair)
    unmet = await change_plan(current, row, body.version, change)
    return await view_plan(current, row, unmet)


@router.post("/plans/{plan_id}/submit")
async def post_submit(plan_id: UUID, body: Versioned, who: PupilOnly, current: Session) -> PlanView:
    """Send the own plan to the tutor; a plan that breaks a rule is refused with its findings."""
    row = await find_plan(current, plan_id, as_pupil(who))
    await submit_plan(current, row, body.version)
    return await view_plan(current, row)


@router.post("/plans/{plan_id}/tutor-approval")
async def post_tutor_approval(plan_id: UUID, body: Versioned, who: TutorOnly, current: Session) -> PlanView:
    """The tutor of the pupil agrees."""
    row = await find_plan(current, plan_id, as_tutor(who))
    await approve_as_tutor(current, row, body.version)
    return await view_plan(current, row)


@router.post("/plans/{plan_id}/approval")
async def post_approval(plan_id: UUID, body: ApprovalIn, who: Coordinator, current: Session) -> PlanView:
    """The home school approves; seats are asked for at the hosts in the same transaction."""
    row = await find_plan(current, plan_id, as_home(who))
    await approve_as_school(current, row, body.version, body.approved_on)
    return await view_plan(current, row)


@router.post("/plans/{plan_id}/return")
async def post_return(plan_id: UUID, body: ReturnIn, who: TutorOrCoordinator, current: Session) -> PlanView:
    """The tutor or the home school gives the plan back."""
    row = await find_plan(current, plan_id, as_tutor(who), as_home(who))
    await return_plan(current, row, body.version, body.reason_code)
    return await view_plan(current, row)


async def _visible(current: Session, plan_id: UUID, who: Principal) -> "StudyPlan":
    sides = as_pupil(who), as_tutor(who), as_home(who)
    return await find_plan(current, plan_id, *sides)
