"""Reconciliation over the real tables: figures that were stored independently, compared by the domain."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from settlement.domain.period import PeriodKey, PeriodState
from settlement.domain.reconciliation import ActFigures, ReconciliationReport, reconcile
from settlement.queries import figures
from settlement.queries.scope import Scope
from settlement.tables import Act, ActLine, Obligation, Period


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The report of the domain, and the figures that people ask for beside it."""

    report: ReconciliationReport
    accrued_kopecks: int
    set_off_kopecks: int
    corrected_kopecks: int
    paid_kopecks: int
    outstanding_kopecks: int
    ledger_sum_kopecks: int
    obligations: int


async def read_reconciliation(session: AsyncSession, scope: Scope) -> Reconciliation:
    """Compare balances, postings, obligations and acts of everything that the reader may see."""
    stored = await figures.stored_balances(session, scope)
    pairs = await figures.pair_figures(session, scope)
    obligations, count = await _obligations(session, scope)
    closed = await session.scalars(
        select(Period.key).where(Period.state.in_((PeriodState.CLOSED, PeriodState.SETTLED)))
    )
    report = reconcile(
        stored_balances=stored,
        posted_balances=await figures.posted_balances(session, scope),
        pairs=pairs,
        acts=await _acts(session, scope),
        closed_periods={PeriodKey.parse(key) for key in closed},
        obligations=obligations,
    )
    return Reconciliation(
        report=report,
        accrued_kopecks=sum(one.accrued_kopecks for one in pairs),
        set_off_kopecks=sum(one.set_off_kopecks for one in pairs),
        corrected_kopecks=sum(one.corrected_kopecks for one in pairs),
        paid_kopecks=sum(one.paid_kopecks for one in pairs),
        outstanding_kopecks=sum(one.outstanding_kopecks for one in pairs),
        ledger_sum_kopecks=sum(stored.values()),
        obligations=count,
    )


async def _obligations(session: AsyncSession, scope: Scope) -> tuple[dict[tuple[PeriodKey, UUID, UUID], int], int]:
    query = (
        select(
            Obligation.period,
            Obligation.creditor_id,
            Obligation.debtor_id,
            func.sum(Obligation.accrued_kopecks),
            func.count(),
        )
        .where(scope.sides(Obligation.creditor_id, Obligation.debtor_id))
        .group_by(Obligation.period, Obligation.creditor_id, Obligation.debtor_id)
    )
    rows = (await session.execute(query)).all()
    sums = {(PeriodKey.parse(key), creditor, debtor): int(kopecks) for key, creditor, debtor, kopecks, _ in rows}
    return sums, sum(row[4] for row in rows)


async def _acts(session: AsyncSession, scope: Scope) -> list[ActFigures]:
    query = (
        select(Act, func.array_agg(ActLine.posted_kopecks))
        .join(ActLine, ActLine.act_id == Act.id)
        .where(scope.sides(Act.executor_id, Act.customer_id))
        .group_by(Act.id)
    )
    rows = await session.execute(query)
    return [
        ActFigures(
            act.id,
            act.number,
            act.executor_id,
            act.customer_id,
            PeriodKey.parse(act.period),
            act.total_kopecks,
            tuple(lines),
        )
        for act, lines in rows
    ]
