"""Checks of how much is studied: the week, two years, extracurricular hours, electives of the certificate."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from enrollment.domain.curriculum import GRADES, WEEKS_PER_YEAR
from enrollment.domain.plan import SCHOOL_ELECTIVE_CODE, SUBJECT_LEVELS, Level, PlanItem
from enrollment.domain.rules import Figure, Outcome, Question, Repair, hours_text

HALF_HOUR = Decimal("0.5")


def week_cap(question: Question) -> int:
    """Hours a week that the pupil may have, by the days of the school week."""
    default = 34 if question.plan.week_days == 5 else 37
    return question.ruleset.limit("weekly_cap", f"hours_max_{question.plan.week_days}_days", default)


def weekly_cap(question: Question) -> Iterator[Outcome]:
    """The week is not longer than the sanitary rules let it be."""
    plan, cap = question.plan, Decimal(week_cap(question))
    for grade in GRADES:
        have = plan.hours_per_week(grade)
        if have > cap:
            yield Outcome(
                f"{grade} класс: в неделе {hours_text(have)} ч, можно {hours_text(cap)} "
                f"({'пятидневка' if plan.week_days == 5 else 'шестидневка'}).",
                (Figure("есть", have, "ч/нед"), Figure("можно", cap, "ч/нед")),
                _shorten(question, grade, have - cap),
            )


def _shorten(question: Question, grade: int, excess: Decimal) -> Repair | None:
    """Take an elective out, or make it shorter; subjects of the standard are left alone."""
    norms = question.ruleset.hours
    loose = [
        item
        for item in question.plan.items_of(grade)
        if item.level is Level.ELECTIVE or (item.level in SUBJECT_LEVELS and (item.subject_code, grade) not in norms)
    ]
    if not loose:
        return None
    # the school's own hours go first: a network course is what the pupil chose
    item = min(loose, key=lambda candidate: (candidate.is_network, abs(candidate.hours_per_week - excess)))
    if item.is_network or item.hours_per_week <= excess:
        return Repair(f"Убрать «{item.title}» (−{hours_text(item.hours_per_week)} ч)", remove=(item,))
    shorter = replace(item, hours_per_week=item.hours_per_week - excess, slots=())
    return Repair(f"Сократить «{item.title}» на {hours_text(excess)} ч", remove=(item,), add=(shorter,))


def two_year_total(question: Question) -> Iterator[Outcome]:
    """The hours of both years lie between the bounds of the standard."""
    plan, limits = question.plan, question.rule.limits
    low, high = Decimal(limits["hours_min"]), Decimal(limits["hours_max"])
    have = plan.hours_in_two_years
    figures = (
        Figure("есть", have, "ч"),
        Figure("не меньше", low, "ч"),
        Figure("не больше", high, "ч"),
    )
    bounds = f"нужно от {hours_text(low)} до {hours_text(high)}"
    if have < low:
        yield Outcome(f"За два года {hours_text(have)} ч, {bounds}.", figures, _lengthen(question, low - have))
    elif have > high:
        yield Outcome(f"За два года {hours_text(have)} ч, {bounds}.", figures)


def _lengthen(question: Question, missing_hours: Decimal) -> Repair | None:
    """School electives in the grades that still have room, by half hours a week."""
    plan, cap = question.plan, Decimal(week_cap(question))
    missing = _up_to_half(missing_hours / WEEKS_PER_YEAR)
    added: list[PlanItem] = []
    for grade in sorted(GRADES, key=plan.hours_per_week):
        room = max(Decimal(0), cap - plan.hours_per_week(grade))
        hours = min(missing, room - room % HALF_HOUR)
        if hours > 0:
            added.append(school_elective(grade, hours, plan.settlement))
            missing -= hours
    if missing > 0 or not added:
        return None
    total = sum((item.hours_per_week for item in added), Decimal(0))
    return Repair(f"Добавить элективы своей школы ({hours_text(total)} ч в неделю)", add=tuple(added))


def school_elective(grade: int, hours_per_week: Decimal, settlement: str) -> PlanItem:
    """Hours that the home school fills with a course of its choice (часть, формируемая участниками)."""
    title = "Элективный курс своей школы"
    return PlanItem(SCHOOL_ELECTIVE_CODE, title, Level.ELECTIVE, grade, hours_per_week, settlement=settlement)


def _up_to_half(value: Decimal) -> Decimal:
    return (value / HALF_HOUR).to_integral_value(ROUND_CEILING) * HALF_HOUR


def extracurricular_week(question: Question) -> Iterator[Outcome]:
    """Extracurricular hours of a week stay in their bound."""
    cap = Decimal(question.rule.limits["hours_per_week_max"])
    for grade in GRADES:
        have = question.plan.extracurricular_per_week(grade)
        if have > cap:
            yield Outcome(
                f"{grade} класс: внеурочных {hours_text(have)} ч в неделю, можно {hours_text(cap)}.",
                (Figure("есть", have, "ч/нед"), Figure("можно", cap, "ч/нед")),
                _drop_extracurricular(question, grade),
            )


def extracurricular_total(question: Question) -> Iterator[Outcome]:
    """Extracurricular hours of both years stay in their bound."""
    plan, cap = question.plan, Decimal(question.rule.limits["hours_max"])
    have = sum((plan.extracurricular_per_week(grade) for grade in GRADES), Decimal(0)) * WEEKS_PER_YEAR
    if have > cap:
        yield Outcome(
            f"Внеурочных за два года {hours_text(have)} ч, можно {hours_text(cap)}.",
            (Figure("есть", have, "ч"), Figure("можно", cap, "ч")),
            _drop_extracurricular(question, max(GRADES, key=plan.extracurricular_per_week)),
        )


def _drop_extracurricular(question: Question, grade: int) -> Repair | None:
    items = [item for item in question.plan.items_of(grade) if item.level is Level.EXTRACURRICULAR]
    if not items:
        return None
    item = min(items, key=lambda candidate: (candidate.is_network, -candidate.hours_per_week))
    return Repair(f"Убрать «{item.title}» (−{hours_text(item.hours_per_week)} ч)", remove=(item,))


def elective_certificate(question: Question) -> Iterator[Outcome]:
    """An elective is long enough to stand in the certificate."""
    needed = Decimal(question.rule.limits["hours_min"])
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for item in question.plan.items:
        if item.level is Level.ELECTIVE:
            totals[item.title] += item.hours_per_week * WEEKS_PER_YEAR
    for title, have in totals.items():
        if have < needed:
            yield Outcome(
                f"«{title}»: {hours_text(have)} ч за два года. В аттестат входит курс от {hours_text(needed)} ч.",
                (Figure("есть", have, "ч"), Figure("нужно", needed, "ч")),
            )
