from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Conflict, DomainError
from enrollment.domain.attendance import (
    AttendanceStatus,
    AttendanceSummary,
    LessonPresence,
    accepted_hours,
    is_at_risk,
    summarise,
)
from enrollment.domain.results import (
    IncompleteMarks,
    ResultAction,
    ResultState,
    ReturnReason,
    Scale,
    YearMarks,
    annual_mark,
    check_mark,
    final_mark,
    is_passing,
    mark_by_points,
    mean_half_up,
    next_result_state,
    notice_due_on,
    recognition_obstacles,
)


def test_half_goes_up():
    assert annual_mark(3, 4) == 4
    assert annual_mark(4, 5) == 5
    # 3 4 4 | 3 4 4: 22 of 6 is 3.67
    assert final_mark([YearMarks(10, 3, 4, 4), YearMarks(11, 3, 4, 4)]) == 4
    # 3 4 4 | 3 3 3 + … exactly 3.5
    assert final_mark([YearMarks(10, 3, 4, 4), YearMarks(11, 3, 3, 4)]) == 4
    assert final_mark([YearMarks(10, 3, 4, 4), YearMarks(11, 3, 3, 3)]) == 3


@given(st.lists(st.integers(2, 5), min_size=1, max_size=50))
def test_mean_is_exact(marks):
    assert mean_half_up(marks) == floor(Fraction(sum(marks), len(marks)) + Fraction(1, 2))


def test_missing_half_year_names_itself():
    with pytest.raises(IncompleteMarks) as refusal:
        final_mark([YearMarks(10, 4, 4, 4), YearMarks(11, 4, None, None)])
    assert [error.field for error in refusal.value.errors] == ["11.second_half", "11.annual"]
    with pytest.raises(IncompleteMarks):
        final_mark([])


@pytest.mark.parametrize(
    ("mark", "is_graded", "is_valid", "passes"),
    [
        ("5", True, True, True),
        ("2", True, True, False),
        ("1", True, False, False),
        ("pass", True, False, True),
        ("pass", False, True, True),
        ("fail", False, True, False),
        ("5", False, False, True),
    ],
)
def test_marks_of_both_kinds(mark, is_graded, is_valid, passes):
    assert (check_mark(mark, is_graded=is_graded) is None) == is_valid
    assert is_passing(mark) == passes


def test_points_become_a_mark_by_the_scale_fixed_before():
    scale = Scale("2026-1", {"задачи": 20, "опыт": 10}, {3: 12, 4: 20, 5: 26})
    assert [mark_by_points({"задачи": n, "опыт": 6}, scale) for n in (5, 6, 14, 20)] == [2, 3, 4, 5]
    for points in ({"задачи": 21}, {"задачи": -1}, {"прилежание": 0}):
        with pytest.raises(DomainError) as refusal:
            mark_by_points(points, scale)
        assert refusal.value.error_code == "result.points"


def test_result_comes_back_and_goes_again():
    state = next_result_state(ResultState.ISSUED, ResultAction.RETURN)
    state = next_result_state(state, ResultAction.REISSUE)
    state = next_result_state(state, ResultAction.ACCEPT)
    assert next_result_state(state, ResultAction.RECOGNIZE) is ResultState.RECOGNIZED
    for action in ResultAction:
        with pytest.raises(Conflict):
            next_result_state(ResultState.RECOGNIZED, action)


def test_recognition_is_refused_for_a_mismatch_only():
    given_result = {
        "planned_code": "physics",
        "planned_level": "advanced",
        "planned_hours": 34,
        "issued_code": "physics",
        "issued_level": "advanced",
        "issued_hours": 34,
        "mark": "4",
    }
    assert recognition_obstacles(**given_result) == ()
    assert recognition_obstacles(**given_result | {"issued_hours": 40, "mark": "2"}) == ()
    assert recognition_obstacles(**given_result | {"issued_level": "base", "issued_hours": 33}) == (
        ReturnReason.LEVEL_MISMATCH,
        ReturnReason.HOURS_MISMATCH,
    )
    assert recognition_obstacles(**given_result | {"mark": ""}) == (ReturnReason.MARK_MISSING,)


def test_notice_skips_weekends_and_holidays():
    assert notice_due_on(date(2026, 12, 24)) == date(2026, 12, 29)  # Thursday: Fri, Mon, Tue
    assert notice_due_on(date(2026, 12, 30), {date(2026, 12, 31), date(2027, 1, 1)}) == date(2027, 1, 6)


def lessons(*statuses):
    return [LessonPresence(AttendanceStatus(status), Decimal(2)) for status in statuses]


def test_only_attended_hours_are_accepted_unless_the_contract_says_otherwise():
    assert accepted_hours(AttendanceStatus.REMOTE, Decimal(2)) == 2
    assert accepted_hours(AttendanceStatus.EXCUSED, Decimal(2)) == 0
    assert accepted_hours(AttendanceStatus.ABSENT, Decimal(2), absence_counts=True) == 2


def test_summary_adds_up():
    summary = summarise(lessons("present", "late", "absent"))
    assert summary == AttendanceSummary(3, 2, Decimal(6), Decimal(4))
    assert summary.percent == Decimal("66.7")
    assert summarise([]).percent == 100


def test_risk_does_not_flicker_between_its_bounds():
    three = summarise(lessons("absent", "absent", "absent"))
    assert not is_at_risk(three, was_at_risk=False)
    between = summarise(lessons("present", "present", "present", "absent"))  # 75 %
    assert not is_at_risk(between, was_at_risk=False)
    assert is_at_risk(between, was_at_risk=True)
    low = summarise(lessons("present", "absent", "present", "absent"))
    assert is_at_risk(low, was_at_risk=False)
    assert not is_at_risk(summarise(lessons(*["present"] * 4, "absent")), was_at_risk=True)  # 80 %
