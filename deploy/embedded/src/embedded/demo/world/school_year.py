"""The calendar of the school year 2026/27: business dates, never the clock."""

from collections.abc import Iterator
from datetime import date, timedelta

SCHOOL_YEAR = 2026
ROLL_DAY = date(2026, 9, 1)
BASE_DAY = date(2026, 9, 20)
ENROLMENT_OPENS, ENROLMENT_CLOSES = date(2026, 8, 24), date(2026, 9, 11)
TERM_START, HALF_YEAR_END, TERM_END = date(2026, 9, 14), date(2026, 12, 25), date(2027, 5, 21)
SECOND_HALF_START = date(2027, 1, 11)
RESULTS_DAY = date(2026, 12, 28)
AUTUMN_BREAK = (date(2026, 10, 26), date(2026, 11, 1))
HOLIDAYS = frozenset({date(2026, 11, 4)})


def is_study_day(day: date) -> bool:
    """Whether lessons are given on the day in the first half-year."""
    return not AUTUMN_BREAK[0] <= day <= AUTUMN_BREAK[1] and day not in HOLIDAYS and day.isoweekday() != 7


def study_days(first: date, last: date) -> Iterator[date]:
    """Every study day between two days, both included."""
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if is_study_day(day):
            yield day
