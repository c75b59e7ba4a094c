"""Named reads of center."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from center.domain.coverage import BASE_MONTH, Coverage, PupilFact, measure_coverage
from center.domain.organization import Licence, LicenceKind
from center.tables import (
    Account,
    Decision,
    Employment,
    NetworkStudy,
    Organization,
    PartnerAccess,
    Person,
    PlanApproval,
    Pupil,
    TutorAssignment,
    Wish,
)
from chassis.errors import NotFound

DECISIONS_MAX = 200
SCHOOL_YEAR_STARTS_IN_MONTH = BASE_MONTH


@dataclass(frozen=True, slots=True)
class OrganizationView:
    """An organisation as the centre sees it."""

    id: UUID
    version: int
    slug: str
    full_name: str
    short_name: str
    legal_type: str
    budget_level: str
    network_roles: tuple[str, ...]
    settlement: str
    time_zone: str
    inn: str
    kpp: str
    ogrn: str
    oktmo: str
    mailbox: str
    licences: tuple[Licence, ...]
    feed_account: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class Access:
    """When an organisation first got its broker account."""

    account: str
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class CoverageView:
    """The headline figure with the names of the schools."""

    coverage: Coverage
    school_names: dict[str, str]


@dataclass(frozen=True, slots=True)
class WishCount:
    """How many pupils wish for a topic, and where they live."""

    topic_code: str
    wishes: int
    settlements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision on a dead letter and what came of it."""

    service: str
    consumer: str
    event_id: UUID
    action: str
    outcome: str
    reason: str
    decided_at: datetime


async def list_organizations(session: AsyncSession) -> tuple[OrganizationView, ...]:
    """Every organisation of the network."""
    rows = await session.scalars(select(Organization).order_by(Organization.short_name, Organization.id))
    return tuple(_organization(row) for row in rows)


async def get_organization(session: AsyncSession, organization_id: UUID) -> OrganizationView:
    """One organisation; raises NotFound."""
    row = await session.get(Organization, organization_id)
    if row is None:
        raise NotFound("Такой организации нет.")
    return _organization(row)


async def find_access(session: AsyncSession, organization_id: UUID) -> Access | None:
    """The broker account of an organisation, open or shut."""
    row = await session.get(PartnerAccess, organization_id)
    return Access(row.account, row.granted_at) if row else None


async def count_accounts(session: AsyncSession, organization_id: UUID) -> int:
    """Accounts that act for an organisation and are open."""
    query = select(func.count()).where(Account.organization_id == organization_id, Account.disabled.is_(False))
    return await session.scalar(query.select_from(Account)) or 0


async def names_for_all(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of people, for who sees the whole network."""
    rows = await session.execute(select(Person.id, Person.full_name).where(Person.id.in_(ids)))
    return {row.id: row.full_name for row in rows}


async def names_for(
    session: AsyncSession, ids: Collection[UUID], organization_id: UUID | None, person_id: UUID | None
) -> dict[UUID, str]:
    """Names of one's own organisation's people, of the pupils one accompanies, and one's own; others stay pseudonyms."""
    rights: list[ColumnElement[bool]] = []
    if organization_id is not None:  # compared with nothing, the column of every stranger would be nothing too
        rights += [Pupil.home_organization_id == organization_id, Employment.organization_id == organization_id]
    if person_id is not None:
        accompanied = select(TutorAssignment.pupil_id).where(
            TutorAssignment.tutor_id == person_id, TutorAssignment.released_at.is_(None)
        )
        rights += [Person.id == person_id, Person.id.in_(accompanied)]
    rows = await session.execute(
        select(Person.id, Person.full_name)
        .outerjoin(Pupil, Pupil.person_id == Person.id)
        .outerjoin(Employment, Employment.person_id == Person.id)
        .where(Person.id.in_(ids), or_(false(), *rights))
    )
    return {row.id: row.full_name for row in rows}


async def latest_business_date(session: AsyncSession, *, otherwise: date) -> date:
    """The newest day that any fact of the headline figure speaks of."""
    query = select(
        select(func.max(PlanApproval.approved_on)).scalar_subquery(),
        select(func.max(NetworkStudy.last_on)).scalar_subquery(),
        select(func.max(Pupil.enrolled_on)).scalar_subquery(),
    )
    return max((day for day in (await session.execute(query)).one() if day is not None), default=otherwise)


async def read_coverage(session: AsyncSession, as_of: date) -> CoverageView:
    """Coverage on a day, in the school year that the day belongs to."""
    approved = (
        select(PlanApproval.pupil_id, func.min(PlanApproval.approved_on).label("approved_on"))
        .group_by(PlanApproval.pupil_id)
        .subquery()
    )
    rows = await session.execute(
        select(Pupil, approved.c.approved_on, NetworkStudy.started_on)
        .outerjoin(approved, approved.c.pupil_id == Pupil.person_id)
        .outerjoin(NetworkStudy, NetworkStudy.pupil_id == Pupil.person_id)
    )
    facts = [
        PupilFact(
            pupil_id=str(pupil.person_id),
            grade=pupil.grade,
            school_id=str(pupil.home_organization_id),
            settlement=pupil.residence,
            enrolled_on=pupil.enrolled_on,
            plan_approved_on=approved_on,
            network_course_started_on=started_on,
        )
        for pupil, approved_on, started_on in rows
    ]
    school_year = as_of.year if as_of.month >= SCHOOL_YEAR_STARTS_IN_MONTH else as_of.year - 1
    names = await session.execute(select(Organization.id, Organization.short_name))
    return CoverageView(
        measure_coverage(facts, school_year=school_year, as_of=as_of), {str(key): name for key, name in names}
    )


async def top_wishes(session: AsyncSession, limit: int = 8) -> tuple[WishCount, ...]:
    """The topics that most pupils wish for."""
    wishes = func.count()
    rows = await session.execute(
        select(Wish.topic_code, wishes, func.array_agg(Wish.settlement.distinct()))
        .group_by(Wish.topic_code)
        .order_by(wishes.desc(), Wish.topic_code)
        .limit(limit)
    )
    return tuple(WishCount(topic, count, tuple(settlements)) for topic, count, settlements in rows)


async def decisions_of(session: AsyncSession, batch_id: UUID) -> tuple[DecisionView, ...]:
    """The outcomes of one press of a button, in the order of the choices."""
    return await _decisions(session, batch_id=batch_id)


async def decisions_on(session: AsyncSession, event_id: UUID) -> tuple[DecisionView, ...]:
    """What was decided on one event before, the newest first."""
    return await _decisions(session, event_id=event_id)


async def _decisions(
    session: AsyncSession, *, batch_id: UUID | None = None, event_id: UUID | None = None
) -> tuple[DecisionView, ...]:
    query = select(Decision).limit(DECISIONS_MAX)
    if batch_id is not None:
        query = query.where(Decision.batch_id == batch_id).order_by(Decision.place)
    else:
        query = query.where(Decision.event_id == event_id).order_by(Decision.decided_at.desc())
    return tuple(
        DecisionView(row.service, row.consumer, row.event_id, row.action, row.outcome, row.reason, row.decided_at)
        for row in await session.scalars(query)
    )


def _organization(row: Organization) -> OrganizationView:
    return OrganizationView(
        id=row.id,
        version=row.version,
        slug=row.slug,
        full_name=row.full_name,
        short_name=row.short_name,
        legal_type=row.legal_type,
        budget_level=row.budget_level,
        network_roles=tuple(row.network_roles),
        settlement=row.settlement,
        time_zone=row.time_zone,
        inn=row.inn,
        kpp=row.kpp,
        ogrn=row.ogrn,
        oktmo=row.oktmo,
        mailbox=row.mailbox,
        licences=tuple(
            Licence(
                LicenceKind(one["kind"]),
                one["number"],
                date.fromisoformat(one["issued_on"]),
                date.fromisoformat(one["expires_on"]) if one["expires_on"] else None,
            )
            for one in row.licences
        ),
        feed_account=row.feed_account,
        active=row.active,
    )
