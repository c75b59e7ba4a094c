"""Weekly times of lessons, and a way to lay the lessons of the home school around those of other organisations."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from math import ceil

WEEKDAY_TITLES = ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс")
DOUBLE_MINUTES_MIN = 70  # two lessons of 30 minutes and a break of 10


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A weekly time: weekday 1 (Monday) to 7, local time of the place."""

    weekday: int
    start: time
    end: time

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return _minutes(self.end) - _minutes(self.start)

    @property
    def lessons(self) -> int:
        """One lesson, or two when the slot is long enough for both and a break."""
        return 2 if self.minutes >= DOUBLE_MINUTES_MIN else 1

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
        return f"{WEEKDAY_TITLES[self.weekday - 1]} {self.start:%H:%M}–{self.end:%H:%M}"


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _bell(hour: int, minute: int) -> tuple[time, time]:
    end = hour * 60 + minute + 45
    return time(hour, minute), time(end // 60, end % 60)


# seven lessons of 45 minutes from 8:30 to 14:55: time remains to reach a lesson at 15:10 in the same settlement
BELLS = (_bell(8, 30), _bell(9, 25), _bell(10, 20), _bell(11, 25), _bell(12, 20), _bell(13, 15), _bell(14, 10))


def spread_lessons(
    hours: Mapping[str, Decimal],
    *,
    busy: Iterable[Slot] = (),
    blocked: Iterable[Slot] = (),
    weekdays: Sequence[int] = (1, 2, 3, 4, 5),
    lessons_per_day_max: int = 7,
) -> dict[str, tuple[Slot, ...]]:
    """Lays weekly hours by subject on the bells of a week, around other lessons; equal input gives an equal week.

    `busy` slots count as lessons of their day, `blocked` ones (clubs, extracurricular hours) only take the time.
    Each lesson goes to the day that has the fewest of its subject, then the fewest lessons. A subject whose lessons find
    no bell gets fewer slots than hours: the rules then tell what does not fit. A half hour takes a whole bell.
    """
    lessons = tuple(busy)
    taken = [*lessons, *blocked]
    load = Counter(dict.fromkeys(weekdays, 0))
    for slot in lessons:
        load[slot.weekday] += slot.lessons
    placed: dict[str, list[Slot]] = {code: [] for code in hours}
    order = sorted(hours, key=lambda code: (-hours[code], code))
    for turn in range(max((ceil(value) for value in hours.values()), default=0)):
        for code in order:
            if turn >= ceil(hours[code]):
                continue
            mine = Counter(slot.weekday for slot in placed[code])
            free = [
                (mine[weekday], load[weekday], weekday, bell)
                for weekday in weekdays
                if load[weekday] < lessons_per_day_max and (bell := _first_free(weekday, taken)) is not None
            ]
            if free:
                *_, weekday, chosen = min(free)
                taken.append(chosen)
                placed[code].append(chosen)
                load[weekday] += 1
    return {code: tuple(sorted(slots)) for code, slots in placed.items()}


def _first_free(weekday: int, taken: Sequence[Slot]) -> Slot | None:
    for start, end in BELLS:
        slot = Slot(weekday, start, end)
        if not any(slot.overlaps(other) for other in taken):
            return slot
    return None
