"""Reading an offer from primitive values, the same for HTTP, the broker and a workbook: a draft, or Russian errors.

Dates come as `2026-09-01`, times as `08:30`, weekdays as 1–7. Everything is bounded here, so that no later rule meets a
list of a million slots.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from catalog.domain.draft import LEVEL_TITLES, MODE_TITLES, Level, Mode, OfferDraft, Slot
from chassis.errors import FieldError

TEXT_LENGTH_MAX = 200
DESCRIPTION_LENGTH_MAX = 4000
SLOTS_MAX = 20
PREREQUISITES_MAX = 10
NUMBER_MAX = 1_000_000

T = TypeVar("T")
EnumT = TypeVar("EnumT", bound=StrEnum)
Reader = Callable[[object, str], Any]


class Unreadable(Exception):
    """A value that is not what its field holds; carries the errors for the sender."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Reading:
    """A draft or errors, never both and never neither."""

    draft: OfferDraft | None
    errors: tuple[FieldError, ...] = ()


def read_text(value: object, field: str, *, length_max: int = TEXT_LENGTH_MAX) -> str:
    """A line of text with its blanks folded."""
    if not isinstance(value, str):
        raise Unreadable(FieldError(field, "Здесь нужен текст.", "Впишите текст."))
    text = " ".join(value.split())
    if len(text) > length_max:
        raise Unreadable(FieldError(field, f"Слишком длинно: {len(text)} знаков.", f"Сократите до {length_max}."))
    if not all(sign.isprintable() for sign in text):
        raise Unreadable(FieldError(field, "В тексте есть невидимые знаки.", "Наберите текст заново."))
    return text


def read_integer(value: object, field: str) -> int:
    """A whole number; `12.0` of a spreadsheet is one, `true` is not."""
    number = read_decimal(value, field)
    if number != number.to_integral_value():
        raise Unreadable(FieldError(field, "Здесь нужно целое число.", "Уберите дробную часть."))
    return int(number)


def read_decimal(value: object, field: str) -> Decimal:
    """A number with a point or a comma."""
    refusal = Unreadable(FieldError(field, "Здесь нужно число.", "Впишите число цифрами, без букв и формул."))
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise refusal
    try:
        number = Decimal(str(value).strip().replace(",", ".", 1))
    except InvalidOperation:
        raise refusal from None
    if not number.is_finite() or abs(number) > NUMBER_MAX:
        raise refusal
    return number


def read_date(value: object, field: str) -> date:
    """A calendar day: `2026-09-01` or `01.09.2026`."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(str(value).strip(), pattern).date()  # noqa: DTZ007 a business date has no zone
        except ValueError:
            continue
    raise Unreadable(FieldError(field, "Такой даты нет.", "Запишите дату как 2026-09-01 или 01.09.2026."))


def read_time(value: object, field: str) -> time:
    """A local time of day: `08:30`."""
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0, tzinfo=None)
    try:
        return datetime.strptime(str(value).strip(), "%H:%M").time()  # noqa: DTZ007 local time of the place
    except ValueError:
        raise Unreadable(FieldError(field, "Такого времени нет.", "Запишите время как 08:30.")) from None


def read_choice(value: object, field: str, kind: type[EnumT], titles: Mapping[EnumT, str]) -> EnumT:
    """One of a closed list, by its code or by its Russian title."""
    wanted = str(value).strip().casefold().replace("ё", "е")
    for choice in kind:
        if wanted in (choice.value, titles[choice].replace("ё", "е")):
            return choice
    known = ", ".join(f"{choice.value} ({titles[choice]})" for choice in kind)
    raise Unreadable(FieldError(field, "Такого значения нет в списке.", f"Выберите одно из: {known}."))


def read_list(value: object, field: str, read: Callable[[object, str], T], *, length_max: int) -> tuple[T, ...]:
    """A bounded list; the errors of all its members are told at once."""
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise Unreadable(FieldError(field, "Здесь нужен список.", "Передайте список, пусть и из одного значения."))
    if len(value) > length_max:
        raise Unreadable(FieldError(field, f"В списке {len(value)} значений.", f"Оставьте не больше {length_max}."))
    members: list[T] = []
    errors: list[FieldError] = []
    for place, member in enumerate(value):
        try:
            members.append(read(member, f"{field}[{place}]"))
        except Unreadable as unreadable:
            errors.extend(unreadable.errors)
    if errors:
        raise Unreadable(*errors)
    return tuple(members)


def read_slot(value: object, field: str) -> Slot:
    """A slot from `{"weekday": 2, "start": "15:10", "end": "16:40"}`."""
    if isinstance(value, Slot):
        return value
    if not isinstance(value, Mapping):
        raise Unreadable(
            FieldError(field, "Занятие — это день недели, начало и конец.", "Передайте weekday, start и end.")
        )
    return Slot(
        read_integer(value.get("weekday"), f"{field}.weekday"),
        read_time(value.get("start"), f"{field}.start"),
        read_time(value.get("end"), f"{field}.end"),
    )


READERS: dict[str, Reader] = {
    "external_id": read_text,
    "course_title": read_text,
    "subject_code": read_text,
    "level": lambda value, field: read_choice(value, field, Level, LEVEL_TITLES),
    "grades": lambda value, field: read_list(value, field, read_integer, length_max=2),
    "hours_total": read_integer,
    "hours_per_week": read_decimal,
    "capacity": read_integer,
    "term_start": read_date,
    "term_end": read_date,
    "mode": lambda value, field: read_choice(value, field, Mode, MODE_TITLES),
    "settlement": read_text,
    "slots": lambda value, field: read_list(value, field, read_slot, length_max=SLOTS_MAX),
    "language": read_text,
    "enrolment_opens": read_date,
    "enrolment_closes": read_date,
    "tariff_reference": read_text,
    "teacher_id": read_text,
    "description": lambda value, field: read_text(value, field, length_max=DESCRIPTION_LENGTH_MAX),
    "prerequisites": lambda value, field: read_list(value, field, read_text, length_max=PREREQUISITES_MAX),
}
DEFAULTS: dict[str, object] = {
    "teacher_id": None,
    "description": "",
    "prerequisites": (),
    "slots": (),
    "language": "ru",
    "tariff_reference": "free",
}


def read_submission(raw: Mapping[str, object]) -> Reading:
    """The draft that the values state, or everything that cannot be read; unknown fields are ignored."""
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name in (item.name for item in fields(OfferDraft)):
        value = raw.get(name)
        if value is None or value == "":
            if name in DEFAULTS:
                values[name] = DEFAULTS[name]
            else:
                errors.append(FieldError(name, "Поле не заполнено.", "Заполните поле: без него курс не записать."))
            continue
        try:
            values[name] = READERS[name](value, name)
        except Unreadable as unreadable:
            errors.extend(unreadable.errors)
    if errors:
        return Reading(None, tuple(errors))
    return Reading(OfferDraft(**values))
