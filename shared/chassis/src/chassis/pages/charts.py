"""Geometry of the small SVG pictures: everything is an attribute, so that no inline style is needed."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.pages.formats import number_ru

WIDTH_MIN = 380  # about the width of a card, so that the text of a chart keeps its size
Number = int | float


@dataclass(frozen=True, slots=True)
class Spark:
    """A line through the values in a box of 100 × 28, its area down to the floor, and the last point."""

    line: str
    area: str
    end_x: str
    end_y: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart: its box, the middle of it, and its label and value as text."""

    x: str
    y: str
    width: str
    height: str
    middle: str
    label: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Columns in a box of `width` × `height`, with the height of a goal line if there is a goal."""

    width: int
    height: int
    floor: int
    columns: tuple[Column, ...]
    goal_y: str


def share(value: float, whole: float) -> str:
    """A part of a whole as a percentage for an SVG attribute, kept between 0 and 100."""
    part = 0.0 if not whole else min(max(float(value) / float(whole), 0.0), 1.0)
    return f"{part * 100:.2f}".rstrip("0").rstrip(".") + "%"


def spark(values: Sequence[Number]) -> Spark:
    """The line of a sparkline; a single value is a flat line, no value an empty one."""
    points = [float(value) for value in values]
    if not points:
        return Spark("", "", "0", "0")
    if len(points) == 1:
        points = points * 2
    low, high = min(points), max(points)
    reach = (high - low) or 1.0
    step = 100 / (len(points) - 1)
    places = [(f"{index * step:.1f}", f"{25 - (value - low) / reach * 22:.1f}") for index, value in enumerate(points)]
    line = "M" + "L".join(f"{x} {y}" for x, y in places)
    return Spark(line, f"{line}L100 28L0 28Z", *places[-1])


def column_chart(
    items: Sequence[tuple[str, Number] | tuple[str, Number, str] | tuple[str, Number, str, str]], goal: Number | None
) -> ColumnChart:
    """Columns from (label, value[, text[, tone]]), scaled to the greatest value or the goal."""
    height, head, foot = 180, 22, 24
    slot = max(64, WIDTH_MIN // max(len(items), 1))
    thick = min(slot - 20, 48)
    floor = height - foot
    highest = max([float(item[1]) for item in items] + [float(goal or 0), 0.0]) or 1.0
    columns = []
    for index, (label, value, *rest) in enumerate(items):
        tall = max(float(value), 0.0) / highest * (floor - head)
        columns.append(
            Column(
                x=f"{index * slot + (slot - thick) / 2:g}",
                y=f"{floor - tall:.1f}",
                width=f"{thick}",
                height=f"{tall:.1f}",
                middle=f"{index * slot + slot / 2:g}",
                label=label,
                text=str(rest[0]) if rest else number_ru(value),
                tone=str(rest[1]) if len(rest) > 1 else "",
            )
        )
    goal_y = f"{floor - float(goal) / highest * (floor - head):.1f}" if goal is not None else ""
    return ColumnChart(max(len(columns), 1) * slot, height, floor, tuple(columns), goal_y)


def heat(value: float, highest: float) -> int:
    """How strongly a cell of a matrix is coloured: 0 (nothing) to 5 (the greatest)."""
    if value <= 0 or highest <= 0:
        return 0
    return min(5, 1 + int(min(value / highest, 1.0) * 4.999))


def page_numbers(page: int, pages: int) -> list[int | None]:
    """Numbers to show in a pager: the ends, the neighbours of `page`, and None where a stretch is left out."""
    shown = sorted({1, pages, *range(max(1, page - 1), min(pages, page + 1) + 1)})
    numbers: list[int | None] = []
    for number in shown:
        last = numbers[-1] if numbers else 0
        if last is not None and number - last == 2:
            numbers.append(number - 1)
        elif last is not None and number - last > 2:
            numbers.append(None)
        numbers.append(number)
    return numbers
