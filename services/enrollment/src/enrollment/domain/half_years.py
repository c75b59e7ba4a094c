"""Half-years of a school year: `2026-H1` is September to December 2026, `2026-H2` January to August 2027."""

from datetime import date
from decimal import Decimal

from chassis.errors import DomainError, FieldError
from enrollment.domain.curriculum import WEEKS_PER_YEAR

WEEKS = Decimal(WEEKS_PER_YEAR) / 2


def half_year_days(code: str) -> tuple[date, date]:
    """First and last day; DomainError `half_year.unknown` for another form."""
    year, _, half = code.partition("-H")
    if not (len(year) == 4 and year.isdecimal() and half in ("1", "2")):
        error = FieldError("half_year", f"Полугодия «{code}» нет.", "Напишите год начала учёбы и половину: 2026-H1.")
        raise DomainError("Полугодие указано неверно.", errors=(error,), code="half_year.unknown")
    start = int(year)
    if half == "1":
        return date(start, 9, 1), date(start, 12, 31)
    return date(start + 1, 1, 1), date(start + 1, 8, 31)


def half_year_of(day: date) -> str:
    """The half-year that holds the day."""
    return f"{day.year}-H1" if day.month >= 9 else f"{day.year - 1}-H2"


def half_year_title(code: str) -> str:
    """«I полугодие 2026/27»."""
    year, _, half = code.partition("-H")
    return f"{'I' if half == '1' else 'II'} полугодие {year}/{(int(year) + 1) % 100:02d}"
