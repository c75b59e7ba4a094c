"""A week of a plan as a grid: what is when and where, which lessons clash, and the way between them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import time

from enrollment.domain.fit import find_clash, place_of
from enrollment.domain.plan import Mode, Plan, PlanItem
from enrollment.domain.timetable import WEEKDAY_TITLES, Slot
from enrollment.domain.travel import TAZOVSKY_DISTRICT, TravelMatrix


@dataclass(frozen=True, slots=True)
class GridLesson:
    """A lesson in the grid; `place` is home, network or online, `way_minutes` the way to it from the lesson before."""

    item: PlanItem
    slot: Slot
    place: str
    clash: str | None = None
    way_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class GridRow:
    """All lessons that start at one time, by weekday."""

    start: time
    cells: tuple[tuple[GridLesson, ...], ...]


@dataclass(frozen=True, slots=True)
class WeekGrid:
    """The grid: titles of its days and its rows in time."""

    days: tuple[str, ...]
    rows: tuple[GridRow, ...]

    def day(self, place: int) -> tuple[GridLesson, ...]:
        """The lessons of one day in time; `place` counts from 0."""
        return tuple(lesson for row in self.rows for lesson in row.cells[place])


def week_of(plan: Plan, grade: int, travel: TravelMatrix = TAZOVSKY_DISTRICT) -> WeekGrid:
    """The week of a grade: its study days, and the weekend only when something is taught there."""
    lessons = sorted(_lessons(plan, grade), key=lambda lesson: (lesson.slot, lesson.item.title))
    lessons = [_judged(lesson, lessons, plan, travel) for lesson in lessons]
    last = max([plan.week_days, *(lesson.slot.weekday for lesson in lessons)])
    rows = [
        GridRow(
            start,
            tuple(
                tuple(one for one in lessons if one.slot.weekday == weekday and one.slot.start == start)
                for weekday in range(1, last + 1)
            ),
        )
        for start in sorted({lesson.slot.start for lesson in lessons})
    ]
    return WeekGrid(WEEKDAY_TITLES[:last], tuple(rows))


def _lessons(plan: Plan, grade: int) -> Iterator[GridLesson]:
    for item in plan.items_of(grade):
        place = "home" if not item.is_network else "online" if item.mode is Mode.ONLINE else "network"
        for slot in item.slots:
            yield GridLesson(item, slot, place)


def _judged(lesson: GridLesson, lessons: list[GridLesson], plan: Plan, travel: TravelMatrix) -> GridLesson:
    same_day = [one for one in lessons if one.slot.weekday == lesson.slot.weekday and one is not lesson]
    clash = None
    for one in same_day:
        found = find_clash(
            replace(lesson.item, slots=(lesson.slot,)), replace(one.item, slots=(one.slot,)), plan, travel
        )
        if found is not None:
            clash = found.message
            break
    earlier = [one for one in same_day if one.slot.end <= lesson.slot.start]
    way = None
    if earlier:
        before = max(earlier, key=lambda one: one.slot.end)
        here, there = place_of(before.item, plan), place_of(lesson.item, plan)
        way = None if here == there else travel.daily_minutes(here[1], there[1])
    return replace(lesson, clash=clash, way_minutes=way)
