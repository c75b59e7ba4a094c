"""Reads of plans, with the live judgement of the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.errors import DomainError, FieldError, NotFound
from enrollment.domain.plan import Plan
from enrollment.domain.rules import Finding, FindingState, RuleSet, has_errors
from enrollment.domain.rulesets import evaluate, ruleset_for
from enrollment.queries.copies import find_school, tutor_of
from enrollment.queries.offers import Courses, courses_for
from enrollment.sides import Side, any_of, as_home, as_pupil, as_tutor
from enrollment.tables import StudyPlan, TutorAssignment
from enrollment.translation import count_of, findings_json, items_json, plan_of

LISTED_MAX = 500


@dataclass(frozen=True, slots=True)
class Judged:
    """A plan as the rules see it now."""

    plan: Plan
    findings: tuple[Finding, ...]
    ruleset: RuleSet
    courses: Courses

    @property
    def has_errors(self) -> bool:
        """Whether anything keeps it from being submitted."""
        return has_errors(self.findings)


@dataclass(frozen=True, slots=True)
class UnmetView:
    """A wished course that found no place, with the causes in words."""

    offer_id: UUID | None
    subject_code: str
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan with its items and what the rules say of it now."""

    id: UUID
    version: int
    pupil_id: UUID
    home_organization_id: UUID
    tutor_id: UUID | None
    cohort_year: int
    grade: int
    profile: str
    status: str
    reason_code: str | None
    approved_on: date | None
    offer_ids: tuple[UUID, ...]
    subjects: tuple[dict[str, Any], ...]
    findings: tuple[dict[str, Any], ...]
    submittable: bool
    unmet: tuple[UnmetView, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanBrief:
    """A plan in a list; errors and warnings are those of the moment when it was kept."""

    id: UUID
    version: int
    pupil_id: UUID
    home_organization_id: UUID
    tutor_id: UUID | None
    grade: int
    profile: str
    status: str
    reason_code: str | None
    approved_on: date | None
    offer_ids: tuple[UUID, ...]
    errors: int
    warnings: int
    updated_at: datetime


async def find_plan(session: AsyncSession, plan_id: UUID, *sides: Side) -> StudyPlan:
    """The plan on one of the sides; raises NotFound."""
    plan = await session.scalar(select(StudyPlan).where(StudyPlan.id == plan_id, any_of(StudyPlan, *sides)))
    if plan is None:
        raise NotFound("Такого плана нет, или он не ваш.", code="plan.unknown")
    return plan


async def plan_of_pupil(session: AsyncSession, pupil_id: UUID) -> StudyPlan | None:
    """The pupil's plan that is not yet completed."""
    query = select(StudyPlan).where(StudyPlan.pupil_id == pupil_id, StudyPlan.status != "completed")
    return await session.scalar(query)


def rules_for(cohort_year: int) -> RuleSet:
    """The rule set of a cohort; raises DomainError `plan.no_rules` when none covers it."""
    try:
        return ruleset_for(cohort_year)
    except LookupError as error:
        field = FieldError("cohort_year", f"Год поступления {cohort_year} не описан.", "Проверьте год поступления.")
        raise DomainError("Правил для этого года поступления нет.", errors=(field,), code="plan.no_rules") from error


async def judge(session: AsyncSession, row: StudyPlan) -> Judged:
    """Evaluate the plan by the rules of its cohort, with the offers as they are today."""
    school = await find_school(session, row.home_organization_id)
    courses = await courses_for(session, row.home_organization_id)
    ruleset = rules_for(row.cohort_year)
    plan = plan_of(row, school, courses.by_id)
    return Judged(plan, evaluate(plan, ruleset, courses.open), ruleset, courses)


async def view_plan(session: AsyncSession, row: StudyPlan, unmet: Sequence[UnmetView] = ()) -> PlanView:
    """The plan as its readers see it."""
    judged = await judge(session, row)
    return PlanView(
        id=row.id,
        version=row.version,
        pupil_id=row.pupil_id,
        home_organization_id=row.home_organization_id,
        tutor_id=await tutor_of(session, row.pupil_id),
        cohort_year=row.cohort_year,
        grade=row.grade,
        profile=row.profile,
        status=row.status,
        reason_code=row.reason_code,
        approved_on=row.approved_on,
        offer_ids=tuple(row.offer_ids),
        subjects=tuple(items_json(judged.plan)),
        findings=tuple(findings_json(judged.findings)),
        submittable=not judged.has_errors,
        unmet=tuple(unmet),
    )


async def list_plans(session: AsyncSession, who: Principal, status: str | None = None) -> tuple[PlanBrief, ...]:
    """Plans that the account may see, those that were changed last first: own, of own pupils, of the own school."""
    query = (
        select(StudyPlan, TutorAssignment.tutor_id)
        .outerjoin(TutorAssignment, TutorAssignment.pupil_id == StudyPlan.pupil_id)
        .where(any_of(StudyPlan, as_pupil(who), as_tutor(who), as_home(who)))
    )
    if status is not None:
        query = query.where(StudyPlan.status == status)
    query = query.order_by(StudyPlan.updated_at.desc(), StudyPlan.id).limit(LISTED_MAX)
    return tuple(_brief(row, tutor_id) for row, tutor_id in await session.execute(query))


def _brief(row: StudyPlan, tutor_id: UUID | None) -> PlanBrief:
    return PlanBrief(
        id=row.id,
        version=row.version,
        pupil_id=row.pupil_id,
        home_organization_id=row.home_organization_id,
        tutor_id=tutor_id,
        grade=row.grade,
        profile=row.profile,
        status=row.status,
        reason_code=row.reason_code,
        approved_on=row.approved_on,
        offer_ids=tuple(row.offer_ids),
        errors=count_of(row.findings, FindingState.ERROR),
        warnings=count_of(row.findings, FindingState.WARNING),
        updated_at=row.updated_at,
    )
