"""Set-off keeps every promise and is optimal, checked against exhaustive search (invariant 9)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.flow import Edge, circles, minimal_remainder, net_positions
from settlement.domain.method import BudgetLevel, FundingSource, OrganizationType, Party
from settlement.domain.setoff import (
    Allocation,
    Obligation,
    ObligationInvalid,
    SetOffPlan,
    bilateral_set_off,
    check_remainder,
    multilateral_set_off,
)

ORGS = tuple(UUID(int=number) for number in range(1, 41))
A, B, C, D, E = ORGS[:5]
DEPARTMENT, OKRUG = UUID(int=91), UUID(int=92)
ON = date(2025, 12, 31)


def debts_among(nodes: int, max_edges: int, max_amount: int) -> st.SearchStrategy[dict[Edge, int]]:
    org = st.sampled_from(ORGS[:nodes])
    edge = st.tuples(org, org).filter(lambda pair: pair[0] != pair[1])
    return st.dictionaries(edge, st.integers(1, max_amount), max_size=max_edges)


def least_remainder_by_exhaustion(debts: Mapping[Edge, int]) -> int:
    wanted = net_positions(debts)
    edges = list(debts)
    return min(
        sum(amounts)
        for amounts in product(*(range(debts[edge] + 1) for edge in edges))
        if net_positions(dict(zip(edges, amounts, strict=True))) == wanted
    )


def has_cheaper_flow(debts: Mapping[Edge, int], remainder: Mapping[Edge, int]) -> bool:
    """Bellman–Ford for a negative circle in the residual graph: there is one exactly when it is not minimal."""
    arcs = [
        (debtor, creditor, 1) for (debtor, creditor), amount in remainder.items() if amount < debts[debtor, creditor]
    ]
    arcs += [(creditor, debtor, -1) for (debtor, creditor), amount in remainder.items() if amount > 0]
    distance = dict.fromkeys({node for arc in arcs for node in arc[:2]}, 0)
    for _ in range(len(distance) + 1):
        changed = False
        for tail, head, cost in arcs:
            if distance[tail] + cost < distance[head]:
                distance[head] = distance[tail] + cost
                changed = True
        if not changed:
            return False
    return True


@given(debts_among(nodes=4, max_edges=6, max_amount=3))
def test_the_remainder_is_the_least_of_all(debts: dict[Edge, int]) -> None:
    remainder = minimal_remainder(debts)
    assert check_remainder(debts, remainder) == ()
    assert sum(remainder.values()) == least_remainder_by_exhaustion(debts)


@given(debts_among(nodes=5, max_edges=8, max_amount=2))
def test_the_remainder_of_five_is_the_least_of_all(debts: dict[Edge, int]) -> None:
    assert sum(minimal_remainder(debts).values()) == least_remainder_by_exhaustion(debts)


@given(debts_among(nodes=40, max_edges=300, max_amount=10**13))
def test_a_whole_district_is_cleared_to_the_optimum(debts: dict[Edge, int]) -> None:
    remainder = minimal_remainder(debts)
    assert check_remainder(debts, remainder) == ()
    assert not has_cheaper_flow(debts, remainder)


@pytest.mark.parametrize("seed", range(8))
def test_dense_and_sparse_networks_are_cleared_to_the_optimum(seed: int) -> None:
    random = Random(seed)
    edges = [tuple(random.sample(ORGS, 2)) for _ in range(80 * (seed + 1))]
    debts = {(debtor, creditor): random.randrange(1, 10**10) for debtor, creditor in edges}
    remainder = minimal_remainder(debts)
    assert check_remainder(debts, remainder) == ()
    assert 0 < sum(remainder.values()) < sum(debts.values())
    assert not has_cheaper_flow(debts, remainder)


@given(debts_among(nodes=12, max_edges=60, max_amount=50), st.randoms(use_true_random=False))
def test_the_order_of_the_debts_never_matters(debts: dict[Edge, int], random: Random) -> None:
    shuffled = list(debts.items())
    random.shuffle(shuffled)
    assert minimal_remainder(dict(shuffled)) == minimal_remainder(debts)


def test_the_optimum_may_keep_a_short_circle_for_two_longer_ones() -> None:
    # Clearing A→B→C→A first would block both longer circles through its edges; the optimum takes those instead.
    debts = {(A, B): 1, (B, C): 1, (C, A): 1, (B, D): 1, (D, A): 1, (C, E): 1, (E, B): 1}
    cleared = sum(debts.values()) - sum(minimal_remainder(debts).values())
    assert cleared == sum(debts.values()) - least_remainder_by_exhaustion(debts) == 6


@pytest.mark.parametrize(
    ("debts", "remainder"),
    [
        ({}, {}),
        ({(A, B): 5}, {(A, B): 5}),
        ({(A, B): 5, (B, A): 3}, {(A, B): 2, (B, A): 0}),
        ({(A, B): 5, (B, C): 5, (C, A): 5}, {(A, B): 0, (B, C): 0, (C, A): 0}),
        ({(A, B): 9, (B, C): 4, (C, A): 6}, {(A, B): 5, (B, C): 0, (C, A): 2}),
        (
            {(A, B): 7, (B, A): 7, (B, C): 3, (C, D): 2, (D, C): 1},
            {(A, B): 0, (B, A): 0, (B, C): 3, (C, D): 1, (D, C): 0},
        ),
    ],
)
def test_small_cases_read_like_the_table(debts: dict[Edge, int], remainder: dict[Edge, int]) -> None:
    assert minimal_remainder(debts) == remainder


@given(debts_among(nodes=8, max_edges=20, max_amount=3))
def test_circles_are_the_nodes_that_reach_each_other(debts: dict[Edge, int]) -> None:
    reach = {node: {node} for edge in debts for node in edge}
    for _ in reach:
        for tail, head in debts:
            reach[tail] |= reach[head]
    expected = {tuple(sorted(other for other in reach[node] if node in reach[other])) for node in reach}
    assert set(circles(debts)) == {group for group in expected if len(group) > 1}


def party(org: UUID, **change: object) -> Party:
    school = Party(org, OrganizationType.BUDGETARY, BudgetLevel.MUNICIPAL, DEPARTMENT)
    return replace(school, **change)  # type: ignore[arg-type]


PARTIES = {org: party(org) for org in ORGS}


def owes(number: int, debtor: UUID, creditor: UUID, amount: int, day: int = 1) -> Obligation:
    incurred_on = date(2025, 9, 1) + timedelta(days=day)
    return Obligation(UUID(int=1000 + number), creditor, debtor, amount, incurred_on, due_on=ON)


CIRCLE = [owes(1, A, B, 50), owes(2, B, C, 30), owes(3, C, A, 40)]


def cleared_by(plan: SetOffPlan) -> dict[Edge, int]:
    return {(e.debtor_id, e.creditor_id): e.cleared_kopecks for circle in plan.circles for e in circle.edges}


def test_a_bilateral_set_off_cancels_the_smaller_claim() -> None:
    plan = bilateral_set_off([owes(1, A, B, 50), owes(2, B, A, 80), owes(3, A, C, 9)], party(A), party(B), on=ON)
    assert cleared_by(plan) == {(A, B): 50, (B, A): 50}
    assert plan.allocations == (Allocation(UUID(int=1001), 50), Allocation(UUID(int=1002), 50))
    assert plan.circles[0].consents == (A, B)
    assert plan.exclusions == ()


def test_a_circle_is_cleared_and_asks_everybody_in_it() -> None:
    plan = multilateral_set_off([*CIRCLE, owes(4, C, D, 70)], PARTIES, on=ON)
    assert cleared_by(plan) == {(A, B): 30, (B, C): 30, (C, A): 30}
    assert plan.cleared_kopecks == 90
    assert plan.circles[0].founder_id == DEPARTMENT
    assert plan.circles[0].organizations == plan.circles[0].consents == (A, B, C)
    assert [edge.remainder_kopecks for edge in plan.circles[0].edges] == [20, 0, 10]


def test_the_oldest_obligations_are_cleared_first_then_the_smaller_id() -> None:
    obligations = [owes(9, A, B, 40, day=1), owes(5, A, B, 40, day=2), owes(4, A, B, 40, day=2), owes(1, B, A, 100)]
    plan = bilateral_set_off(obligations, party(A), party(B), on=ON)
    from_a = [(allocation.obligation_id.int - 1000, allocation.amount_kopecks) for allocation in plan.allocations[:3]]
    assert from_a == [(9, 40), (4, 40), (5, 20)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": OrganizationType.TREASURY}, "казённое"),
        ({"type": OrganizationType.OTHER, "budget_level": BudgetLevel.NONE}, "не бюджетное"),
        ({"budget_level": BudgetLevel.REGIONAL}, "разных бюджетов"),
        ({"founder_id": OKRUG}, "Учредители разные"),
        ({"founder_id": None}, "Учредители разные"),
    ],
)
def test_a_claim_that_may_not_be_set_off_breaks_the_circle_and_says_why(change: dict[str, object], reason: str) -> None:
    plan = multilateral_set_off(CIRCLE, {**PARTIES, C: party(C, **change)}, on=ON)
    assert plan.cleared_kopecks == 0
    assert [exclusion.obligation_id.int for exclusion in plan.exclusions] == [1002, 1003]
    assert all(reason in exclusion.reason and exclusion.law for exclusion in plan.exclusions)


def test_claims_not_yet_due_or_of_another_source_stay_out() -> None:
    later = replace(CIRCLE[2], due_on=ON + timedelta(days=1))
    plan = multilateral_set_off([*CIRCLE[:2], later], PARTIES, on=ON)
    assert plan.cleared_kopecks == 0
    assert "01.01.2026" in plan.exclusions[0].reason
    subsidy = replace(CIRCLE[2], source=FundingSource.ASSIGNMENT_SUBSIDY)
    assert multilateral_set_off([*CIRCLE[:2], subsidy], PARTIES, on=ON).cleared_kopecks == 0


def test_an_organisation_of_unknown_type_and_a_paid_obligation_take_no_part() -> None:
    plan = multilateral_set_off([owes(1, A, UUID(int=77), 5), owes(2, A, B, 0)], PARTIES, on=ON)
    assert [exclusion.obligation_id.int for exclusion in plan.exclusions] == [1001]


def test_a_senseless_obligation_cannot_be_made() -> None:
    with pytest.raises(ObligationInvalid):
        owes(1, A, B, -1)
    with pytest.raises(ObligationInvalid):
        owes(1, A, A, 1)


OBLIGATIONS = st.lists(
    st.tuples(st.sampled_from(ORGS[:6]), st.sampled_from(ORGS[:6]), st.integers(0, 10**9), st.integers(1, 100)).filter(
        lambda row: row[0] != row[1]
    ),
    max_size=40,
).map(lambda rows: [owes(number, *row) for number, row in enumerate(rows)])


@given(OBLIGATIONS, st.randoms(use_true_random=False))
def test_a_plan_allocates_exactly_what_it_clears_whatever_the_order(
    obligations: list[Obligation], random: Random
) -> None:
    plan = multilateral_set_off(obligations, PARTIES, on=ON)
    by_id = {obligation.obligation_id: obligation for obligation in obligations}
    allocated: dict[Edge, int] = {}
    for allocation in plan.allocations:
        obligation = by_id[allocation.obligation_id]
        assert 0 < allocation.amount_kopecks <= obligation.amount_kopecks
        allocated[obligation.edge] = allocated.get(obligation.edge, 0) + allocation.amount_kopecks
    assert len({allocation.obligation_id for allocation in plan.allocations}) == len(plan.allocations)
    assert allocated == {edge: amount for edge, amount in cleared_by(plan).items() if amount}
    assert set(net_positions(allocated).values()) <= {0}
    shuffled = obligations[:]
    random.shuffle(shuffled)
    assert multilateral_set_off(shuffled, PARTIES, on=ON) == plan


@pytest.mark.parametrize(
    ("remainder", "fault"),
    [
        ({(A, B): 5, (B, C): 0, (C, A): 0, (A, C): 1}, "новая пара"),
        ({(A, B): 51, (B, C): 30, (C, A): 40}, "за пределы"),
        ({(A, B): 20, (B, C): 0, (C, A): 11}, "Чистая позиция"),
        ({(A, B): 50, (B, C): 30, (C, A): 40}, "круг"),
    ],
)
def test_a_broken_remainder_is_named(remainder: dict[Edge, int], fault: str) -> None:
    before = {obligation.edge: obligation.amount_kopecks for obligation in CIRCLE}
    assert any(fault in sentence for sentence in check_remainder(before, remainder))
