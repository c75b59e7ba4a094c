"""Settlement periods: months with a cut-off day. The period of a lesson follows from its date alone, never from
arrival.

open → closing → closed → settled; nothing reopens. A lesson of a month that no longer accepts postings (it came late,
or was corrected) goes to that month's next *correcting* period, so nothing is lost or counted twice at the close.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from chassis.errors import Conflict, DomainError, FieldError
from settlement.domain.states import require_transition, require_version

CALENDAR_MONTH_CUT_OFF = 31
"""The cut-off day that makes a period a calendar month."""


class PeriodNotReady(Conflict):
    """Период ещё нельзя перевести в следующее состояние."""

    code = "settlement.period_not_ready"


class PeriodUnknown(DomainError):
    """Это не расчётный период."""

    code = "settlement.period_unknown"


class PeriodState(StrEnum):
    """Where a period stands."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    SETTLED = "settled"


PERIOD_LABELS: Mapping[PeriodState, str] = {
    PeriodState.OPEN: "открыт",
    PeriodState.CLOSING: "закрывается",
    PeriodState.CLOSED: "закрыт",
    PeriodState.SETTLED: "рассчитан",
}
PERIOD_TRANSITIONS: Mapping[PeriodState, frozenset[PeriodState]] = {
    PeriodState.OPEN: frozenset({PeriodState.CLOSING}),
    PeriodState.CLOSING: frozenset({PeriodState.CLOSED}),
    PeriodState.CLOSED: frozenset({PeriodState.SETTLED}),
    PeriodState.SETTLED: frozenset(),
}


@dataclass(frozen=True, slots=True, order=True)
class PeriodKey:
    """A month of settlement, `correction` 0 for the main period and 1, 2, … for its correcting ones."""

    year: int
    month: int
    correction: int = 0

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 1 <= self.year <= 9999 and self.correction >= 0):
            raise ValueError(f"no such period: {self.year}-{self.month}/{self.correction}")

    def __str__(self) -> str:
        month = f"{self.year:04d}-{self.month:02d}"
        return f"{month}/{self.correction}" if self.correction else month

    @classmethod
    def parse(cls, text: str) -> "PeriodKey":
        """Read back what `str` wrote: `2025-09` or, for a correcting period, `2025-09/1`."""
        month, _, correction = text.partition("/")
        year, _, number = month.partition("-")
        return cls(int(year), int(number), int(correction or 0))

    @property
    def main(self) -> "PeriodKey":
        """The period that this one corrects, or itself."""
        return replace(self, correction=0)

    @property
    def next_correction(self) -> "PeriodKey":
        """The correcting period that follows this one."""
        return replace(self, correction=self.correction + 1)

    def last_day(self, cut_off_day: int = CALENDAR_MONTH_CUT_OFF) -> date:
        """The last day whose lessons belong here: the cut-off day, or the end of a shorter month."""
        return date(self.year, self.month, _cut_off(self.year, self.month, cut_off_day))

    def first_day(self, cut_off_day: int = CALENDAR_MONTH_CUT_OFF) -> date:
        """The first day whose lessons belong here: the day after the previous month's cut-off."""
        before = date(self.year, self.month, 1) - timedelta(days=1)
        return date(before.year, before.month, _cut_off(before.year, before.month, cut_off_day)) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The state of one period; every step gives a new value with the next version."""

    key: PeriodKey
    state: PeriodState = PeriodState.OPEN
    version: int = 1

    @property
    def accepts_postings(self) -> bool:
        """Whether an accrual may still be posted here."""
        return self.state is PeriodState.OPEN

    def start_closing(self, *, expected_version: int) -> "Period":
        """Stop taking accruals; from here a late lesson goes to the correcting period."""
        return self._move(PeriodState.CLOSING, expected_version)

    def close(self, *, expected_version: int, obligations_without_act: int) -> "Period":
        """Close once every obligation stands on an act; a period without any closes too. Raises PeriodNotReady."""
        closed = self._move(PeriodState.CLOSED, expected_version)
        if obligations_without_act:
            raise PeriodNotReady(
                f"Период {self.key}: {obligations_without_act} обязательств ещё не вошли в акты.",
                errors=(FieldError("acts", "Не все обязательства в актах.", "Сформируйте акты и повторите закрытие."),),
            )
        return closed

    def settle(self, *, expected_version: int, unsettled_pairs: int) -> "Period":
        """Mark settled once no pair of organisations owes anything for it. Raises PeriodNotReady."""
        settled = self._move(PeriodState.SETTLED, expected_version)
        if unsettled_pairs:
            raise PeriodNotReady(
                f"Период {self.key}: расчёты не завершены, пар с остатком долга: {unsettled_pairs}.",
                errors=(
                    FieldError("outstanding", "Есть непогашенный остаток.", "Проведите расчёт законным способом."),
                ),
            )
        return settled

    def _move(self, target: PeriodState, expected_version: int) -> "Period":
        subject = f"Период {self.key}"
        require_version(subject, expected=expected_version, actual=self.version)
        require_transition(subject, PERIOD_TRANSITIONS, PERIOD_LABELS, self.state, target)
        return replace(self, state=target, version=self.version + 1)


def period_of(delivered_on: date, cut_off_day: int = CALENDAR_MONTH_CUT_OFF) -> PeriodKey:
    """The main period of a lesson of that day (in the host's zone): up to the cut-off this month, after it the next."""
    if isinstance(delivered_on, datetime):
        raise TypeError("a period follows from the local date of the lesson, not from an instant")
    year, month = delivered_on.year, delivered_on.month
    if delivered_on.day > _cut_off(year, month, cut_off_day):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return PeriodKey(year, month)


def period_named(text: str) -> PeriodKey:
    """The period that a person or a program named: `2025-09`, a correcting one `2025-09/1`. Raises PeriodUnknown."""
    if not re.fullmatch(r"[1-9]\d{3}-(0[1-9]|1[0-2])(/[1-9]\d{0,2})?", text, re.ASCII):
        raise PeriodUnknown(
            "Период указан неверно.",
            errors=(FieldError("period", "Это не месяц.", "Напишите ГГГГ-ММ, например 2025-09."),),
        )
    return PeriodKey.parse(text)


def accepting_period(key: PeriodKey, states: Mapping[PeriodKey, PeriodState]) -> PeriodKey:
    """Where an accrual of that month is posted now: the main period while it is open, else its first open correction.

    A period missing from `states` does not exist yet and may be opened.
    """
    candidate = key.main
    while states.get(candidate, PeriodState.OPEN) is not PeriodState.OPEN:
        candidate = candidate.next_correction
    return candidate


def _cut_off(year: int, month: int, cut_off_day: int) -> int:
    if not 1 <= cut_off_day <= CALENDAR_MONTH_CUT_OFF:
        raise ValueError(f"a cut-off day lies between 1 and 31: {cut_off_day}")
    return min(cut_off_day, monthrange(year, month)[1])
