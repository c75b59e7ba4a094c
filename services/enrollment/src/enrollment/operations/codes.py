"""Codes that people choose from a list: reasons, levels, states."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from chassis.errors import Conflict, DomainError, FieldError

Code = TypeVar("Code", bound=StrEnum)


class UnknownCode(DomainError):
    """The code is not in its list."""

    code = "code.unknown"


class StaleVersion(Conflict):
    """The row moved on since the caller read it."""

    code = "stale_version"


def code_of(known: type[Code], value: str, field: str) -> Code:
    """The member of the list; raises UnknownCode that names the list."""
    require_code(known, value, field)
    return known(value)


def require_code(known: Iterable[str] | Mapping[str, str], value: str, field: str) -> None:
    """Raises UnknownCode when the value is not in the list."""
    listed = [str(one) for one in known]
    if value not in listed:
        error = FieldError(field, f"Кода «{value[:50]}» нет.", f"Выберите: {', '.join(listed)}.")
        raise UnknownCode("Такого кода нет.", errors=(error,))


def require_version(current: int, given: int) -> None:
    """Raises StaleVersion when the caller saw another version."""
    if current != given:
        raise StaleVersion("Запись изменилась, пока вы её смотрели. Обновите страницу и повторите.")
