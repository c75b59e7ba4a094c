"""By which lawful method a claim may be settled, and why not by the others.

The answer follows from both organisations' types and budgets. Limits, sets of types and references to the law are data
with a version and validity dates (`MethodRules`); a change of the law is a new row, and a claim is judged by the rules
of its day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from chassis.errors import NotFound


class RulesMissing(NotFound):
    """На эту дату правила расчётов не заданы."""

    code = "settlement.method_rules_missing"


class OrganizationType(StrEnum):
    """Legal form of an organisation as settlement sees it (тип учреждения)."""

    TREASURY = "treasury"
    BUDGETARY = "budgetary"
    AUTONOMOUS = "autonomous"
    REGIONAL_BUDGETARY = "regional_budgetary"
    OTHER = "other"


class BudgetLevel(StrEnum):
    """The budget an organisation is financed from."""

    MUNICIPAL = "municipal"
    REGIONAL = "regional"
    FEDERAL = "federal"
    NONE = "none"


class FundingSource(StrEnum):
    """Source of funds, the first digits of the account (КФО)."""

    BUDGET = "1"
    OWN_INCOME = "2"
    ASSIGNMENT_SUBSIDY = "4"
    OTHER_SUBSIDY = "5"


class EducationKind(StrEnum):
    """What the service is part of (вид образования)."""

    GENERAL = "general"
    VOCATIONAL = "vocational"
    ADDITIONAL = "additional"


class SettlementMethod(StrEnum):
    """The lawful methods, in the order in which they are proposed."""

    FOUNDER_CORRECTION = "founder_correction"
    SET_OFF = "set_off"
    CONTRACT_PAYMENT = "contract_payment"
    SOCIAL_ORDER = "social_order"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Party:
    """What the rules ask about an organisation."""

    organization_id: UUID
    type: OrganizationType
    budget_level: BudgetLevel
    founder_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What the rules ask about a claim; `counter_source` is the source of the counter-claim, None when there is none.

    `amount_kopecks` is what one contract is to pay; `on` chooses the rules.
    """

    amount_kopecks: int
    on: date
    education: EducationKind = EducationKind.GENERAL
    source: FundingSource = FundingSource.OWN_INCOME
    counter_source: FundingSource | None = None
    due: bool = True


@dataclass(frozen=True, slots=True)
class MethodVerdict:
    """Whether a method is lawful here; `reason` is for people (Russian), `law` the reference behind it."""

    method: SettlementMethod
    lawful: bool
    reason: str
    law: str


@dataclass(frozen=True, slots=True)
class ContractLimit:
    """The most that one contract with a single supplier may pay, for one type of payer."""

    limit_kopecks: int
    law: str


@dataclass(frozen=True, slots=True)
class MethodRules:
    """One version of the rules, both validity dates included."""

    version: str
    valid_from: date
    valid_to: date | None
    corrected_by_founder: frozenset[OrganizationType]
    sets_off: frozenset[OrganizationType]
    receives_payment: frozenset[OrganizationType]
    contract_limits: Mapping[OrganizationType, ContractLimit]
    social_order_education: frozenset[EducationKind]
    laws: Mapping[SettlementMethod, str]
    receipt_law: str


_PUBLIC = frozenset(OrganizationType) - {OrganizationType.OTHER}
_SINGLE_SUPPLIER = ContractLimit(600_000_00, "44-ФЗ, ст. 93 ч. 1 п. 4 и 5")

METHOD_RULES = (
    MethodRules(
        version="2021.1",
        valid_from=date(2021, 1, 1),
        valid_to=None,
        corrected_by_founder=_PUBLIC,
        sets_off=_PUBLIC - {OrganizationType.TREASURY},
        receives_payment=frozenset(OrganizationType) - {OrganizationType.TREASURY},
        contract_limits=MappingProxyType(
            {
                OrganizationType.TREASURY: _SINGLE_SUPPLIER,
                OrganizationType.BUDGETARY: _SINGLE_SUPPLIER,
                OrganizationType.REGIONAL_BUDGETARY: _SINGLE_SUPPLIER,
                # an autonomous institution buys by its own regulation; the network applies the same ceiling to all
                OrganizationType.AUTONOMOUS: ContractLimit(
                    600_000_00, "223-ФЗ, ст. 2 ч. 1 (предел принят по образцу 44-ФЗ, ст. 93 ч. 1 п. 4 и 5)"
                ),
            }
        ),
        social_order_education=frozenset({EducationKind.ADDITIONAL}),
        laws=MappingProxyType(
            {
                SettlementMethod.FOUNDER_CORRECTION: "БК РФ, ст. 69.2, 78.1 и 161; 7-ФЗ, ст. 9.2",
                SettlementMethod.SET_OFF: "ГК РФ, ст. 410",
                SettlementMethod.CONTRACT_PAYMENT: "44-ФЗ, ст. 93 ч. 1 п. 4 и 5",
                SettlementMethod.SOCIAL_ORDER: "189-ФЗ от 13.07.2020",
                SettlementMethod.FREE: "273-ФЗ, ст. 15; ГК РФ, ст. 423 п. 2",
            }
        ),
        receipt_law="БК РФ, ст. 161 п. 3",
    ),
)


def rules_on(day: date, rules: tuple[MethodRules, ...] = METHOD_RULES) -> MethodRules:
    """The newest rules in force on that day; raises RulesMissing."""
    valid = [r for r in rules if r.valid_from <= day and (r.valid_to is None or day <= r.valid_to)]
    if not valid:
        raise RulesMissing(f"На {day:%d.%m.%Y} правила расчётов не заданы.")
    return max(valid, key=lambda r: r.valid_from)


def lawful_methods(
    creditor: Party, debtor: Party, claim: ClaimFacts, rules: MethodRules | None = None
) -> tuple[MethodVerdict, ...]:
    """A verdict for every method, in the order of proposal; without `rules`, those in force on the day of the claim."""
    in_force = rules or rules_on(claim.on)
    return tuple(_CHECKS[method](creditor, debtor, claim, in_force) for method in SettlementMethod)


def set_off_verdict(creditor: Party, debtor: Party, rules: MethodRules) -> MethodVerdict:
    """Whether claims between the two may be set off at all, before asking about counter-claims, source and due date."""
    method = SettlementMethod.SET_OFF
    for party, role in ((creditor, "Кредитор"), (debtor, "Должник")):
        if party.type is OrganizationType.TREASURY and party.type not in rules.sets_off:
            reason = f"{role} — казённое учреждение: его доходы поступают в бюджет, зачитывать их нельзя."
            return MethodVerdict(method, False, reason, rules.receipt_law)
        if party.type not in rules.sets_off:
            reason = f"{role} — не бюджетное и не автономное учреждение: зачёт в сети для него не предусмотрен."
            return MethodVerdict(method, False, reason, rules.laws[method])
    if creditor.budget_level is not debtor.budget_level:
        reason = "Организации финансируются из разных бюджетов: источник средств не один, требования неоднородны."
        return MethodVerdict(method, False, reason, rules.laws[method])
    return MethodVerdict(method, True, "Обе организации вправе зачитывать встречные требования.", rules.laws[method])


def _check_set_off(creditor: Party, debtor: Party, claim: ClaimFacts, rules: MethodRules) -> MethodVerdict:
    verdict = set_off_verdict(creditor, debtor, rules)
    if not verdict.lawful:
        return verdict
    method, law = SettlementMethod.SET_OFF, rules.laws[SettlementMethod.SET_OFF]
    if claim.counter_source is None:
        return MethodVerdict(method, False, "Встречного требования нет: зачитывать нечего.", law)
    if claim.counter_source is not claim.source:
        codes = f"КФО {claim.source} и {claim.counter_source}"
        return MethodVerdict(method, False, f"Источники средств разные ({codes}): требования неоднородны.", law)
    if not claim.due:
        return MethodVerdict(method, False, "Срок требования ещё не наступил.", law)
    return MethodVerdict(method, True, "Встречные однородные требования, срок которых наступил.", law)


def _check_founder_correction(creditor: Party, debtor: Party, claim: ClaimFacts, rules: MethodRules) -> MethodVerdict:
    method, law = SettlementMethod.FOUNDER_CORRECTION, rules.laws[SettlementMethod.FOUNDER_CORRECTION]
    for party, role in ((creditor, "Кредитор"), (debtor, "Должник")):
        if party.type not in rules.corrected_by_founder or party.founder_id is None:
            reason = f"{role} — не учреждение с учредителем: задания, субсидии или лимитов у него нет."
            return MethodVerdict(method, False, reason, law)
    if creditor.founder_id != debtor.founder_id or creditor.budget_level is not debtor.budget_level:
        reason = "Учредители разные: ни один не вправе менять задание и субсидию обеих организаций."
        return MethodVerdict(method, False, reason, law)
    return MethodVerdict(method, True, "Учредитель один: он уточняет задания, субсидии или лимиты, без платежа.", law)


def _check_contract_payment(creditor: Party, debtor: Party, claim: ClaimFacts, rules: MethodRules) -> MethodVerdict:
    method = SettlementMethod.CONTRACT_PAYMENT
    if creditor.type not in rules.receives_payment:
        reason = "Кредитор — казённое учреждение: доход зачисляется в бюджет, прямо получить оплату оно не может."
        return MethodVerdict(method, False, reason, rules.receipt_law)
    limit = rules.contract_limits.get(debtor.type)
    if limit is not None and claim.amount_kopecks > limit.limit_kopecks:
        reason = f"Сумма договора {_rubles(claim.amount_kopecks)} больше предела {_rubles(limit.limit_kopecks)}."
        return MethodVerdict(method, False, reason, limit.law)
    if limit is None:
        return MethodVerdict(method, True, "Оплата по договору; предела закупки для плательщика нет.", "ГК РФ, ст. 781")
    within = " в пределах лимитов" if debtor.type is OrganizationType.TREASURY else ""
    reason = f"Оплата по договору{within}, не больше {_rubles(limit.limit_kopecks)} за договор."
    return MethodVerdict(method, True, reason, limit.law)


def _check_social_order(creditor: Party, debtor: Party, claim: ClaimFacts, rules: MethodRules) -> MethodVerdict:
    method, law = SettlementMethod.SOCIAL_ORDER, rules.laws[SettlementMethod.SOCIAL_ORDER]
    if claim.education not in rules.social_order_education:
        reason = "Социальный заказ и сертификат возможны только для дополнительного образования."
        return MethodVerdict(method, False, reason, law)
    return MethodVerdict(method, True, "Дополнительное образование: социальный заказ или сертификат.", law)


def _check_free(creditor: Party, debtor: Party, claim: ClaimFacts, rules: MethodRules) -> MethodVerdict:
    reason = "Безвозмездно, если так установлено договором о сетевой форме; часы учитываются."
    return MethodVerdict(SettlementMethod.FREE, True, reason, rules.laws[SettlementMethod.FREE])


_Check = Callable[[Party, Party, ClaimFacts, MethodRules], MethodVerdict]
_CHECKS: Mapping[SettlementMethod, _Check] = {
    SettlementMethod.FOUNDER_CORRECTION: _check_founder_correction,
    SettlementMethod.SET_OFF: _check_set_off,
    SettlementMethod.CONTRACT_PAYMENT: _check_contract_payment,
    SettlementMethod.SOCIAL_ORDER: _check_social_order,
    SettlementMethod.FREE: _check_free,
}


def _rubles(kopecks: int) -> str:
    return f"{kopecks // 100:,}".replace(",", "\u00a0") + f",{kopecks % 100:02d}\u00a0₽"
