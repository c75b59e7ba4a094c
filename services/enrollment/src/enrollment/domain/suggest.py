"""Building a plan that keeps the rules: «собрать план».

Basic subjects at home, the profile's advanced subjects at home or in the network, the project, the wished courses that
fit, and electives of the school up to the hours of the standard; then the home lessons are laid around the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from enrollment.domain.checks_hours import school_elective
from enrollment.domain.curriculum import GRADES, MANDATORY_CODES, WEEKS_PER_YEAR, subject_title
from enrollment.domain.fit import Obstacle, ObstacleCode, obstacles
from enrollment.domain.plan import (
    PROJECT_CODE,
    Level,
    NetworkOffer,
    Plan,
    PlanItem,
    item_from_offer,
)
from enrollment.domain.rules import Finding, RuleSet
from enrollment.domain.rulesets import evaluate
from enrollment.domain.timetable import spread_lessons
from enrollment.domain.travel import TAZOVSKY_DISTRICT, TravelMatrix


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What a plan is built for; `home_advanced` are subjects that the home school itself teaches advanced.

    `wished_offer_ids` are in the order of the pupil's wish: an advanced one decides which subject is advanced.
    """

    pupil_id: str
    cohort_year: int
    grade: int
    profile_code: str
    school_id: str
    settlement: str
    wished_offer_ids: tuple[str, ...] = ()
    home_advanced: frozenset[str] = field(default_factory=frozenset)
    week_days: int = 5
    completed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmet:
    """A wish or a subject of the profile that found no place, with its causes."""

    subject_code: str
    offer_id: str | None
    causes: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A built plan, what the rules say of it, and what could not be met."""

    plan: Plan
    findings: tuple[Finding, ...]
    unmet: tuple[Unmet, ...]


NO_OFFER = Obstacle(ObstacleCode.NOBODY_OFFERS, "Никто в сети не предлагает этот предмет углублённо.")


def suggest_plan(
    request: PlanRequest,
    ruleset: RuleSet,
    offers: Sequence[NetworkOffer],
    travel: TravelMatrix = TAZOVSKY_DISTRICT,
) -> Suggestion:
    """A plan for the request; equal requests give equal plans. Without a fitting advanced pair it tells what lacks."""
    by_id = {offer.offer_id: offer for offer in offers}
    wished = [by_id[offer_id] for offer_id in request.wished_offer_ids if offer_id in by_id]
    builder = _Builder(request, ruleset, tuple(sorted(offers, key=lambda offer: offer.offer_id)), travel)
    plan = builder.basic_plan()
    plan = builder.add_advanced(plan, [offer for offer in wished if offer.level is Level.ADVANCED])
    plan = builder.add_wished(plan, [offer for offer in wished if offer.level is not Level.ADVANCED])
    plan = builder.fill_hours(plan)
    plan = lay_home_lessons(plan, ruleset)
    return Suggestion(plan, evaluate(plan, ruleset, offers, travel), tuple(builder.unmet))


def lay_home_lessons(plan: Plan, ruleset: RuleSet) -> Plan:
    """The plan with its home lessons laid on the bells around the lessons of other organisations."""
    cap = ruleset.limit("day_length", "lessons_max", 7)
    laid: list[PlanItem] = []
    for grade in GRADES:
        items = plan.items_of(grade)
        home = [item for item in items if not item.is_network and item.counts_for_week]
        network = [item for item in items if item.is_network]
        keyed = {f"{place:02d}": item for place, item in enumerate(home)}
        slots = spread_lessons(
            {key: item.hours_per_week for key, item in keyed.items()},
            busy=[slot for item in network if item.counts_for_week for slot in item.slots],
            blocked=[slot for item in network if not item.counts_for_week for slot in item.slots],
            weekdays=tuple(range(1, plan.week_days + 1)),
            lessons_per_day_max=cap,
        )
        laid.extend(item for item in items if item not in home)
        laid.extend(replace(item, slots=slots[key]) for key, item in keyed.items())
    order = {item: place for place, item in enumerate(replace(item, slots=()) for item in plan.items)}
    laid.sort(key=lambda item: order.get(replace(item, slots=()), len(order)))
    return replace(plan, items=tuple(laid))


@dataclass(slots=True)
class _Builder:
    request: PlanRequest
    ruleset: RuleSet
    offers: tuple[NetworkOffer, ...]
    travel: TravelMatrix
    unmet: list[Unmet] = field(default_factory=list)

    def basic_plan(self) -> Plan:
        request, hours = self.request, self.ruleset.hours
        items = [
            self._home(code, Level.BASE, grade, hours[code, grade].basic)
            for grade in GRADES
            for code in MANDATORY_CODES
        ]
        items.append(self._home(PROJECT_CODE, Level.PROJECT, 10, Decimal(1), "Индивидуальный проект"))
        return Plan(
            pupil_id=request.pupil_id,
            cohort_year=request.cohort_year,
            grade=request.grade,
            profile_code=request.profile_code,
            school_id=request.school_id,
            settlement=request.settlement,
            items=tuple(items),
            week_days=request.week_days,
            completed=request.completed,
        )

    def add_advanced(self, plan: Plan, wished: Iterable[NetworkOffer]) -> Plan:
        """The wished advanced courses first, then the profile's own order, until the profile is satisfied."""
        profile = self.ruleset.profile(self.request.profile_code)
        for offer in wished:
            plan = self._take(plan, offer)
        if profile is None:
            return plan
        for code in (*profile.required, *profile.chosen):
            fitting = [taken for taken in plan.advanced_codes if profile.accepts(taken)]
            is_enough = len(fitting) >= profile.advanced_min
            if code in plan.advanced_codes or (is_enough and code not in profile.required):
                continue
            plan = self._make_advanced(plan, code)
        return plan

    def add_wished(self, plan: Plan, wished: Iterable[NetworkOffer]) -> Plan:
        for offer in wished:
            plan = self._take(plan, offer)
        return plan

    def fill_hours(self, plan: Plan) -> Plan:
        """School electives up to the hours that the standard asks for each year."""
        hours_min = self.ruleset.limit("two_year_total", "hours_min", 0)
        weekly = Decimal(hours_min) / (WEEKS_PER_YEAR * len(GRADES))
        for grade in GRADES:
            missing = weekly.to_integral_value(rounding="ROUND_CEILING") - plan.hours_per_week(grade)
            if missing > 0:
                plan = plan.with_items(school_elective(grade, missing, plan.settlement))
        return plan

    def _make_advanced(self, plan: Plan, code: str) -> Plan:
        if code in self.request.home_advanced:
            return self._advance_at_home(plan, code)
        causes: list[Obstacle] = []
        for offer in self.offers:
            if offer.subject_code == code and offer.level is Level.ADVANCED:
                found = obstacles(plan, offer, self.request.grade, self.travel)
                if not found:
                    return self._take(plan, offer)
                causes.extend(found)
        self.unmet.append(Unmet(code, None, tuple(causes) or (NO_OFFER,)))
        return plan

    def _advance_at_home(self, plan: Plan, code: str, grades: Iterable[int] = GRADES) -> Plan:
        norms: Mapping[int, Decimal] = {
            grade: self.ruleset.hours[code, grade].advanced or Decimal(0) for grade in grades
        }
        rest = plan.where(lambda item: not (item.subject_code == code and item.grade in norms))
        return rest.with_items(*(self._home(code, Level.ADVANCED, grade, norms[grade]) for grade in norms))

    def _take(self, plan: Plan, offer: NetworkOffer) -> Plan:
        """The plan with the offer in the grades to come, if it fits the grade and the week; otherwise it is unmet."""
        grades = [grade for grade in offer.grades if grade >= self.request.grade]
        found = obstacles(plan, offer, self.request.grade, self.travel)
        if found:
            self.unmet.append(Unmet(offer.subject_code, offer.offer_id, found))
            return plan
        items = tuple(item_from_offer(offer, grade) for grade in grades)
        if offer.level is Level.ADVANCED:
            taken = self._replace_basic(plan, offer.subject_code, items)
        else:
            taken = plan.with_items(*items)
        cap = Decimal(self.ruleset.limit("weekly_cap", f"hours_max_{plan.week_days}_days", 34))
        if any(taken.hours_per_week(grade) > max(cap, plan.hours_per_week(grade)) for grade in GRADES):
            full = Obstacle(ObstacleCode.WEEK_FULL, f"В неделе можно {cap} ч: курс не помещается.")
            self.unmet.append(Unmet(offer.subject_code, offer.offer_id, (full,)))
            return plan
        return taken

    def _replace_basic(self, plan: Plan, code: str, network: tuple[PlanItem, ...]) -> Plan:
        """Network hours take the place of home hours up to the advanced norm; other years are advanced at home."""
        grades = {item.grade: item.hours_per_week for item in network}
        plan = self._advance_at_home(plan, code, [grade for grade in GRADES if grade not in grades])
        plan = plan.where(lambda item: not (item.subject_code == code and item.grade in grades))
        home = tuple(
            self._home(code, Level.BASE, grade, norm - hours)
            for grade, hours in grades.items()
            if (norm := self.ruleset.hours[code, grade].advanced or Decimal(0)) > hours
        )
        return plan.with_items(*network, *home)

    def _home(self, code: str, level: Level, grade: int, hours: Decimal, title: str | None = None) -> PlanItem:
        return PlanItem(code, title or subject_title(code), level, grade, hours, settlement=self.request.settlement)
