"""Set-off (взаимозачёт): what every pair and circle of organisations can cancel without anybody paying.

The amounts cleared keep every organisation's net position, never exceed a claim, make no new debtor–creditor pair, and
leave the least possible remainder, which therefore has no circle. Which single obligations are cleared is decided
oldest first, then by id. Only claims that both parties may set off take part; the others come back with the reason. See
docs/algorithms/set-off.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.errors import DomainError, FieldError
from settlement.domain.flow import Edge, circles, minimal_remainder, net_positions
from settlement.domain.method import FundingSource, MethodRules, Party, SettlementMethod, rules_on, set_off_verdict


class ObligationInvalid(DomainError):
    """Обязательство нельзя учесть в зачёте."""

    code = "settlement.obligation_invalid"


@dataclass(frozen=True, slots=True)
class Obligation:
    """What is still owed of one obligation: the debtor (payer) to the creditor (host)."""

    obligation_id: UUID
    creditor_id: UUID
    debtor_id: UUID
    amount_kopecks: int
    incurred_on: date
    due_on: date
    source: FundingSource = FundingSource.OWN_INCOME

    def __post_init__(self) -> None:
        if self.amount_kopecks < 0 or self.creditor_id == self.debtor_id:
            raise ObligationInvalid(
                "Обязательство с отрицательным остатком или перед самим собой не зачитывается.",
                errors=(FieldError("obligation_id", str(self.obligation_id), "Сторнируйте ошибочное начисление."),),
            )

    @property
    def edge(self) -> Edge:
        """(debtor, creditor)."""
        return self.debtor_id, self.creditor_id


@dataclass(frozen=True, slots=True)
class EdgeSetOff:
    """What happens to all that one debtor owes one creditor: before = cleared + remainder."""

    debtor_id: UUID
    creditor_id: UUID
    before_kopecks: int
    cleared_kopecks: int

    @property
    def remainder_kopecks(self) -> int:
        """What stays owed."""
        return self.before_kopecks - self.cleared_kopecks


@dataclass(frozen=True, slots=True)
class SetOffCircle:
    """A strongly connected group under one founder and source of funds: one order, agreed by all of `consents`."""

    founder_id: UUID | None
    source: FundingSource
    organizations: tuple[UUID, ...]
    edges: tuple[EdgeSetOff, ...]

    @property
    def cleared_kopecks(self) -> int:
        """Σ cleared over the edges."""
        return sum(edge.cleared_kopecks for edge in self.edges)

    @property
    def consents(self) -> tuple[UUID, ...]:
        """Every organisation whose claims or debts change."""
        changed = [edge for edge in self.edges if edge.cleared_kopecks]
        return tuple(sorted({org for edge in changed for org in (edge.debtor_id, edge.creditor_id)}))


@dataclass(frozen=True, slots=True)
class Allocation:
    """How much of one obligation is cleared; always more than nought."""

    obligation_id: UUID
    amount_kopecks: int


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An obligation that may not be set off, and why."""

    obligation_id: UUID
    reason: str
    law: str


@dataclass(frozen=True, slots=True)
class SetOffPlan:
    """The proposal: circles with something to clear, the obligations it takes from, and what had to stay out."""

    circles: tuple[SetOffCircle, ...]
    allocations: tuple[Allocation, ...]
    exclusions: tuple[Exclusion, ...]

    @property
    def cleared_kopecks(self) -> int:
        """Σ over the circles, which is Σ over the allocations."""
        return sum(circle.cleared_kopecks for circle in self.circles)


def bilateral_set_off(
    obligations: Iterable[Obligation], first: Party, second: Party, *, on: date, rules: MethodRules | None = None
) -> SetOffPlan:
    """Cancel the smaller of two counter-claims against the larger, per source of funds; other pairs are ignored."""
    parties = {first.organization_id: first, second.organization_id: second}
    between = [ob for ob in obligations if ob.creditor_id in parties and ob.debtor_id in parties]
    eligible, exclusions = _eligible(between, parties, on, rules or rules_on(on), one_founder=False)
    return _plan({(None, source): group for (_, source), group in eligible.items()}, exclusions)


def multilateral_set_off(
    obligations: Iterable[Obligation], parties: Mapping[UUID, Party], *, on: date, rules: MethodRules | None = None
) -> SetOffPlan:
    """Clear the most that circles allow, per founder, source of funds and strongly connected component."""
    eligible, exclusions = _eligible(obligations, parties, on, rules or rules_on(on), one_founder=True)
    return _plan(eligible, exclusions)


def check_remainder(before: Mapping[Edge, int], remainder: Mapping[Edge, int]) -> tuple[str, ...]:
    """What a remainder breaks of the promises of a set-off, as Russian sentences; empty when it keeps them all."""
    faults = []
    if any(edge not in before for edge, amount in remainder.items() if amount):
        faults.append("Появилась новая пара должник — кредитор.")
    if any(not 0 <= remainder.get(edge, 0) <= amount for edge, amount in before.items()):
        faults.append("Остаток вышел за пределы от нуля до суммы обязательства.")
    net_after = net_positions(remainder)
    if any(net_after.get(org, 0) != net for org, net in net_positions(before).items()):
        faults.append("Чистая позиция организации изменилась.")
    if circles(edge for edge, amount in remainder.items() if amount):
        faults.append("В остатке есть круг, который ещё можно зачесть.")
    return tuple(faults)


_Group = tuple[UUID | None, FundingSource]


def _eligible(
    obligations: Iterable[Obligation],
    parties: Mapping[UUID, Party],
    on: date,
    rules: MethodRules,
    *,
    one_founder: bool,
) -> tuple[dict[_Group, list[Obligation]], tuple[Exclusion, ...]]:
    groups: dict[_Group, list[Obligation]] = {}
    exclusions: list[Exclusion] = []
    law = rules.laws[SettlementMethod.SET_OFF]
    for obligation in sorted(obligations, key=lambda ob: (ob.incurred_on, ob.obligation_id)):
        creditor, debtor = parties.get(obligation.creditor_id), parties.get(obligation.debtor_id)
        if obligation.amount_kopecks == 0:
            continue
        if creditor is None or debtor is None:
            exclusions.append(Exclusion(obligation.obligation_id, "Тип одной из организаций неизвестен.", law))
            continue
        verdict = set_off_verdict(creditor, debtor, rules)
        if not verdict.lawful:
            exclusions.append(Exclusion(obligation.obligation_id, verdict.reason, verdict.law))
        elif obligation.due_on > on:
            reason = f"Срок требования наступит {obligation.due_on:%d.%m.%Y}."
            exclusions.append(Exclusion(obligation.obligation_id, reason, law))
        elif one_founder and (creditor.founder_id is None or creditor.founder_id != debtor.founder_id):
            reason = "Учредители разные: круговой зачёт проводится у одного учредителя."
            exclusions.append(Exclusion(obligation.obligation_id, reason, law))
        else:
            groups.setdefault((creditor.founder_id, obligation.source), []).append(obligation)
    return groups, tuple(exclusions)


def _plan(groups: Mapping[_Group, list[Obligation]], exclusions: tuple[Exclusion, ...]) -> SetOffPlan:
    found: list[SetOffCircle] = []
    allocations: list[Allocation] = []
    for founder_id, source in sorted(groups, key=lambda group: (str(group[0]), group[1])):
        by_edge: dict[Edge, list[Obligation]] = {}
        for obligation in groups[founder_id, source]:
            by_edge.setdefault(obligation.edge, []).append(obligation)
        before = {edge: sum(ob.amount_kopecks for ob in by_edge[edge]) for edge in sorted(by_edge)}
        remainder = minimal_remainder(before)
        if faults := check_remainder(before, remainder):
            raise AssertionError(f"the set-off breaks its promises: {' '.join(faults)}")
        for organizations in circles(before):
            inside = set(organizations)
            edges = tuple(
                EdgeSetOff(debtor, creditor, amount, amount - remainder[debtor, creditor])
                for (debtor, creditor), amount in before.items()
                if debtor in inside and creditor in inside
            )
            found.append(SetOffCircle(founder_id, source, organizations, edges))
            for edge in edges:
                allocations += _allocate(by_edge[edge.debtor_id, edge.creditor_id], edge.cleared_kopecks)
    return SetOffPlan(tuple(found), tuple(allocations), exclusions)


def _allocate(oldest_first: Iterable[Obligation], cleared_kopecks: int) -> list[Allocation]:
    result = []
    for obligation in oldest_first:
        amount = min(obligation.amount_kopecks, cleared_kopecks)
        if amount == 0:
            break
        result.append(Allocation(obligation.obligation_id, amount))
        cleared_kopecks -= amount
    return result
