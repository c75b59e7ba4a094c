"""An offer as a sender states it, before any rule has looked at it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum


class Level(StrEnum):
    """The level at which a course is taught."""

    BASE = "base"
    ADVANCED = "advanced"  # углублённый
    ELECTIVE = "elective"
    EXTRACURRICULAR = "extracurricular"  # внеурочная деятельность


class Mode(StrEnum):
    """Where the pupil is while the lesson goes on."""

    ONSITE = "onsite"
    ONLINE = "online"
    MIXED = "mixed"


LEVEL_TITLES = {
    Level.BASE: "базовый",
    Level.ADVANCED: "углублённый",
    Level.ELECTIVE: "элективный",
    Level.EXTRACURRICULAR: "внеурочный",
}
MODE_TITLES = {Mode.ONSITE: "очно", Mode.ONLINE: "онлайн", Mode.MIXED: "смешанно"}
SUBJECT_LEVELS = frozenset({Level.BASE, Level.ADVANCED})
WEEKDAY_TITLES = ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс")

LESSON_MINUTES_MAX = 45
LESSON_MINUTES_MIN = 20
BREAK_MINUTES_MIN = 10
DOUBLE_MINUTES_MIN = 70  # 2 × 30 and a break of 10
DOUBLE_MINUTES_MAX = 110  # 2 × 45 and a break of 20


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A weekly time: weekday 1 (Monday) to 7, local time of the place."""

    weekday: int
    start: time
    end: time

    @property
    def minutes(self) -> int:
        """Length in minutes, negative when the end lies before the start."""
        return _minutes(self.end) - _minutes(self.start)

    @property
    def lessons(self) -> int:
        """Lessons that the slot holds: one, two with a break between, or 0 when its length fits neither."""
        if LESSON_MINUTES_MIN <= self.minutes <= LESSON_MINUTES_MAX:
            return 1
        return 2 if DOUBLE_MINUTES_MIN <= self.minutes <= DOUBLE_MINUTES_MAX else 0

    def overlaps(self, other: "Slot") -> bool:
        """Whether one pupil cannot be in both."""
        return self.weekday == other.weekday and self.start < other.end and other.start < self.end

    def minutes_between(self, other: "Slot") -> int | None:
        """Minutes from the end of the earlier to the start of the later; None on different days."""
        if self.weekday != other.weekday:
            return None
        first, second = sorted((self, other))
        return _minutes(second.start) - _minutes(first.end)

    def __str__(self) -> str:
        day = WEEKDAY_TITLES[self.weekday - 1] if 1 <= self.weekday <= 7 else f"день {self.weekday}"
        return f"{day} {self.start:%H:%M}–{self.end:%H:%M}"


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """One course that an organisation offers to pupils of other organisations.

    `external_id` is the sender's own number of the offer: the same number again changes the offer and never doubles it.
    Days are business dates, the enrolment window includes both its days.
    """

    external_id: str
    course_title: str
    subject_code: str
    level: Level
    grades: tuple[int, ...]
    hours_total: int
    hours_per_week: Decimal
    capacity: int
    term_start: date
    term_end: date
    mode: Mode
    settlement: str
    slots: tuple[Slot, ...]
    language: str
    enrolment_opens: date
    enrolment_closes: date
    tariff_reference: str
    teacher_id: str | None = None
    description: str = ""
    prerequisites: tuple[str, ...] = field(default=())

    def slot_pairs(self) -> Iterator[tuple[int, int, Slot, Slot]]:
        """Every two slots of the offer with their places."""
        for later, second in enumerate(self.slots):
            for earlier, first in enumerate(self.slots[:later]):
                yield earlier, later, first, second
