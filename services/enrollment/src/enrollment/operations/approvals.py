"""The way of a plan through tutor and home school; approval asks for the seats in the same transaction."""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import FieldError
from chassis.outbox import record
from contracts.enrollment import PlacementRequested, PlanApproved, PlanReturned, PlanSubmitted
from enrollment.domain.placement import PlacementState
from enrollment.domain.plan_state import PlanAction, PlanBreaksRules, PlanState, ReturnReason, next_plan_state
from enrollment.events import placement_event, plan_event
from enrollment.operations.codes import code_of, require_version
from enrollment.queries.copies import tutor_of
from enrollment.queries.plans import Judged, judge
from enrollment.tables import Placement, StudyPlan
from enrollment.translation import findings_json, items_json


async def submit_plan(session: AsyncSession, plan: StudyPlan, version: int) -> None:
    """The pupil sends the plan to the tutor; raises PlanBreaksRules with every finding that hinders it."""
    require_version(plan.version, version)
    _require_open_courses(await judge(session, plan))
    await _step(session, plan, version, PlanAction.SUBMIT)
    plan.reason_code = None
    await session.flush()
    await record(
        session, PlanSubmitted(**plan_event(plan, await tutor_of(session, plan.pupil_id))), sequence=plan.version
    )


async def approve_as_tutor(session: AsyncSession, plan: StudyPlan, version: int) -> None:
    """The tutor agrees; the plan goes to the home school, and no event tells it."""
    await _step(session, plan, version, PlanAction.APPROVE_AS_TUTOR)
    await session.flush()


async def approve_as_school(session: AsyncSession, plan: StudyPlan, version: int, approved_on: date) -> list[Placement]:
    """The home school approves, and a seat is asked for at the host of each network course."""
    judged = await _step(session, plan, version, PlanAction.APPROVE_AS_SCHOOL)
    plan.approved_on = approved_on
    await session.flush()
    await record(
        session, PlanApproved(**plan_event(plan, await tutor_of(session, plan.pupil_id))), sequence=plan.version
    )
    hosts = {item.offer_id: UUID(item.organisation_id) for item in judged.plan.items if item.organisation_id}
    now = datetime.now(UTC)
    placements = [
        Placement(
            plan_id=plan.id,
            pupil_id=plan.pupil_id,
            offer_id=offer_id,
            home_organization_id=plan.home_organization_id,
            host_organization_id=hosts[str(offer_id)],
            status=PlacementState.REQUESTED,
            requested_at=now,
        )
        for offer_id in plan.offer_ids
    ]
    session.add_all(placements)
    await session.flush()
    for placement in placements:
        await record(session, PlacementRequested(**placement_event(placement)), sequence=placement.version)
    return placements


async def return_plan(session: AsyncSession, plan: StudyPlan, version: int, reason_code: str) -> None:
    """Tutor or home school gives the plan back with a coded reason."""
    require_version(plan.version, version)
    reason = code_of(ReturnReason, reason_code, "reason_code")
    plan.status = next_plan_state(PlanState(plan.status), PlanAction.RETURN)
    plan.reason_code = reason
    await session.flush()
    await record(
        session, PlanReturned(**plan_event(plan, await tutor_of(session, plan.pupil_id))), sequence=plan.version
    )


async def _step(session: AsyncSession, plan: StudyPlan, version: int, action: PlanAction) -> Judged:
    """One step forward: the rules are asked anew, and what they said is kept with the plan."""
    require_version(plan.version, version)
    judged = await judge(session, plan)
    plan.status = next_plan_state(PlanState(plan.status), action, judged.findings)
    plan.subjects = items_json(judged.plan)
    plan.findings = findings_json(judged.findings)
    return judged


def _require_open_courses(judged: Judged) -> None:
    """A course that was closed while the plan was a draft gives no seat any more."""
    allowed = {offer.offer_id for offer in judged.courses.open}
    titles = {item.offer_id: item.title for item in judged.plan.items if item.is_network}
    errors = tuple(
        FieldError("open-courses", f"Запись на курс «{title}» закрыта.", "Уберите его или выберите другой.")
        for offer_id, title in titles.items()
        if offer_id not in allowed
    )
    if errors:
        raise PlanBreaksRules("В плане есть закрытый курс: замените его и отправьте снова.", errors=errors)
