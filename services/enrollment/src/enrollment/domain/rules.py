"""Rules as data and the evaluation of a plan by them.

A rule names its check and gives it parameters; a rule set joins the rules, hours and profiles that are valid for some
cohorts. Another year is another rule set (`rulesets.py`); a check is written once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from enrollment.domain.curriculum import HoursTable
from enrollment.domain.plan import NetworkOffer, Plan, PlanItem
from enrollment.domain.profiles import Profile
from enrollment.domain.travel import TAZOVSKY_DISTRICT, TravelMatrix


class Severity(StrEnum):
    """What a broken rule means: an error keeps the plan from being submitted, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class FindingState(StrEnum):
    """The live state of a rule."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of an explanation; units stand beside it (`ч`, `ч/нед`, `мин`)."""

    name: str
    value: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """A change that repairs the finding: items to take out and items to put in."""

    label: str
    remove: tuple[PlanItem, ...] = ()
    add: tuple[PlanItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `check` names the function, `limits` are its numbers, `title` is what a kept rule says."""

    id: str
    title: str
    check: str
    legal_reference: str
    severity: Severity = Severity.ERROR
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything valid for the cohorts that enter grade 10 in [entered_from, entered_before)."""

    id: str
    title: str
    entered_from: date
    entered_before: date | None
    rules: tuple[Rule, ...]
    hours: HoursTable
    profiles: tuple[Profile, ...]
    is_planned: bool = False  # announced but not in force: for looking ahead only

    def covers(self, cohort_year: int) -> bool:
        """Whether the cohort lives by this set."""
        entered_on = date(cohort_year, 9, 1)
        return self.entered_from <= entered_on and (self.entered_before is None or entered_on < self.entered_before)

    def limit(self, check: str, name: str, default: int) -> int:
        """A number of the first rule with the check."""
        return next((rule.limits[name] for rule in self.rules if rule.check == check and name in rule.limits), default)

    def profile(self, code: str) -> Profile | None:
        """The profile by its code, None when these cohorts do not have it."""
        return next((profile for profile in self.profiles if profile.code == code), None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found wrong, before it is known how grave that is."""

    message: str
    figures: tuple[Figure, ...] = ()
    repair: Repair | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule and its state on one plan, with the figures and, where there is one, the change that repairs it."""

    rule_id: str
    state: FindingState
    message: str
    legal_reference: str
    figures: tuple[Figure, ...] = ()
    repair: Repair | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a check is asked: the plan, the rule, and the world that repairs may draw on."""

    plan: Plan
    rule: Rule
    ruleset: RuleSet
    offers: tuple[NetworkOffer, ...] = ()
    travel: TravelMatrix = TAZOVSKY_DISTRICT


Check = Callable[[Question], Iterable[Outcome]]


def evaluate_with(
    checks: Mapping[str, Check],
    plan: Plan,
    ruleset: RuleSet,
    offers: Iterable[NetworkOffer] = (),
    travel: TravelMatrix = TAZOVSKY_DISTRICT,
) -> tuple[Finding, ...]:
    """Every rule of the set on the plan: one `ok` finding for a kept rule, one finding for each breach."""
    known = tuple(offers)
    findings: list[Finding] = []
    for rule in ruleset.rules:
        outcomes = tuple(checks[rule.check](Question(plan, rule, ruleset, known, travel)))
        if not outcomes:
            findings.append(Finding(rule.id, FindingState.OK, rule.title, rule.legal_reference))
        findings.extend(
            Finding(
                rule.id,
                FindingState(rule.severity.value),
                outcome.message,
                rule.legal_reference,
                outcome.figures,
                outcome.repair,
            )
            for outcome in outcomes
        )
    return tuple(findings)


def apply_repair(plan: Plan, repair: Repair) -> Plan:
    """The plan after the suggested change; items that are gone already are passed over."""
    left = list(plan.items)
    for item in repair.remove:
        if item in left:
            left.remove(item)
    return replace(plan, items=(*left, *repair.add))


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether anything keeps the plan from being submitted."""
    return any(finding.state is FindingState.ERROR for finding in findings)


def hours_text(value: Decimal | int) -> str:
    """A number as a Russian reader writes it: 2,5 and 2 312."""
    number = Decimal(value).normalize()
    whole = f"{number:,f}".replace(",", "\u00a0")
    return whole.replace(".", ",")
