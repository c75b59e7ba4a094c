"""Changes by hand: always carried out, and the plan around them is made anew."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from chassis.errors import DomainError
from enrollment.domain.edit import drop_offer, repair_plan, take_offer
from enrollment.domain.half_years import half_year_days, half_year_of, half_year_title
from enrollment.domain.plan import Level, Mode, NetworkOffer
from enrollment.domain.rules import FindingState
from enrollment.domain.rulesets import RULES_FROM_2025, evaluate
from enrollment.domain.suggest import PlanRequest, suggest_plan
from enrollment.domain.timetable import Slot
from enrollment.domain.week import week_of

TUE, LATE = Slot(2, time(15, 10), time(16, 40)), Slot(2, time(16, 30), time(17, 15))
PHYSICS = NetworkOffer(
    "phys", "college", "Физика", "physics", Level.ADVANCED, (10, 11), Decimal(3), Mode.ONLINE, "Тазовский", (TUE,)
)
CLUB = replace(
    PHYSICS, offer_id="club", subject_code="technical", level=Level.EXTRACURRICULAR, title="Клуб", mode=Mode.ONSITE
)
HOME = frozenset(code for (code, _), hours in RULES_FROM_2025.hours.items() if hours.advanced is not None)
REQUEST = PlanRequest("pupil", 2026, 10, "technological", "school", "Тазовский", home_advanced=HOME)
LAWFUL = suggest_plan(REQUEST, RULES_FROM_2025, []).plan


def broken(plan, offers=()):
    return {one.rule_id: one for one in evaluate(plan, RULES_FROM_2025, offers) if one.state is FindingState.ERROR}


def test_network_hours_take_the_place_of_home_hours_and_the_week_stays():
    plan = take_offer(LAWFUL, PHYSICS, RULES_FROM_2025)
    assert plan.subject_hours("physics", 10) == 5
    assert plan.hours_per_week(10) == 34
    assert broken(plan) == {}
    assert take_offer(plan, PHYSICS, RULES_FROM_2025) == plan


def test_dropped_course_leaves_the_basic_subject_and_a_repair_brings_it_back():
    plan = drop_offer(take_offer(LAWFUL, PHYSICS, RULES_FROM_2025), "phys", RULES_FROM_2025)
    assert plan.network_offer_ids == ()
    assert (plan.subject_hours("physics", 10), plan.hours_per_week(11)) == (2, 34)
    found = broken(plan, [PHYSICS])
    assert set(found) == {"advanced-count", "profile-fit"}
    repaired = repair_plan(plan, found["advanced-count"].repair, {"phys": PHYSICS}, RULES_FROM_2025)
    assert broken(repaired, [PHYSICS]) == {}
    assert repaired.subject_hours("physics", 11) == 5


def test_course_that_does_not_fit_is_put_in_and_the_rules_tell():
    far = replace(CLUB, settlement="Гыда", slots=())
    assert set(broken(take_offer(LAWFUL, far, RULES_FROM_2025))) == {"reachable"}
    wide = replace(PHYSICS, offer_id="e", subject_code="x", level=Level.ELECTIVE, hours_per_week=Decimal(4), slots=())
    plan = take_offer(LAWFUL, wide, RULES_FROM_2025)
    found = broken(plan)
    assert set(found) == {"weekly-cap"}
    assert repair_plan(plan, found["weekly-cap"].repair, {}, RULES_FROM_2025).network_offer_ids == ()


def test_week_shows_clashes_and_the_way():
    club = replace(CLUB, slots=(LATE,))
    plan = take_offer(take_offer(LAWFUL, PHYSICS, RULES_FROM_2025), club, RULES_FROM_2025)
    week = week_of(plan, 10)
    assert week.days == ("Пн", "Вт", "Ср", "Чт", "Пт")
    tuesday = {lesson.item.title: lesson for lesson in week.day(1) if lesson.item.is_network}
    assert "пересекается" in tuesday["Физика"].clash
    assert (tuesday["Физика"].place, tuesday["Клуб"].place) == ("online", "network")
    assert (tuesday["Физика"].way_minutes, tuesday["Клуб"].way_minutes) == (None, 15)
    assert not any(lesson.clash for place in (0, 2, 3, 4) for lesson in week.day(place))
    assert sum(len(cell) for row in week.rows for cell in row.cells) == len(
        [s for i in plan.items_of(10) for s in i.slots]
    )


@pytest.mark.parametrize(
    ("day", "code", "title"),
    [
        (date(2026, 9, 1), "2026-H1", "I полугодие 2026/27"),
        (date(2026, 12, 31), "2026-H1", "I полугодие 2026/27"),
        (date(2027, 1, 1), "2026-H2", "II полугодие 2026/27"),
        (date(2027, 8, 31), "2026-H2", "II полугодие 2026/27"),
        (date(2099, 10, 1), "2099-H1", "I полугодие 2099/00"),
    ],
)
def test_half_year_of_a_day(day, code, title):
    assert (half_year_of(day), half_year_title(code)) == (code, title)
    first, last = half_year_days(code)
    assert first <= day <= last


@pytest.mark.parametrize("code", ["2026", "2026-H3", "26-H1", "2026-H", "", "xxxx-H1"])
def test_other_forms_of_a_half_year_are_refused(code):
    with pytest.raises(DomainError) as refusal:
        half_year_days(code)
    assert refusal.value.error_code == "half_year.unknown"


def test_clash_without_another_group_is_repaired_by_taking_the_lesser_course_out():
    plan = take_offer(take_offer(LAWFUL, PHYSICS, RULES_FROM_2025), replace(CLUB, slots=(LATE,)), RULES_FROM_2025)
    repair = broken(plan)["no-clashes"].repair
    assert repair.label == "Убрать «Клуб»"
    repaired = repair_plan(plan, repair, {}, RULES_FROM_2025)
    assert (broken(repaired), repaired.network_offer_ids) == ({}, ("phys",))
