"""Settlement orders as people and programs see them, and the obligations that are still open to a proposal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from settlement.domain.flow import Edge
from settlement.domain.outstanding import net_of_credits
from settlement.domain.period import PeriodKey
from settlement.domain.setoff import Obligation
from settlement.queries.organizations import organization_names
from settlement.queries.scope import Scope
from settlement.tables import Clearing, Order, OrderParty

_OPEN: Final = text("""
SELECT b.id, b.creditor_id, b.debtor_id, b.delivered_on,
       (a.customer_signature ->> 'signed_at')::timestamptz::date AS due_on,
       b.accrued_kopecks - coalesce(taken.kopecks, 0) AS open_kopecks
FROM obligation b
JOIN act_line l ON l.id = b.line_id
JOIN act a ON a.id = l.act_id
LEFT JOIN (
  SELECT x.obligation_id, sum(x.amount_kopecks) AS kopecks
  FROM settlement_allocation x
  JOIN settlement_clearing c ON c.id = x.clearing_id
  JOIN settlement_order o ON o.id = c.order_id
  WHERE o.period = :period AND o.state <> 'rejected'
    AND NOT EXISTS (SELECT FROM ledger_transfer r WHERE r.reverses_id = c.transfer_id)
  GROUP BY x.obligation_id
) taken ON taken.obligation_id = b.id
WHERE b.period = :period AND a.state = 'confirmed'
""")


@dataclass(frozen=True, slots=True)
class ClearingView:
    """How much an order takes off one claim."""

    creditor_id: UUID
    creditor: str
    debtor_id: UUID
    debtor: str
    before_kopecks: int
    cleared_kopecks: int


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party and when it agreed, None while it has not."""

    organization_id: UUID
    name: str
    agreed_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderView:
    """A settlement order; a reader who sees only the own rows gets only the own clearings, and the sum of those."""

    id: UUID
    version: int
    period: str
    method: str
    state: str
    cleared_kopecks: int
    clearings: tuple[ClearingView, ...]
    parties: tuple[PartyView, ...]
    reasons: tuple[dict[str, Any], ...]
    proposed_at: datetime
    executed_at: datetime | None


async def list_orders(session: AsyncSession, scope: Scope, *, period: PeriodKey | None = None) -> tuple[OrderView, ...]:
    """Orders of a period, the largest first."""
    query = _visible(scope)
    if period is not None:
        query = query.where(Order.period == str(period))
    query = query.order_by(Order.period.desc(), Order.method.desc(), Order.cleared_kopecks.desc(), Order.id).limit(500)
    return await _views(session, scope, list(await session.scalars(query)))


async def get_order(session: AsyncSession, scope: Scope, order_id: UUID) -> OrderView:
    """One order; raises NotFound when it is not there, or not the reader's."""
    row = await find_order(session, scope, order_id)
    return (await _views(session, scope, [row]))[0]


async def find_order(session: AsyncSession, scope: Scope, order_id: UUID, *, lock: bool = False) -> Order:
    """The row of one order, under lock for a command; raises NotFound."""
    query = _visible(scope).where(Order.id == order_id)
    row: Order | None = await session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound("Такого расчёта нет.")
    return row


async def open_obligations(session: AsyncSession, period: PeriodKey) -> tuple[Obligation, ...]:
    """What confirmed acts of the period still leave to settle and no order has taken yet."""
    positive: list[Obligation] = []
    credits_kopecks: dict[Edge, int] = {}
    for row in await session.execute(_OPEN, {"period": str(period)}):
        if row.open_kopecks < 0:
            edge = (row.debtor_id, row.creditor_id)
            credits_kopecks[edge] = credits_kopecks.get(edge, 0) - int(row.open_kopecks)
        elif row.open_kopecks > 0:
            positive.append(
                Obligation(
                    row.id, row.creditor_id, row.debtor_id, int(row.open_kopecks), row.delivered_on, due_on=row.due_on
                )
            )
    return net_of_credits(positive, credits_kopecks)


def _visible(scope: Scope) -> Select[Any]:
    own = exists().where(OrderParty.order_id == Order.id, OrderParty.organization_id == scope.organization_id)
    return select(Order) if scope.everything else select(Order).where(own)


async def _views(session: AsyncSession, scope: Scope, rows: list[Order]) -> tuple[OrderView, ...]:
    ids = [one.id for one in rows]
    clearings = list(
        await session.scalars(
            select(Clearing)
            .where(Clearing.order_id.in_(ids), scope.sides(Clearing.creditor_id, Clearing.debtor_id))
            .order_by(Clearing.cleared_kopecks.desc(), Clearing.id)
        )
    )
    parties = list(await session.scalars(select(OrderParty).where(OrderParty.order_id.in_(ids))))
    names = await organization_names(session, {one.organization_id for one in parties})

    def view(row: Order) -> OrderView:
        own = [one for one in clearings if one.order_id == row.id]
        sides = [one for one in parties if one.order_id == row.id]
        return OrderView(
            id=row.id,
            version=row.version,
            period=row.period,
            method=row.method,
            state=row.state,
            cleared_kopecks=sum(one.cleared_kopecks for one in own),
            clearings=tuple(_clearing(one, names) for one in own),
            parties=tuple(
                sorted(
                    (
                        PartyView(one.organization_id, names.get(one.organization_id, ""), one.agreed_at)
                        for one in sides
                    ),
                    key=lambda one: one.name.casefold(),
                )
            ),
            reasons=tuple(row.reasons),
            proposed_at=row.proposed_at,
            executed_at=row.executed_at,
        )

    return tuple(view(row) for row in rows)


def _clearing(one: Clearing, names: dict[UUID, str]) -> ClearingView:
    return ClearingView(
        one.creditor_id,
        names.get(one.creditor_id, ""),
        one.debtor_id,
        names.get(one.debtor_id, ""),
        one.before_kopecks,
        one.cleared_kopecks,
    )
