"""What every state machine of settlement asks before it moves: is the reader up to date, and is the step legal."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from chassis.errors import Conflict, FieldError

State = TypeVar("State", bound=StrEnum)


class StaleVersion(Conflict):
    """Документ изменился с тех пор, как вы его открыли."""

    code = "settlement.stale_version"


class IllegalTransition(Conflict):
    """Состояние не допускает этого действия."""

    code = "settlement.illegal_transition"


def require_version(subject: str, *, expected: int, actual: int) -> None:
    """Refuse with StaleVersion when the command was decided upon another version than the stored one."""
    if expected != actual:
        raise StaleVersion(
            f"{subject}: данные изменились (версия {actual}, а вы открывали версию {expected}).",
            errors=(FieldError("version", "Версия устарела.", "Обновите страницу и повторите действие."),),
        )


def require_transition(
    subject: str, legal: Mapping[State, frozenset[State]], labels: Mapping[State, str], current: State, target: State
) -> None:
    """Refuse with IllegalTransition a step that the table `legal` does not hold."""
    if target in legal[current]:
        return
    allowed = ", ".join(f"«{labels[state]}»" for state in sorted(legal[current]))
    cure = f"Из этого состояния возможны: {allowed}." if allowed else "Это состояние окончательное."
    raise IllegalTransition(
        f"{subject}: переход «{labels[current]}» → «{labels[target]}» невозможен.",
        errors=(FieldError("state", f"Сейчас: «{labels[current]}».", cure),),
    )
