"""Building a plan that keeps the rules: «собрать план».

Basic subjects at home, the profile's advanced subjects at home or in the network, the project, the wished courses that
fit, and electives of the school up to the hours of the standard; then the home lessons are laid around the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from enrollment.domain.compose import advance_at_home, basic_items, fill_hours, lay_home_lessons, put_course
from enrollment.domain.curriculum import GRADES
from enrollment.domain.fit import Obstacle, ObstacleCode, obstacles
from enrollment.domain.plan import Level, NetworkOffer, Plan
from enrollment.domain.rules import Finding, RuleSet
from enrollment.domain.rulesets import evaluate
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
    crowded_out: list[Unmet] = []
    while True:
        builder = _Builder(request, ruleset, tuple(sorted(offers, key=lambda offer: offer.offer_id)), travel)
        plan = builder.build(wished)
        surplus = builder.surplus(plan)
        if surplus is None:
            break
        wished = [offer for offer in wished if offer.offer_id != surplus.offer_id]
        crowded_out.append(Unmet(surplus.subject_code, surplus.offer_id, (builder.week_full(),)))
    return Suggestion(plan, evaluate(plan, ruleset, offers, travel), (*builder.unmet, *crowded_out))


@dataclass(slots=True)
class _Builder:
    request: PlanRequest
    ruleset: RuleSet
    offers: tuple[NetworkOffer, ...]
    travel: TravelMatrix
    unmet: list[Unmet] = field(default_factory=list)

    def build(self, wished: Sequence[NetworkOffer]) -> Plan:
        plan = self.basic_plan()
        plan = self.add_advanced(plan, [offer for offer in wished if offer.level is Level.ADVANCED])
        plan = self.add_wished(plan, [offer for offer in wished if offer.level is not Level.ADVANCED])
        return lay_home_lessons(fill_hours(plan, self.ruleset), self.ruleset)

    def surplus(self, plan: Plan) -> NetworkOffer | None:
        """The last wished advanced course outside the profile, when the profile's own pair makes the week too long."""
        profile = self.ruleset.profile(self.request.profile_code)
        if profile is None or self._fits_week(plan):
            return None
        taken = set(plan.network_offer_ids)
        foreign = [
            offer
            for offer in self.offers
            if offer.offer_id in taken
            and offer.level is Level.ADVANCED
            and offer.offer_id in self.request.wished_offer_ids
            and not profile.accepts(offer.subject_code)
        ]
        return max(foreign, key=lambda offer: self.request.wished_offer_ids.index(offer.offer_id), default=None)

    def week_full(self) -> Obstacle:
        return Obstacle(ObstacleCode.WEEK_FULL, f"В неделе можно {self._cap()} ч: курс не помещается.")

    def basic_plan(self) -> Plan:
        request = self.request
        return Plan(
            pupil_id=request.pupil_id,
            cohort_year=request.cohort_year,
            grade=request.grade,
            profile_code=request.profile_code,
            school_id=request.school_id,
            settlement=request.settlement,
            items=basic_items(self.ruleset, request.settlement),
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
            made = self._make_advanced(plan, code)
            if not is_enough or self._fits_week(
                made
            ):  # with a lawful pair already, a third one must not break the week
                plan = made
        return plan

    def add_wished(self, plan: Plan, wished: Iterable[NetworkOffer]) -> Plan:
        for offer in wished:
            plan = self._take(plan, offer)
        return plan

    def _make_advanced(self, plan: Plan, code: str) -> Plan:
        if code in self.request.home_advanced:
            return advance_at_home(plan, code, self.ruleset)
        causes: list[Obstacle] = []
        for offer in self.offers:
            if offer.subject_code == code and offer.level is Level.ADVANCED:
                found = obstacles(plan, offer, self.request.grade, self.travel)
                if not found:
                    return self._take(plan, offer)
                causes.extend(found)
        self.unmet.append(Unmet(code, None, tuple(causes) or (NO_OFFER,)))
        return plan

    def _take(self, plan: Plan, offer: NetworkOffer) -> Plan:
        """The plan with the offer in the grades to come, if it fits the grade and the week; otherwise it is unmet."""
        found = obstacles(plan, offer, self.request.grade, self.travel)
        if found:
            self.unmet.append(Unmet(offer.subject_code, offer.offer_id, found))
            return plan
        taken = put_course(plan, offer, self.ruleset)
        if any(taken.hours_per_week(grade) > max(self._cap(), plan.hours_per_week(grade)) for grade in GRADES):
            self.unmet.append(Unmet(offer.subject_code, offer.offer_id, (self.week_full(),)))
            return plan
        return taken

    def _fits_week(self, plan: Plan) -> bool:
        return all(plan.hours_per_week(grade) <= self._cap() for grade in GRADES)

    def _cap(self) -> Decimal:
        return Decimal(self.ruleset.limit("weekly_cap", f"hours_max_{self.request.week_days}_days", 34))
