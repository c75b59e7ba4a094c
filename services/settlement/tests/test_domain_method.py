"""Which methods are lawful between which organisations, and on which law a refusal rests."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from settlement.domain.method import (
    METHOD_RULES,
    BudgetLevel,
    ClaimFacts,
    EducationKind,
    FundingSource,
    MethodVerdict,
    OrganizationType,
    Party,
    RulesMissing,
    SettlementMethod,
    lawful_methods,
    rules_on,
)

DEPARTMENT, OKRUG, MINISTRY = (UUID(int=number) for number in (91, 92, 93))
DAY = date(2025, 10, 1)


def party(number: int, kind: OrganizationType, level: BudgetLevel, founder: UUID | None) -> Party:
    return Party(UUID(int=number), kind, level, founder)


ORGANIZATIONS = {
    "school": party(1, OrganizationType.BUDGETARY, BudgetLevel.MUNICIPAL, DEPARTMENT),
    "club": party(2, OrganizationType.BUDGETARY, BudgetLevel.MUNICIPAL, DEPARTMENT),
    "internat": party(3, OrganizationType.TREASURY, BudgetLevel.MUNICIPAL, DEPARTMENT),
    "centre": party(4, OrganizationType.AUTONOMOUS, BudgetLevel.MUNICIPAL, DEPARTMENT),
    "college": party(5, OrganizationType.REGIONAL_BUDGETARY, BudgetLevel.REGIONAL, OKRUG),
    "police": party(6, OrganizationType.TREASURY, BudgetLevel.FEDERAL, MINISTRY),
    "company": party(7, OrganizationType.OTHER, BudgetLevel.NONE, None),
}
CLAIM = ClaimFacts(amount_kopecks=58_823_53, on=DAY, counter_source=FundingSource.OWN_INCOME)


def verdicts(creditor: str, debtor: str, claim: ClaimFacts = CLAIM) -> dict[str, MethodVerdict]:
    found = lawful_methods(ORGANIZATIONS[creditor], ORGANIZATIONS[debtor], claim)
    return {verdict.method.value: verdict for verdict in found}


F, S, P = "founder_correction", "set_off", "contract_payment"


@pytest.mark.parametrize(
    ("creditor", "debtor", "lawful"),
    [
        ("school", "club", {F, S, P}),
        ("school", "centre", {F, S, P}),
        ("centre", "school", {F, S, P}),
        ("school", "internat", {F, P}),  # a казённое pays within its limits
        ("internat", "school", {F}),  # and neither receives nor sets off
        ("internat", "internat", {F}),
        ("college", "school", {P}),  # the only paid route to a regional college
        ("college", "internat", {P}),
        ("school", "college", {P}),
        ("college", "college", {F, S, P}),
        ("police", "school", set()),
        ("school", "police", {P}),
        ("company", "school", {P}),
        ("school", "company", {P}),
        ("company", "internat", {P}),
    ],
)
def test_the_lawful_methods_follow_from_both_types(creditor: str, debtor: str, lawful: set[str]) -> None:
    found = verdicts(creditor, debtor)
    assert {method for method, verdict in found.items() if verdict.lawful} == lawful | {"free"}


@pytest.mark.parametrize("creditor", ORGANIZATIONS)
@pytest.mark.parametrize("debtor", ORGANIZATIONS)
def test_every_method_is_judged_with_a_reason_and_a_law(creditor: str, debtor: str) -> None:
    found = lawful_methods(ORGANIZATIONS[creditor], ORGANIZATIONS[debtor], CLAIM)
    assert [verdict.method for verdict in found] == list(SettlementMethod)
    for verdict in found:
        assert verdict.reason.endswith(".")
        assert "ФЗ" in verdict.law or "РФ" in verdict.law


@pytest.mark.parametrize(
    ("creditor", "debtor", "method", "reason", "law"),
    [
        ("internat", "school", S, "казённое", "БК РФ"),
        ("school", "internat", S, "казённое", "БК РФ"),
        ("internat", "school", P, "казённое", "БК РФ"),
        ("college", "school", S, "разных бюджетов", "ГК РФ, ст. 410"),
        ("college", "school", F, "Учредители разные", "БК РФ"),
        ("company", "school", S, "не бюджетное и не автономное", "ГК РФ, ст. 410"),
        ("company", "school", F, "не учреждение", "БК РФ"),
        ("school", "club", "social_order", "только для дополнительного", "189-ФЗ"),
    ],
)
def test_a_refusal_says_why(creditor: str, debtor: str, method: str, reason: str, law: str) -> None:
    verdict = verdicts(creditor, debtor)[method]
    assert not verdict.lawful
    assert reason in verdict.reason
    assert law in verdict.law


@pytest.mark.parametrize("debtor", ["school", "internat", "centre", "college"])
@pytest.mark.parametrize(("kopecks", "lawful"), [(600_000_00, True), (600_000_01, False)])
def test_one_contract_pays_at_most_600_000_rubles(debtor: str, kopecks: int, lawful: bool) -> None:
    verdict = verdicts("college", debtor, replace(CLAIM, amount_kopecks=kopecks))[P]
    assert verdict.lawful is lawful
    assert "ст. 93" in verdict.law
    assert "600\u00a0000,00\u00a0₽" in verdict.reason


def test_a_company_buys_without_that_limit() -> None:
    assert verdicts("school", "company", replace(CLAIM, amount_kopecks=10**10))[P].lawful


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"counter_source": None}, "Встречного требования нет"),
        ({"counter_source": FundingSource.ASSIGNMENT_SUBSIDY}, "КФО 2 и 4"),
        ({"due": False}, "ещё не наступил"),
    ],
)
def test_a_set_off_needs_counter_homogeneous_due_claims(change: dict[str, object], reason: str) -> None:
    verdict = verdicts("school", "club", replace(CLAIM, **change))[S]  # type: ignore[arg-type]
    assert not verdict.lawful
    assert reason in verdict.reason


def test_a_social_order_is_for_additional_education() -> None:
    claim = replace(CLAIM, education=EducationKind.ADDITIONAL)
    assert verdicts("club", "school", claim)["social_order"].lawful


def test_a_change_of_the_law_is_a_new_row() -> None:
    old, day = METHOD_RULES[0], date(2027, 1, 1)
    table = (replace(old, valid_to=date(2026, 12, 31)), replace(old, version="2027.1", valid_from=day))
    assert rules_on(date(2026, 12, 31), table).version == old.version
    assert rules_on(day, table).version == "2027.1"
    with pytest.raises(RulesMissing):
        rules_on(date(2020, 12, 31))


def test_rules_given_by_hand_are_the_ones_that_judge() -> None:
    forbidding = replace(METHOD_RULES[0], sets_off=frozenset())
    found = lawful_methods(ORGANIZATIONS["school"], ORGANIZATIONS["club"], CLAIM, forbidding)
    assert not next(verdict for verdict in found if verdict.method is SettlementMethod.SET_OFF).lawful
