"""Which settlement orders to propose for what is owed: circles of set-off, and corrections by the founder."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from settlement.domain.flow import Edge
from settlement.domain.method import (
    ClaimFacts,
    MethodRules,
    MethodVerdict,
    Party,
    SettlementMethod,
    lawful_methods,
    rules_on,
    set_off_verdict,
)
from settlement.domain.setoff import Allocation, Obligation, multilateral_set_off


@dataclass(frozen=True, slots=True)
class ProposedClearing:
    """How much is taken off what one debtor owes one creditor, and off which of its obligations."""

    creditor_id: UUID
    debtor_id: UUID
    before_kopecks: int
    cleared_kopecks: int
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One order to be agreed by all its parties; `reasons` says why this method, and why not another."""

    method: SettlementMethod
    clearings: tuple[ProposedClearing, ...]
    reasons: tuple[MethodVerdict, ...]

    @property
    def cleared_kopecks(self) -> int:
        """Σ over the clearings."""
        return sum(one.cleared_kopecks for one in self.clearings)

    @property
    def parties(self) -> frozenset[UUID]:
        """Every organisation whose claims or debts change."""
        return frozenset(side for one in self.clearings for side in (one.creditor_id, one.debtor_id))


def propose(
    obligations: Iterable[Obligation], parties: Mapping[UUID, Party], *, on: date, rules: MethodRules | None = None
) -> tuple[Proposal, ...]:
    """Circles that clear the most first; then a correction for each pair that may not set off but has one founder.

    Both directions of a pair stand in one correction. An obligation enters at most one proposal.
    """
    in_force = rules or rules_on(on)
    owed = tuple(obligations)
    by_edge: dict[Edge, list[Obligation]] = {}
    for one in sorted(owed, key=lambda ob: (ob.incurred_on, ob.obligation_id)):
        by_edge.setdefault(one.edge, []).append(one)
    return (
        *_circles(owed, parties, on, in_force),
        *_corrections(by_edge, parties, on, in_force),
    )


def _circles(
    owed: tuple[Obligation, ...], parties: Mapping[UUID, Party], on: date, rules: MethodRules
) -> list[Proposal]:
    plan = multilateral_set_off(owed, parties, on=on, rules=rules)
    edge_of = {one.obligation_id: one.edge for one in owed}
    taken: dict[Edge, list[Allocation]] = {}
    for allocation in plan.allocations:
        taken.setdefault(edge_of[allocation.obligation_id], []).append(allocation)
    found = []
    for circle in plan.circles:
        clearings = tuple(
            ProposedClearing(
                edge.creditor_id,
                edge.debtor_id,
                edge.before_kopecks,
                edge.cleared_kopecks,
                tuple(taken[edge.debtor_id, edge.creditor_id]),
            )
            for edge in circle.edges
            if edge.cleared_kopecks
        )
        several = len(circle.consents) > 2
        reason = (
            "Круг взаимных требований: всё зачтённое гасится без платежа, нужно согласие каждого участника."
            if several
            else "Встречные однородные требования, срок которых наступил."
        )
        why = MethodVerdict(SettlementMethod.SET_OFF, True, reason, rules.laws[SettlementMethod.SET_OFF])
        found.append(Proposal(SettlementMethod.SET_OFF, clearings, (why,)))
    return found


def _corrections(
    by_edge: Mapping[Edge, list[Obligation]], parties: Mapping[UUID, Party], on: date, rules: MethodRules
) -> list[Proposal]:
    found: dict[tuple[UUID, UUID], list[ProposedClearing]] = {}
    reasons: dict[tuple[UUID, UUID], tuple[MethodVerdict, ...]] = {}
    for (debtor_id, creditor_id), obligations in sorted(by_edge.items()):
        creditor, debtor = parties.get(creditor_id), parties.get(debtor_id)
        due = [one for one in obligations if one.due_on <= on and one.amount_kopecks]
        if creditor is None or debtor is None or not due:
            continue
        amount = sum(one.amount_kopecks for one in due)
        no_set_off = set_off_verdict(creditor, debtor, rules)
        verdicts = {one.method: one for one in lawful_methods(creditor, debtor, ClaimFacts(amount, on), rules)}
        correction = verdicts[SettlementMethod.FOUNDER_CORRECTION]
        if no_set_off.lawful or not correction.lawful:
            continue
        pair = (min(debtor_id, creditor_id), max(debtor_id, creditor_id))
        allocations = tuple(Allocation(one.obligation_id, one.amount_kopecks) for one in due)
        found.setdefault(pair, []).append(ProposedClearing(creditor_id, debtor_id, amount, amount, allocations))
        reasons.setdefault(pair, (correction, no_set_off))
    return [
        Proposal(SettlementMethod.FOUNDER_CORRECTION, tuple(clearings), reasons[pair])
        for pair, clearings in sorted(found.items())
    ]
