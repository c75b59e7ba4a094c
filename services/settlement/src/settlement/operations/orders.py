"""Settlement orders: proposed from confirmed acts, agreed by every party, executed in the ledger."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.errors import Forbidden
from chassis.outbox import record
from contracts.settlement import Clearing as ClearingPart
from contracts.settlement import SetoffAgreed, SetoffExecuted, SetoffProposed
from contracts.settlement import SetoffState as SetoffEvent
from settlement.domain.ledger import Transfer
from settlement.domain.method import SettlementMethod
from settlement.domain.order import OrderState, SettlementOrder
from settlement.domain.period import PeriodKey
from settlement.domain.proposal import Proposal, propose
from settlement.domain.transfers import founder_correction, set_off
from settlement.identifiers import uuid7
from settlement.operations.ledger import post_transfers
from settlement.operations.periods import lock_period
from settlement.queries.figures import pair_figures
from settlement.queries.orders import find_order, open_obligations
from settlement.queries.organizations import parties
from settlement.queries.scope import EVERYTHING, Scope
from settlement.tables import Allocation, Clearing, Order, OrderParty


async def propose_orders(session: AsyncSession, period: PeriodKey) -> tuple[UUID, ...]:
    """Propose what the period's confirmed acts allow now; what an open order has taken is not proposed again.

    Returns the new orders, none when nothing can be cleared.
    """
    await lock_period(session, period)
    owed = await open_obligations(session, period)
    proposals = propose(owed, await parties(session), on=datetime.now(UTC).date())
    return tuple([await _store_proposal(session, period, one) for one in proposals])


async def agree_order(session: AsyncSession, who: Principal, order_id: UUID, *, version: int) -> Order:
    """One party agrees; the last one makes the order agreed. Raises NotFound for an order of others."""
    own = _organization(who)
    row = await find_order(session, Scope(own), order_id, lock=True)
    order = (await _order(session, row)).agree(own, expected_version=version)
    await session.execute(
        update(OrderParty)
        .where(OrderParty.order_id == row.id, OrderParty.organization_id == own)
        .values(agreed_at=datetime.now(UTC), agreed_by=who.person_id or who.account_id)
    )
    row.state, row.agreements = order.state, len(order.agreed_by)
    await session.flush()
    if order.state is OrderState.AGREED:
        await _record(session, row, SetoffAgreed)
    return row


async def reject_order(session: AsyncSession, who: Principal, order_id: UUID, *, version: int) -> Order:
    """One party refuses; the obligations are free for another proposal."""
    own = _organization(who)
    row = await find_order(session, Scope(own), order_id, lock=True)
    row.state = (await _order(session, row)).reject(own, expected_version=version).state
    await session.flush()
    return row


async def execute_order(session: AsyncSession, who: Principal, order_id: UUID, *, version: int) -> Order:
    """Post the transfers of an agreed order; a founder's correction is executed by the department alone."""
    row = await find_order(session, EVERYTHING, order_id)
    method = SettlementMethod(row.method)
    if method is SettlementMethod.FOUNDER_CORRECTION and not who.has("department"):
        raise Forbidden("Корректировку учредителя исполняет департамент.")
    period = PeriodKey.parse(row.period)
    await lock_period(session, period)
    await session.refresh(row, with_for_update=True)
    order = (await _order(session, row)).execute(expected_version=version)
    clearings = await _clearings(session, row)
    outstanding = {
        (one.creditor_id, one.debtor_id): one.outstanding_kopecks
        for one in await pair_figures(
            session, EVERYTHING, period=period, pairs=[(one.creditor_id, one.debtor_id) for one in clearings]
        )
    }
    moved = [
        _transfer(method, period, row.id, one, outstanding.get((one.creditor_id, one.debtor_id), 0))
        for one in clearings
    ]
    await post_transfers(session, moved)
    for clearing, transfer in zip(clearings, moved, strict=True):
        clearing.transfer_id = transfer.transfer_id
    row.state, row.executed_at = order.state, datetime.now(UTC)
    await session.flush()
    await _record(session, row, SetoffExecuted)
    return row


def _organization(who: Principal) -> UUID:
    if who.organization_id is None:
        raise Forbidden("Согласует представитель организации, а у вашей учётной записи её нет.")
    return who.organization_id


def _transfer(
    method: SettlementMethod, period: PeriodKey, order_id: UUID, clearing: Clearing, outstanding_kopecks: int
) -> Transfer:
    build = set_off if method is SettlementMethod.SET_OFF else founder_correction
    return build(
        transfer_id=uuid7(),
        creditor_id=clearing.creditor_id,
        debtor_id=clearing.debtor_id,
        period=period,
        order_id=order_id,
        amount_kopecks=clearing.cleared_kopecks,
        outstanding_kopecks=outstanding_kopecks,
    )


async def _store_proposal(session: AsyncSession, period: PeriodKey, proposal: Proposal) -> UUID:
    row = Order(
        period=str(period),
        method=proposal.method,
        state=OrderState.PROPOSED,
        cleared_kopecks=proposal.cleared_kopecks,
        reasons=[{**asdict(one), "method": str(one.method)} for one in proposal.reasons],
    )
    session.add(row)
    await session.flush()
    session.add_all(OrderParty(order_id=row.id, organization_id=one) for one in sorted(proposal.parties))
    allocations = []
    for one in proposal.clearings:
        clearing = Clearing(
            id=uuid7(),
            order_id=row.id,
            creditor_id=one.creditor_id,
            debtor_id=one.debtor_id,
            before_kopecks=one.before_kopecks,
            cleared_kopecks=one.cleared_kopecks,
        )
        session.add(clearing)
        allocations += [
            {"clearing_id": clearing.id, "obligation_id": part.obligation_id, "amount_kopecks": part.amount_kopecks}
            for part in one.allocations
        ]
    await session.flush()
    await session.execute(insert(Allocation), allocations)
    await _record(session, row, SetoffProposed)
    return row.id


async def _order(session: AsyncSession, row: Order) -> SettlementOrder:
    sides = list(await session.scalars(select(OrderParty).where(OrderParty.order_id == row.id)))
    return SettlementOrder(
        row.id,
        SettlementMethod(row.method),
        parties=frozenset(one.organization_id for one in sides),
        agreed_by=frozenset(one.organization_id for one in sides if one.agreed_at is not None),
        state=OrderState(row.state),
        version=row.version,
    )


async def _clearings(session: AsyncSession, row: Order) -> Sequence[Clearing]:
    query = select(Clearing).where(Clearing.order_id == row.id).order_by(Clearing.creditor_id, Clearing.debtor_id)
    return list(await session.scalars(query))


async def _record(session: AsyncSession, row: Order, kind: type[SetoffEvent]) -> None:
    event = kind.model_validate(
        {
            "setoff_id": row.id,
            "period": str(PeriodKey.parse(row.period).main),
            "method": row.method,
            "status": row.state,
            "cleared_kopecks": row.cleared_kopecks,
            "clearings": [
                ClearingPart(
                    creditor_organization_id=one.creditor_id,
                    debtor_organization_id=one.debtor_id,
                    cleared_kopecks=one.cleared_kopecks,
                )
                for one in await _clearings(session, row)
            ],
        }
    )
    await record(session, event, sequence=row.version)
