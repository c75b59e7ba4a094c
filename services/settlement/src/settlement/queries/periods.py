"""Periods with their live figures."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from settlement.domain.period import PeriodKey
from settlement.queries.scope import Scope
from settlement.tables import Act, Obligation, Period


@dataclass(frozen=True, slots=True)
class PeriodView:
    """A period as its reader sees it: the counts are of the rows that the reader may see."""

    id: UUID
    key: str
    first_day: date
    last_day: date
    correction: int
    state: str
    version: int
    obligations: int
    accrued_kopecks: int
    acts: int
    closed_at: datetime | None


async def list_periods(session: AsyncSession, scope: Scope) -> tuple[PeriodView, ...]:
    """All periods, the newest first."""
    counted = (
        select(Obligation.period, func.count().label("rows"), func.sum(Obligation.accrued_kopecks).label("kopecks"))
        .where(scope.sides(Obligation.creditor_id, Obligation.debtor_id))
        .group_by(Obligation.period)
        .subquery()
    )
    acts = (
        select(Act.period, func.count().label("acts"))
        .where(scope.sides(Act.executor_id, Act.customer_id))
        .group_by(Act.period)
        .subquery()
    )
    query = (
        select(
            Period,
            func.coalesce(counted.c.rows, 0),
            func.coalesce(counted.c.kopecks, 0),
            func.coalesce(acts.c.acts, 0),
        )
        .outerjoin(counted, counted.c.period == Period.key)
        .outerjoin(acts, acts.c.period == Period.key)
        .order_by(Period.month.desc(), Period.correction.desc())
    )
    rows = await session.execute(query)
    return tuple(_view(period, rows_, int(kopecks), acts_) for period, rows_, kopecks, acts_ in rows)


async def find_period(session: AsyncSession, scope: Scope, key: PeriodKey) -> PeriodView:
    """One period; raises NotFound."""
    found = next((one for one in await list_periods(session, scope) if one.key == str(key)), None)
    if found is None:
        raise NotFound("Такого расчётного периода нет: в нём не было занятий.")
    return found


def _view(period: Period, obligations: int, accrued_kopecks: int, acts: int) -> PeriodView:
    key = PeriodKey.parse(period.key)
    return PeriodView(
        id=period.id,
        key=period.key,
        first_day=key.first_day(),
        last_day=key.last_day(),
        correction=key.correction,
        state=period.state,
        version=period.version,
        obligations=obligations,
        accrued_kopecks=accrued_kopecks,
        acts=acts,
        closed_at=period.closed_at,
    )
