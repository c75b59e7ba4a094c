"""The columns of the workbook of offers and the way of a row to a draft; no file format is known here.

A cell that begins with = + - @ is a formula to a spreadsheet. Here it is always text: reading never computes it, and
`defuse` writes it so that no spreadsheet computes it either.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from catalog.domain.draft import WEEKDAY_TITLES, OfferDraft
from catalog.domain.subjects import LANGUAGES, find_subject
from catalog.domain.submission import read_submission
from chassis.errors import FieldError

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
TEXT_MARK = "'"
ROWS_MAX = 2000
SLOT_PATTERN = re.compile(r"([а-я]{2})\.?\s*(\d{1,2}:\d{2})\s*[-–—]\s*(\d{1,2}:\d{2})")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field it fills, its Russian header, an example, and how its cell becomes a primitive value."""

    field: str
    header: str
    example: str
    read: Callable[[object], object]
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class CellError:
    """One fault of one cell; `row` counts from 1 as the spreadsheet shows it, `header` names the column."""

    row: int
    header: str
    error: FieldError


@dataclass(frozen=True, slots=True)
class RowReading:
    """A row as a draft, or its faults."""

    row: int
    draft: OfferDraft | None
    errors: tuple[CellError, ...] = ()


@dataclass(frozen=True, slots=True)
class HeaderReading:
    """Where each field stands (places from 0), or the headers that are missing."""

    places: Mapping[str, int]
    errors: tuple[CellError, ...] = ()


def is_formula(value: object) -> bool:
    """Whether a spreadsheet would take the value for a formula."""
    return isinstance(value, str) and value.startswith(FORMULA_SIGNS)


def defuse(value: str) -> str:
    """The value as text that no spreadsheet computes; `plain` gives the value back."""
    return TEXT_MARK + value if is_formula(value) else value


def plain(value: object) -> object:
    """A cell's value without the mark of text and without blanks around; an empty cell is None."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith(TEXT_MARK) and is_formula(text[1:]):
        text = text[1:]
    return text or None


def _subject(value: object) -> object:
    subject = find_subject(str(value))
    return subject.code if subject else value


def _grades(value: object) -> object:
    return re.findall(r"\d+", str(value)) or value


def _language(value: object) -> object:
    return next((code for code, title in LANGUAGES.items() if str(value).casefold() == title), value)


def _codes(value: object) -> object:
    return [_subject(part.strip()) for part in str(value).split(";") if part.strip()]


def _slots(value: object) -> object:
    """`Вт 15:10–16:40; Чт 15:10–15:55` as a list of slots; what does not match stays text and becomes an error."""
    days = {title.casefold(): number for number, title in enumerate(WEEKDAY_TITLES, start=1)}
    slots: list[object] = []
    for part in re.split(r"[;\n]", str(value)):
        if not part.strip():
            continue
        match = SLOT_PATTERN.fullmatch(part.strip().casefold())
        slots.append({"weekday": days.get(match[1], 0), "start": match[2], "end": match[3]} if match else part.strip())
    return slots


def _same(value: object) -> object:
    return value


def _text(value: object) -> object:
    """Text of a cell that a spreadsheet may have turned into a number: 101.0 is «101»."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


COLUMNS = (
    Column("external_id", "Номер предложения", "2026-ФИЗ-1", _text),
    Column("course_title", "Название курса", "Физика: углублённый курс", _text),
    Column("subject_code", "Предмет или направленность", "Физика", _subject),
    Column("level", "Уровень", "углублённый", _same),
    Column("grades", "Классы", "10, 11", _grades),
    Column("hours_total", "Часов всего", "102", _same),
    Column("hours_per_week", "Часов в неделю", "3", _same),
    Column("capacity", "Мест", "15", _same),
    Column("term_start", "Начало", "01.09.2026", _same),
    Column("term_end", "Конец", "25.05.2027", _same),
    Column("mode", "Форма", "онлайн", _same),
    Column("settlement", "Населённый пункт", "Тазовский", _text),
    Column("slots", "Расписание", "Вт 15:10–16:40; Чт 15:10–15:55", _slots, is_required=False),
    Column("language", "Язык", "русский", _language, is_required=False),
    Column("enrolment_opens", "Запись с", "20.05.2026", _same),
    Column("enrolment_closes", "Запись по", "15.09.2026", _same),
    Column("tariff_reference", "Тариф", "free", _text, is_required=False),
    Column("teacher_id", "Номер педагога", "", _text, is_required=False),
    Column("prerequisites", "Что изучено до курса", "Математика", _codes, is_required=False),
    Column("description", "О курсе", "Механика и электродинамика с практикумом.", _text, is_required=False),
)
HEADERS = {column.field: column.header for column in COLUMNS}


def read_headers(cells: Sequence[object]) -> HeaderReading:
    """Finds the columns by their headers, whatever their order; headers that nobody knows are left alone."""
    seen = {str(plain(cell)).casefold(): place for place, cell in enumerate(cells) if plain(cell) is not None}
    places = {column.field: seen[column.header.casefold()] for column in COLUMNS if column.header.casefold() in seen}
    missing = tuple(
        CellError(1, column.header, FieldError(column.field, "Столбца нет в первой строке.", "Возьмите шаблон."))
        for column in COLUMNS
        if column.is_required and column.field not in places
    )
    return HeaderReading(places, missing)


def is_blank(cells: Sequence[object]) -> bool:
    """Whether a row is empty and is passed over in silence."""
    return all(plain(cell) is None for cell in cells)


def read_row(row: int, cells: Sequence[object], places: Mapping[str, int]) -> RowReading:
    """A row of the workbook as a draft or as faults that name the row and the column."""
    raw: dict[str, object] = {}
    for column in COLUMNS:
        place = places.get(column.field)
        value = plain(cells[place]) if place is not None and place < len(cells) else None
        if value is not None:
            raw[column.field] = column.read(value)
    reading = read_submission(raw)
    return RowReading(row, reading.draft, tuple(locate(row, error) for error in reading.errors))


def locate(row: int, error: FieldError) -> CellError:
    """The cell to which a fault of the draft belongs (also for the faults that `check_offer` finds)."""
    field = re.split(r"[.\[]", error.field, maxsplit=1)[0]
    return CellError(row, HEADERS.get(field, "Строка"), error)
