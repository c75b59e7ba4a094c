"""Acts with their lines, as rows and as the domain's values."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from settlement.domain import act as domain
from settlement.domain.period import PeriodKey
from settlement.queries.scope import Scope
from settlement.tables import Act, ActLine


async def list_acts(session: AsyncSession, scope: Scope, *, period: PeriodKey | None = None) -> tuple[domain.Act, ...]:
    """Acts in the order of their numbers."""
    query = select(Act).where(scope.sides(Act.executor_id, Act.customer_id))
    if period is not None:
        query = query.where(Act.period == str(period))
    rows = list(await session.scalars(query.order_by(Act.period, Act.number).limit(1000)))
    lines = await _lines(session, [one.id for one in rows])
    return tuple(act_of(one, lines.get(one.id, [])) for one in rows)


async def get_act(session: AsyncSession, scope: Scope, act_id: UUID) -> domain.Act:
    """One act; raises NotFound when it is not there, or not the reader's."""
    row, lines = await find_act(session, scope, act_id)
    return act_of(row, lines)


async def find_act(
    session: AsyncSession, scope: Scope, act_id: UUID, *, lock: bool = False
) -> tuple[Act, Sequence[ActLine]]:
    """The rows of one act, under lock for a command; raises NotFound."""
    query = select(Act).where(Act.id == act_id, scope.sides(Act.executor_id, Act.customer_id))
    row = await session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound("Такого акта нет.")
    return row, (await _lines(session, [row.id])).get(row.id, [])


def act_of(row: Act, lines: Sequence[ActLine]) -> domain.Act:
    """The act as the domain reads it; checks once more that lines and total agree."""
    return domain.Act(
        act_id=row.id,
        number=row.number,
        issued_on=row.issued_on,
        executor_id=row.executor_id,
        executor_name=row.executor_name,
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        period=PeriodKey.parse(row.period),
        fact=row.fact,
        lines=tuple(line_of(one) for one in lines),
        total_kopecks=row.total_kopecks,
        vat_note=row.vat_note,
        name=row.name,
        state=domain.ActState(row.state),
        version=row.version,
        executor_signature=_signature(row.executor_id, row.executor_signature),
        customer_signature=_signature(row.customer_id, row.customer_signature),
        disagreements=tuple(
            domain.Disagreement(UUID(one["line_id"]), one["amount_by_customer_kopecks"], one["reason"])
            for one in row.disagreements
        ),
    )


def line_of(row: ActLine) -> domain.ActLine:
    """A line of an act that is drawn up."""
    return domain.ActLine(
        line_id=row.id,
        service=row.service,
        tariff_version_id=row.tariff_version_id,
        unit=row.unit,
        quantity=row.billable_hours,
        price=Fraction(row.price),
        amount_kopecks=row.posted_kopecks,
        is_share=row.is_share,
    )


async def _lines(session: AsyncSession, act_ids: Sequence[UUID]) -> dict[UUID, list[ActLine]]:
    result: dict[UUID, list[ActLine]] = {}
    query = select(ActLine).where(ActLine.act_id.in_(act_ids)).order_by(ActLine.service, ActLine.id)
    for one in await session.scalars(query):
        assert one.act_id is not None
        result.setdefault(one.act_id, []).append(one)
    return result


def _signature(organization_id: UUID, stored: dict[str, Any] | None) -> domain.Signature | None:
    if stored is None:
        return None
    signed_at = datetime.fromisoformat(stored["signed_at"])
    return domain.Signature(organization_id, UUID(stored["signer_id"]), stored["post"], signed_at)
