from dataclasses import replace
from datetime import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrollment.domain.curriculum import GRADES
from enrollment.domain.fit import ObstacleCode, obstacles
from enrollment.domain.plan import Level, Mode, NetworkOffer
from enrollment.domain.profiles import PROFILES
from enrollment.domain.rules import FindingState, has_errors
from enrollment.domain.rulesets import RULES_FROM_2025, evaluate
from enrollment.domain.suggest import PlanRequest, suggest_plan
from enrollment.domain.timetable import BELLS, Slot, spread_lessons
from enrollment.domain.travel import TAZOVSKY_DISTRICT

TUE = Slot(2, time(15, 10), time(16, 40))
WED = Slot(3, time(15, 10), time(16, 40))
THU = Slot(4, time(15, 10), time(15, 55))
ALL_ADVANCED = frozenset(
    {"mathematics", "physics", "informatics", "chemistry", "biology", "literature", "history", "social-studies"}
    | {"foreign-language", "geography", "russian"}
)
REQUEST = PlanRequest("pupil", 2026, 10, "technological", "school", "Гыда")


def offer(name, code="physics", level=Level.ADVANCED, **change):
    base = NetworkOffer(
        offer_id=name,
        organisation_id="college",
        title=f"Курс {name}",
        subject_code=code,
        level=level,
        grades=(10, 11),
        hours_per_week=Decimal(3),
        mode=Mode.ONLINE,
        settlement="Тазовский",
        slots=(TUE, THU),
    )
    return replace(base, **change)


MATHS = offer("maths", code="mathematics", slots=(WED, Slot(5, time(15, 10), time(15, 55))))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.code)
@pytest.mark.parametrize("week_days", [5, 6])
def test_school_that_teaches_all_gives_a_lawful_plan_for_each_profile(profile, week_days):
    request = replace(REQUEST, profile_code=profile.code, home_advanced=ALL_ADVANCED, week_days=week_days)
    suggestion = suggest_plan(request, RULES_FROM_2025, [])
    assert {finding.state for finding in suggestion.findings} == {FindingState.OK}
    assert len(suggestion.plan.advanced_codes) == 2
    assert suggestion.unmet == ()


def test_small_school_takes_the_advanced_pair_from_the_network():
    suggestion = suggest_plan(REQUEST, RULES_FROM_2025, [offer("phys"), MATHS])
    assert {finding.state for finding in suggestion.findings} == {FindingState.OK}
    assert suggestion.plan.network_offer_ids == ("maths", "phys")
    for grade in GRADES:
        assert suggestion.plan.subject_hours("physics", grade) == 5  # three in the network, two at home
        assert suggestion.plan.hours_per_week(grade) == 34


def test_what_nobody_offers_is_told_and_breaks_the_plan():
    suggestion = suggest_plan(replace(REQUEST, profile_code="natural-science"), RULES_FROM_2025, [offer("phys")])
    assert {(item.subject_code, item.causes[0].code) for item in suggestion.unmet} == {
        ("chemistry", ObstacleCode.NOBODY_OFFERS),
        ("biology", ObstacleCode.NOBODY_OFFERS),
    }
    assert has_errors(suggestion.findings)


def test_wished_course_decides_the_pair_and_electives_replace_school_ones():
    request = replace(
        REQUEST, home_advanced=frozenset({"mathematics", "physics"}), wished_offer_ids=("informatics", "robots", "club")
    )
    offers = [
        offer("informatics", code="informatics"),
        offer("robots", code="technical", level=Level.ELECTIVE, hours_per_week=Decimal(1), slots=(WED,)),
        offer("club", code="sport", level=Level.EXTRACURRICULAR, slots=(Slot(5, time(16, 0), time(16, 45)),)),
    ]
    suggestion = suggest_plan(request, RULES_FROM_2025, offers)
    plan = suggestion.plan
    assert set(plan.advanced_codes) == {"mathematics", "informatics"}
    assert plan.network_offer_ids == ("informatics", "robots", "club")
    assert [plan.hours_per_week(grade) for grade in GRADES] == [34, 34]
    assert not has_errors(suggestion.findings)


def test_wish_that_does_not_fit_is_told_with_its_cause():
    far = offer("far", code="informatics", mode=Mode.ONSITE)
    full = offer("full", code="biology", seats_free=0)
    same_time = offer("same", code="chemistry")
    request = replace(REQUEST, wished_offer_ids=("phys", "far", "full", "same", "unknown"))
    suggestion = suggest_plan(request, RULES_FROM_2025, [offer("phys"), MATHS, far, full, same_time])
    assert {item.offer_id: item.causes[0].code for item in suggestion.unmet} == {
        "far": ObstacleCode.UNREACHABLE,
        "full": ObstacleCode.NO_SEATS,
        "same": ObstacleCode.OVERLAP,
    }
    assert not has_errors(suggestion.findings)


def test_week_that_is_full_takes_no_more_courses():
    courses = [
        offer(f"c{n}", code="technical", level=Level.ELECTIVE, hours_per_week=Decimal(2), slots=()) for n in range(3)
    ]
    request = replace(REQUEST, home_advanced=ALL_ADVANCED, wished_offer_ids=tuple(item.offer_id for item in courses))
    suggestion = suggest_plan(request, RULES_FROM_2025, courses)
    assert suggestion.plan.network_offer_ids == ("c0",)
    assert {item.causes[0].code for item in suggestion.unmet} == {ObstacleCode.WEEK_FULL}
    assert not has_errors(suggestion.findings)


def test_pupil_of_grade_11_takes_courses_in_grade_11_only():
    request = replace(REQUEST, grade=11, cohort_year=2025)
    plan = suggest_plan(request, RULES_FROM_2025, [offer("phys"), MATHS]).plan
    assert {item.grade for item in plan.items if item.is_network} == {11}
    assert not has_errors(evaluate(plan, RULES_FROM_2025))


def test_obstacles_name_grade_and_repetition():
    plan = suggest_plan(REQUEST, RULES_FROM_2025, [offer("phys"), MATHS]).plan
    codes = [item.code for item in obstacles(plan, offer("phys", grades=(11,)), 10, TAZOVSKY_DISTRICT)]
    assert codes[:2] == [ObstacleCode.GRADE, ObstacleCode.ALREADY_TAKEN]


hours_strategy = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2), st.integers(1, 8).map(Decimal), max_size=12
)
busy_strategy = st.lists(
    st.builds(lambda day, bell: Slot(day, *BELLS[bell]), st.integers(1, 6), st.integers(0, 6)), max_size=5
)


@given(hours_strategy, busy_strategy)
@settings(max_examples=60)
def test_spread_lessons_never_clash_and_never_exceed_the_day(hours, busy):
    placed = spread_lessons(hours, busy=busy)
    slots = [slot for mine in placed.values() for slot in mine]
    assert len(set(slots)) == len(slots)
    assert not any(slot.overlaps(other) for slot in slots for other in busy)
    for weekday in range(1, 6):
        mine = sum(slot.weekday == weekday for slot in slots)
        others = sum(slot.weekday == weekday for slot in busy)
        assert mine == 0 or mine + others <= 7
    for code, wanted in hours.items():
        assert len(placed[code]) <= wanted
    if sum(hours.values()) <= 35 and not busy:
        assert len(slots) == sum(hours.values())
    assert placed == spread_lessons(dict(reversed(hours.items())), busy=busy)


def test_club_takes_time_but_no_lesson_of_the_day():
    club = [Slot(day, time(15, 10), time(16, 40)) for day in range(1, 6)]
    assert len(spread_lessons({"a": Decimal(35)}, blocked=club)["a"]) == 35
    assert len(spread_lessons({"a": Decimal(35)}, busy=club)["a"]) == 25


def test_wished_courses_never_make_the_week_of_the_profile_too_long():
    request = replace(REQUEST, profile_code="socio-economic", settlement="Тазовский", home_advanced=ALL_ADVANCED)
    physics, chemistry = offer("phys"), offer("chem", code="chemistry", slots=())
    suggestion = suggest_plan(
        replace(request, wished_offer_ids=("phys", "chem")), RULES_FROM_2025, [physics, chemistry]
    )
    assert not has_errors(suggestion.findings)
    assert {one.offer_id for one in suggestion.unmet} <= {"phys", "chem"}
    assert suggestion.unmet
    assert {cause.code for one in suggestion.unmet for cause in one.causes} == {ObstacleCode.WEEK_FULL}


def test_third_advanced_subject_of_the_profile_stays_basic_when_the_week_is_full():
    wished = (offer("phys"), offer("inf", code="informatics", slots=(WED,)), offer("lit", code="literature", slots=()))
    request = replace(REQUEST, home_advanced=ALL_ADVANCED, wished_offer_ids=("lit", "phys", "inf"))
    suggestion = suggest_plan(request, RULES_FROM_2025, wished)
    assert not has_errors(suggestion.findings)
    assert set(suggestion.plan.advanced_codes) == {"literature", "physics", "informatics"}
