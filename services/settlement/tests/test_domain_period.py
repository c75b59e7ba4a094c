"""Periods follow from date and cut-off alone; nothing is lost or doubled at a close (invariants 7, 8)."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Conflict
from settlement.domain.period import (
    Period,
    PeriodKey,
    PeriodNotReady,
    PeriodState,
    accepting_period,
    period_of,
)
from settlement.domain.states import IllegalTransition, StaleVersion

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
CUT_OFFS = st.integers(1, 31)


@pytest.mark.parametrize(
    ("day", "cut_off_day", "period"),
    [
        (date(2025, 9, 25), 25, "2025-09"),
        (date(2025, 9, 26), 25, "2025-10"),
        (date(2025, 12, 26), 25, "2026-01"),
        (date(2026, 2, 28), 30, "2026-02"),  # a shorter month ends with itself
        (date(2026, 3, 1), 30, "2026-03"),
        (date(2025, 9, 30), 31, "2025-09"),
        (date(2028, 2, 29), 28, "2028-03"),
    ],
)
def test_a_lesson_after_the_cut_off_belongs_to_the_next_month(day: date, cut_off_day: int, period: str) -> None:
    assert str(period_of(day, cut_off_day)) == period


@given(DAYS, CUT_OFFS)
def test_every_day_lies_in_exactly_one_period(day: date, cut_off_day: int) -> None:
    key = period_of(day, cut_off_day)
    assert key.first_day(cut_off_day) <= day <= key.last_day(cut_off_day)
    after = period_of(key.last_day(cut_off_day) + timedelta(days=1), cut_off_day)
    assert after.first_day(cut_off_day) == key.last_day(cut_off_day) + timedelta(days=1)
    assert after > key


def test_an_instant_is_not_a_day() -> None:
    with pytest.raises(TypeError):
        period_of(datetime(2025, 9, 30, 22, tzinfo=UTC))


@pytest.mark.parametrize("cut_off_day", [0, 32])
def test_a_cut_off_outside_a_month_is_refused(cut_off_day: int) -> None:
    with pytest.raises(ValueError, match="cut-off"):
        period_of(date(2025, 9, 1), cut_off_day)


@given(DAYS, st.integers(0, 12))
def test_a_period_reads_back_from_its_name(day: date, correction: int) -> None:
    key = PeriodKey(day.year, day.month, correction)
    assert PeriodKey.parse(str(key)) == key
    assert key.main == period_of(day)


@given(st.lists(st.tuples(st.sampled_from(["lesson", "close"]), DAYS), max_size=60), CUT_OFFS)
def test_nothing_is_lost_or_doubled_when_periods_close_between_lessons(
    steps: list[tuple[str, date]], cut_off_day: int
) -> None:
    states: dict[PeriodKey, PeriodState] = {}
    lessons: Counter[PeriodKey] = Counter()
    posted: Counter[PeriodKey] = Counter()
    frozen: dict[PeriodKey, int] = {}
    for what, day in steps:
        key = accepting_period(period_of(day, cut_off_day), states)
        if what == "close":
            states[key] = PeriodState.CLOSING
            frozen[key] = posted[key]
        else:
            states.setdefault(key, PeriodState.OPEN)
            lessons[period_of(day, cut_off_day)] += 1
            posted[key] += 1
    by_month: Counter[PeriodKey] = Counter()
    for key, count in posted.items():
        by_month[key.main] += count
    assert +by_month == lessons
    assert all(posted[key] == count for key, count in frozen.items())


STEPS: dict[str, Callable[[Period, int], Period]] = {
    "closing": lambda period, version: period.start_closing(expected_version=version),
    "closed": lambda period, version: period.close(expected_version=version, obligations_without_act=0),
    "settled": lambda period, version: period.settle(expected_version=version, unsettled_pairs=0),
}
LEGAL = {("open", "closing"), ("closing", "closed"), ("closed", "settled")}


@pytest.mark.parametrize("target", STEPS)
@pytest.mark.parametrize("state", list(PeriodState))
def test_only_the_legal_steps_are_taken(state: PeriodState, target: str) -> None:
    period = Period(PeriodKey(2025, 9), state, version=4)
    if (state.value, target) in LEGAL:
        moved = STEPS[target](period, 4)
        assert (moved.state, moved.version) == (target, 5)
    else:
        with pytest.raises(IllegalTransition) as refused:
            STEPS[target](period, 4)
        assert refused.value.status == 409
        assert refused.value.errors[0].cure
    assert period == Period(PeriodKey(2025, 9), state, version=4)


def test_a_period_without_a_single_lesson_closes_and_settles() -> None:
    period = Period(PeriodKey(2026, 7))
    for version, step in enumerate(STEPS.values(), start=1):
        period = step(period, version)
    assert period.state is PeriodState.SETTLED
    assert not period.accepts_postings


def test_a_stale_reader_changes_nothing() -> None:
    with pytest.raises(StaleVersion):
        Period(PeriodKey(2025, 9), version=2).start_closing(expected_version=1)


def test_a_period_waits_for_its_acts_and_its_debts() -> None:
    with pytest.raises(PeriodNotReady):
        Period(PeriodKey(2025, 9), PeriodState.CLOSING).close(expected_version=1, obligations_without_act=3)
    with pytest.raises(PeriodNotReady) as refused:
        Period(PeriodKey(2025, 9), PeriodState.CLOSED).settle(expected_version=1, unsettled_pairs=1)
    assert isinstance(refused.value, Conflict)
