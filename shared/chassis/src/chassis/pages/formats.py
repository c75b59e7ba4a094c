"""Values as Russian readers expect them: money, hours, dates, counted nouns. All spaces inside a value are no-break."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

SPACE = "\u00a0"
MINUS = "\u2212"
DASH = "\u2014"
MONTHS_GENITIVE = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
MONTHS_NOMINATIVE = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip

Number = int | float | Decimal
Row = TypeVar("Row")


def number_ru(value: Number | None, digits_max: int = 2, digits_min: int = 0) -> str:
    """«1 234,5»: groups of three, decimal comma, `digits_min` to `digits_max` digits after it; «—» for nothing."""
    if value is None:
        return DASH
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    rounded = exact.quantize(Decimal(1).scaleb(-digits_max), ROUND_HALF_UP)
    text = f"{abs(rounded):,f}".replace(",", SPACE)
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(digits_min, "0")
    text = f"{whole},{fraction}" if fraction else whole
    return (MINUS if rounded < 0 else "") + text


def rubles(amount_kopecks: int | None) -> str:
    """«1 234,56 ₽» from integer kopecks; «—» for nothing."""
    if amount_kopecks is None:
        return DASH
    whole, kopecks = divmod(abs(amount_kopecks), 100)
    grouped = f"{whole:,}".replace(",", SPACE)
    return f"{MINUS if amount_kopecks < 0 else ''}{grouped},{kopecks:02d}{SPACE}₽"


def hours(value: Number | None) -> str:
    """«1 190 ч», «1,5 ч»."""
    return DASH if value is None else f"{number_ru(value)}{SPACE}ч"


def percent(share: Number | None, digits_max: int = 1) -> str:
    """«26,4 %» from a share between 0 and 1."""
    if share is None:
        return DASH
    exact = Decimal(str(share)) if isinstance(share, float) else Decimal(share)
    return f"{number_ru(exact * 100, digits_max)}{SPACE}%"


def date_ru(value: date | None, zone: ZoneInfo | None = None) -> str:
    """«1 сентября 2026»; an aware time is first brought to `zone`."""
    if value is None:
        return DASH
    if isinstance(value, datetime) and zone is not None:
        value = _aware(value).astimezone(zone)
    return f"{value.day}{SPACE}{MONTHS_GENITIVE[value.month - 1]}{SPACE}{value.year}"


def month_ru(value: date) -> str:
    """«ноябрь 2026»."""
    return f"{MONTHS_NOMINATIVE[value.month - 1]}{SPACE}{value.year}"


def datetime_zone(value: datetime | None, zone: ZoneInfo | str) -> str:
    """«24 ноября 2026, 14:20» in the zone of the organisation.

    Errors: ValueError for a time without a zone.
    """
    if value is None:
        return DASH
    local = _aware(value).astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
    return f"{date_ru(local)}, {local:%H:%M}"


def word_ru(count: int, one: str, few: str, many: str) -> str:
    """The form of a noun that follows a count: 1 ученик, 2 ученика, 5 учеников, 11 учеников, 21 ученик."""
    tens, units = abs(count) % 100, abs(count) % 10
    if units == 1 and tens != 11:
        return one
    return few if 2 <= units <= 4 and not 12 <= tens <= 14 else many


def plural_ru(count: int, one: str, few: str, many: str) -> str:
    """«21 ученик»: the count with the noun in its form."""
    return f"{number_ru(count)}{SPACE}{word_ru(count, one, few, many)}"


def sort_key_ru(text: str) -> str:
    """A key for Russian order: case and ё do not part words, so «ёлка» stands beside «елка», before «яблоко»."""
    return text.casefold().replace("ё", "е")


def sort_ru(rows: Iterable[Row], attribute: str = "") -> list[Row]:
    """Rows in Russian alphabetical order of themselves, or of an attribute or key."""

    def key(row: Row) -> str:
        value = row if not attribute else row[attribute] if isinstance(row, Mapping) else getattr(row, attribute)
        return sort_key_ru(str(value))

    return sorted(rows, key=key)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be shown: store aware UTC times")
    return value
