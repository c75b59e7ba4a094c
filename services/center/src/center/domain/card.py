"""Read the card of an organisation as somebody typed it: every fault at once, each with its field and its cure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import available_timezones

from center.domain.organization import (
    LICENCE_TITLES,
    ROLE_TITLES,
    TYPE_TITLES,
    Licence,
    LicenceKind,
    NetworkRole,
    Organization,
    OrganizationType,
    check_organization,
)
from chassis.errors import FieldError

E = TypeVar("E", bound=StrEnum)


class BudgetLevel(StrEnum):
    """Whose budget pays for the organisation: money does not cross levels without a contract."""

    MUNICIPAL = "municipal"
    REGIONAL = "regional"
    FEDERAL = "federal"
    NONE = "none"


LEVEL_TITLES = {
    BudgetLevel.MUNICIPAL: "муниципальный бюджет",
    BudgetLevel.REGIONAL: "бюджет автономного округа",
    BudgetLevel.FEDERAL: "федеральный бюджет",
    BudgetLevel.NONE: "не из бюджета",
}


@dataclass(frozen=True, slots=True)
class Card:
    """An organisation that may be registered."""

    organization: Organization
    budget_level: BudgetLevel
    time_zone: str


@dataclass(frozen=True, slots=True)
class CardReading:
    """A card, or what is wrong with it."""

    card: Card | None
    errors: tuple[FieldError, ...]


def read_card(values: Mapping[str, Any]) -> CardReading:
    """Judge the values of a card; texts stand as they were typed, dates are dates already."""
    errors: list[FieldError] = []
    kind = _choice(OrganizationType, values["legal_type"], "legal_type", TYPE_TITLES, errors)
    level = _choice(BudgetLevel, values["budget_level"], "budget_level", LEVEL_TITLES, errors)
    roles = [_choice(NetworkRole, one, "network_roles", ROLE_TITLES, errors) for one in values["network_roles"]]
    licences = tuple(_licences(values["licences"], errors))
    time_zone = str(values["time_zone"])
    if time_zone not in available_timezones():
        errors.append(FieldError("time_zone", "Такого часового пояса нет.", "Для района: Asia/Yekaterinburg."))
    organization = Organization(
        type=kind or OrganizationType.OTHER,
        network_roles=frozenset(role for role in roles if role),
        email=str(values["mailbox"]).strip(),
        licences=licences,
        **{name: str(values[name]).strip() for name in _TEXTS},
    )
    errors += _without_repetition(check_organization(organization), errors)
    if errors or kind is None or level is None:
        return CardReading(None, tuple(errors))
    return CardReading(Card(organization, level, time_zone), ())


_TEXTS = ("slug", "full_name", "short_name", "settlement", "inn", "kpp", "ogrn", "oktmo")
_NAMES_HERE = {"email": "mailbox"}


def _without_repetition(found: Iterable[FieldError], earlier: Sequence[FieldError]) -> list[FieldError]:
    """Faults under the names that the card uses; a field with a fault already is not blamed for its consequence."""
    blamed = {error.field.partition("[")[0] for error in earlier}
    named = (replace(error, field=_NAMES_HERE.get(error.field, error.field)) for error in found)
    return [error for error in named if error.field.partition("[")[0] not in blamed]


def _choice(kind: type[E], value: object, field: str, titles: Mapping[E, str], errors: list[FieldError]) -> E | None:
    try:
        return kind(str(value))
    except ValueError:
        possible = ", ".join(f"{code} — {title}" for code, title in titles.items())
        errors.append(FieldError(field, f"Значения «{str(value)[:60]}» нет.", f"Возможные: {possible}."))
        return None


def _licences(given: Sequence[Mapping[str, Any]], errors: list[FieldError]) -> Iterable[Licence]:
    for place, one in enumerate(given):
        kind = _choice(LicenceKind, one["kind"], f"licences[{place}].kind", LICENCE_TITLES, errors)
        number, issued_on, expires_on = str(one["number"]).strip(), one["issued_on"], one["expires_on"]
        if not number:
            errors.append(FieldError(f"licences[{place}].number", "Нет номера.", "Перепишите его с выписки."))
        assert isinstance(issued_on, date)
        if kind is not None:
            yield Licence(kind, number, issued_on, expires_on)
