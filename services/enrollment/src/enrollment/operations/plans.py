"""A pupil's own plan while it is worked on: built for the pupil, then changed course by course."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import DomainError, FieldError, NotFound
from enrollment.domain.edit import drop_offer, repair_plan, take_offer
from enrollment.domain.plan import NetworkOffer, Plan
from enrollment.domain.plan_state import PlanAction, PlanState, next_plan_state
from enrollment.domain.rules import Finding, RuleSet
from enrollment.domain.rulesets import evaluate
from enrollment.domain.suggest import PlanRequest, Suggestion, Unmet, suggest_plan
from enrollment.operations.codes import require_code, require_version
from enrollment.queries.copies import find_pupil, find_school
from enrollment.queries.offers import Courses, courses_for
from enrollment.queries.plans import UnmetView, judge, plan_of_pupil, rules_for
from enrollment.tables import StudyPlan
from enrollment.translation import findings_json, items_json, offer_ids_of

NETWORK_COURSES_MAX = 20


class WrongCourse(DomainError):
    """The course cannot stand in this plan at all."""

    code = "plan.wrong_course"


@dataclass(frozen=True, slots=True)
class Change:
    """What to change; several parts are carried out in this order."""

    profile: str | None = None
    remove_offer_id: UUID | None = None
    add_offer_id: UUID | None = None
    repair: tuple[str, str] | None = None  # the finding's rule and the label of its repair


async def draft_plan(
    session: AsyncSession, pupil_id: UUID, profile: str, offer_ids: Sequence[UUID]
) -> tuple[StudyPlan, tuple[UnmetView, ...], bool]:
    """Build the pupil's plan anew: lawful for the profile, with the network courses that fit.

    Returns the row, the courses that found no place with their causes, and whether the plan is the first one.
    Conflict `plan.wrong_state` while the plan is with tutor or school, or approved.
    """
    pupil = await find_pupil(session, pupil_id, lock=True)
    ruleset = rules_for(pupil.cohort_year)
    require_code([one.code for one in ruleset.profiles], profile, "profile")
    courses = await courses_for(session, pupil.home_organization_id)
    _require_open(courses, offer_ids)
    row = await plan_of_pupil(session, pupil_id)
    if row is not None:
        next_plan_state(PlanState(row.status), PlanAction.EDIT)
    school = await find_school(session, pupil.home_organization_id)
    request = PlanRequest(
        pupil_id=str(pupil.id),
        cohort_year=pupil.cohort_year,
        grade=pupil.grade,
        profile_code=profile,
        school_id=str(school.id),
        settlement=school.settlement,
        wished_offer_ids=tuple(str(offer_id) for offer_id in offer_ids),
        home_advanced=_taught_at_home(ruleset),
    )
    built = suggest_plan(request, ruleset, courses.without_seats())
    is_first = row is None
    if row is None:
        row = StudyPlan(pupil_id=pupil.id, status=PlanState.DRAFT)
        session.add(row)
    row.home_organization_id, row.cohort_year, row.grade = pupil.home_organization_id, pupil.cohort_year, pupil.grade
    _keep(row, built.plan, evaluate(built.plan, ruleset, courses.open))
    await session.flush()
    return row, _unmet(built), is_first


async def change_plan(session: AsyncSession, row: StudyPlan, version: int, change: Change) -> tuple[UnmetView, ...]:
    """Change the plan by hand; what a change breaks the rules tell, only a course for another grade is refused."""
    require_version(row.version, version)
    next_plan_state(PlanState(row.status), PlanAction.EDIT)
    unmet: tuple[UnmetView, ...] = ()
    if change.profile is not None and change.profile != row.profile:
        row, unmet, _ = await draft_plan(session, row.pupil_id, change.profile, row.offer_ids)
    judged = await judge(session, row)
    plan, ruleset, courses = judged.plan, judged.ruleset, judged.courses
    if change.remove_offer_id is not None:
        plan = drop_offer(plan, str(change.remove_offer_id), ruleset)
    if change.add_offer_id is not None:
        plan = take_offer(plan, _course(courses, change.add_offer_id, plan), ruleset)
    if change.repair is not None:
        finding = _repairable(judged.findings, *change.repair)
        assert finding.repair is not None
        plan = repair_plan(plan, finding.repair, courses.by_id, ruleset)
    _keep(row, plan, evaluate(plan, ruleset, courses.open))
    await session.flush()
    return unmet


def _keep(row: StudyPlan, plan: Plan, findings: Sequence[Finding]) -> None:
    row.profile = plan.profile_code
    row.subjects = items_json(plan)
    row.offer_ids = offer_ids_of(plan)
    row.findings = findings_json(findings)


def _taught_at_home(ruleset: RuleSet) -> frozenset[str]:
    """Subjects that the home school teaches advanced: all of them, until schools say which they cannot."""
    return frozenset(code for (code, _), hours in ruleset.hours.items() if hours.advanced is not None)


def _require_open(courses: Courses, offer_ids: Sequence[UUID]) -> None:
    """Raises WrongCourse that names each course which cannot be taken now."""
    allowed = {offer.offer_id for offer in courses.open}
    errors = [
        FieldError(f"offer_ids[{place}]", _why_not(courses, str(offer_id)), "Уберите его или выберите другой курс.")
        for place, offer_id in enumerate(offer_ids)
        if str(offer_id) not in allowed
    ]
    if len(offer_ids) > NETWORK_COURSES_MAX:
        errors.append(FieldError("offer_ids", f"Курсов больше {NETWORK_COURSES_MAX}.", "Оставьте главные."))
    if errors:
        raise WrongCourse("Не все курсы можно взять.", errors=tuple(errors))


def _why_not(courses: Courses, offer_id: str) -> str:
    if offer_id not in courses.by_id:
        return "Такого курса нет."
    return "Этот курс ведёт ваша школа или запись на него закрыта."


def _course(courses: Courses, offer_id: UUID, plan: Plan) -> NetworkOffer:
    offer = next((one for one in courses.open if one.offer_id == str(offer_id)), None)
    if offer is None:
        raise NotFound(_why_not(courses, str(offer_id)), code="offer.unknown")
    if not any(grade >= plan.grade for grade in offer.grades):
        error = FieldError("add_offer_id", f"Курс не для {plan.grade} класса.", "Выберите другой курс.")
        raise WrongCourse("Этот курс взять нельзя.", errors=(error,))
    return offer


def _repairable(findings: Sequence[Finding], rule_id: str, label: str) -> Finding:
    for finding in findings:
        if finding.rule_id == rule_id and finding.repair is not None and finding.repair.label == label:
            return finding
    raise NotFound("Это исправление уже не нужно или невозможно. Обновите страницу.", code="plan.no_repair")


def _unmet(built: Suggestion) -> tuple[UnmetView, ...]:
    return tuple(unmet_view(one) for one in built.unmet)


def unmet_view(one: Unmet) -> UnmetView:
    """A wish without a place, in words."""
    offer_id = UUID(one.offer_id) if one.offer_id else None
    return UnmetView(offer_id, one.subject_code, tuple(cause.message for cause in one.causes))
