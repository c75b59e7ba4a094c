"""Parts of which a plan is put together: home items, network courses in their place, electives, the home timetable."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from enrollment.domain.checks_hours import school_elective
from enrollment.domain.curriculum import GRADES, MANDATORY_CODES, WEEKS_PER_YEAR, subject_title
from enrollment.domain.plan import PROJECT_CODE, Level, NetworkOffer, Plan, PlanItem, item_from_offer
from enrollment.domain.rules import RuleSet
from enrollment.domain.timetable import spread_lessons


def home_item(
    code: str, level: Level, grade: int, hours: Decimal, settlement: str, title: str | None = None
) -> PlanItem:
    """A subject that the home school teaches."""
    return PlanItem(code, title or subject_title(code), level, grade, hours, settlement=settlement)


def basic_items(ruleset: RuleSet, settlement: str) -> tuple[PlanItem, ...]:
    """The mandatory subjects at the basic level in both grades, and the individual project."""
    subjects = (
        home_item(code, Level.BASE, grade, ruleset.hours[code, grade].basic, settlement)
        for grade in GRADES
        for code in MANDATORY_CODES
    )
    return (*subjects, home_item(PROJECT_CODE, Level.PROJECT, 10, Decimal(1), settlement, "Индивидуальный проект"))


def advance_at_home(plan: Plan, code: str, ruleset: RuleSet, grades: Iterable[int] = GRADES) -> Plan:
    """The subject at the advanced level at home in those grades, instead of whatever stood there."""
    norms: Mapping[int, Decimal] = {grade: ruleset.hours[code, grade].advanced or Decimal(0) for grade in grades}
    rest = plan.where(lambda item: not (item.subject_code == code and item.grade in norms))
    return rest.with_items(*(home_item(code, Level.ADVANCED, grade, norms[grade], plan.settlement) for grade in norms))


def put_course(plan: Plan, offer: NetworkOffer, ruleset: RuleSet) -> Plan:
    """The plan with the course in the grades to come, whether it fits or not.

    Hours of an advanced course take the place of home hours up to the advanced norm; other years are advanced at home.
    """
    network = tuple(item_from_offer(offer, grade) for grade in offer.grades if grade >= plan.grade)
    if offer.level is not Level.ADVANCED or not network:
        return plan.with_items(*network)
    code, grades = offer.subject_code, {item.grade: item.hours_per_week for item in network}
    plan = advance_at_home(plan, code, ruleset, [grade for grade in GRADES if grade not in grades])
    plan = plan.where(lambda item: not (item.subject_code == code and item.grade in grades))
    home = tuple(
        home_item(code, Level.BASE, grade, norm - hours, plan.settlement)
        for grade, hours in grades.items()
        if (norm := ruleset.hours[code, grade].advanced or Decimal(0)) > hours
    )
    return plan.with_items(*network, *home)


def fill_hours(plan: Plan, ruleset: RuleSet) -> Plan:
    """School electives up to the hours that the standard asks for each year."""
    hours_min = ruleset.limit("two_year_total", "hours_min", 0)
    weekly = (Decimal(hours_min) / (WEEKS_PER_YEAR * len(GRADES))).to_integral_value(ROUND_CEILING)
    for grade in GRADES:
        missing = weekly - plan.hours_per_week(grade)
        if missing > 0:
            plan = plan.with_items(school_elective(grade, missing, plan.settlement))
    return plan


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
