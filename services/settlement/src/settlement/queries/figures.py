"""Sums of the ledger: figures of every pair and period, the matrix of claims, balances for reconciliation."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from settlement.domain.ledger import Account, AccountKind
from settlement.domain.order import OrderState
from settlement.domain.period import PeriodKey
from settlement.domain.reconciliation import PairFigures
from settlement.queries.organizations import organization_names
from settlement.queries.scope import Scope
from settlement.tables import Clearing, Order, account, posting, transfer

_STEP = posting.c.debit_kopecks - posting.c.credit_kopecks
Pair = tuple[UUID, UUID]
"""(creditor, debtor)"""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one organisation owes another: accrued, owed now, and owed once all open proposals are executed."""

    creditor_id: UUID
    debtor_id: UUID
    before_kopecks: int
    after_kopecks: int
    projected_kopecks: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Claims of a period, organisations × organisations; only organisations with a claim or a debt appear."""

    organizations: tuple[tuple[UUID, str], ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """A period's figures, kopecks, and what open proposals would clear."""

    accrued_kopecks: int = 0
    set_off_kopecks: int = 0
    corrected_kopecks: int = 0
    paid_kopecks: int = 0
    outstanding_kopecks: int = 0
    proposed_kopecks: int = 0


async def pair_figures(
    session: AsyncSession, scope: Scope, *, period: PeriodKey | None = None, pairs: Iterable[Pair] | None = None
) -> tuple[PairFigures, ...]:
    """The five figures of every pair and period, summed from the postings."""
    query = (
        select(transfer.c.period, account.c.creditor_id, account.c.debtor_id, account.c.kind, func.sum(_STEP))
        .join(posting, posting.c.transfer_id == transfer.c.id)
        .join(account, account.c.id == posting.c.account_id)
        .where(scope.sides(account.c.creditor_id, account.c.debtor_id))
        .group_by(transfer.c.period, account.c.creditor_id, account.c.debtor_id, account.c.kind)
    )
    if period is not None:
        query = query.where(transfer.c.period == str(period))
    if pairs is not None:
        query = query.where(tuple_(account.c.creditor_id, account.c.debtor_id).in_(list(pairs)))
    sums: dict[tuple[PeriodKey, UUID, UUID], dict[str, int]] = {}
    for key, creditor_id, debtor_id, kind, amount in await session.execute(query):
        sums.setdefault((PeriodKey.parse(key), creditor_id, debtor_id), {})[kind] = int(amount)
    return tuple(
        PairFigures(
            creditor_id,
            debtor_id,
            key,
            accrued_kopecks=-kinds.get(AccountKind.ACCRUED, 0),
            set_off_kopecks=kinds.get(AccountKind.SET_OFF, 0),
            corrected_kopecks=kinds.get(AccountKind.CORRECTED, 0),
            paid_kopecks=kinds.get(AccountKind.PAID, 0),
            outstanding_kopecks=kinds.get(AccountKind.CLAIM, 0),
        )
        for (key, creditor_id, debtor_id), kinds in sorted(sums.items(), key=lambda item: item[0])
    )


async def open_proposals(session: AsyncSession, scope: Scope, period: PeriodKey) -> dict[Pair, int]:
    """What orders that are proposed or agreed, and not executed yet, would clear of each pair."""
    query = (
        select(Clearing.creditor_id, Clearing.debtor_id, func.sum(Clearing.cleared_kopecks))
        .join(Order, Order.id == Clearing.order_id)
        .where(Order.period == str(period), Order.state.in_((OrderState.PROPOSED, OrderState.AGREED)))
        .where(scope.sides(Clearing.creditor_id, Clearing.debtor_id))
        .group_by(Clearing.creditor_id, Clearing.debtor_id)
    )
    return {(creditor, debtor): int(amount) for creditor, debtor, amount in await session.execute(query)}


async def read_matrix(session: AsyncSession, scope: Scope, period: PeriodKey) -> tuple[Matrix, Totals]:
    """Claims before and after set-off, and their sums."""
    figures = await pair_figures(session, scope, period=period)
    proposed = await open_proposals(session, scope, period)
    cells = tuple(
        Cell(
            one.creditor_id,
            one.debtor_id,
            one.accrued_kopecks,
            one.outstanding_kopecks,
            one.outstanding_kopecks - proposed.get((one.creditor_id, one.debtor_id), 0),
        )
        for one in figures
    )
    names = await organization_names(session, {side for one in cells for side in (one.creditor_id, one.debtor_id)})
    totals = Totals(
        accrued_kopecks=sum(one.accrued_kopecks for one in figures),
        set_off_kopecks=sum(one.set_off_kopecks for one in figures),
        corrected_kopecks=sum(one.corrected_kopecks for one in figures),
        paid_kopecks=sum(one.paid_kopecks for one in figures),
        outstanding_kopecks=sum(one.outstanding_kopecks for one in figures),
        proposed_kopecks=sum(proposed.values()),
    )
    return Matrix(tuple(sorted(names.items(), key=lambda item: (item[1].casefold(), item[0]))), cells), totals


async def stored_balances(session: AsyncSession, scope: Scope) -> dict[Account, int]:
    """Balances as they are kept beside the postings."""
    query = select(account.c.kind, account.c.creditor_id, account.c.debtor_id, account.c.balance_kopecks)
    rows = await session.execute(query.where(scope.sides(account.c.creditor_id, account.c.debtor_id)))
    return {Account(AccountKind(kind), creditor, debtor): balance for kind, creditor, debtor, balance in rows}


async def posted_balances(session: AsyncSession, scope: Scope) -> dict[Account, int]:
    """Balances summed from the postings."""
    query = (
        select(account.c.kind, account.c.creditor_id, account.c.debtor_id, func.sum(_STEP))
        .join(posting, posting.c.account_id == account.c.id)
        .where(scope.sides(account.c.creditor_id, account.c.debtor_id))
        .group_by(account.c.id)
    )
    rows = await session.execute(query)
    return {Account(AccountKind(kind), creditor, debtor): int(balance) for kind, creditor, debtor, balance in rows}
