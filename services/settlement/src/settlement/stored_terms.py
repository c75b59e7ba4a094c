"""Terms of a tariff as JSON: in the database's column and in the body of a request."""

from typing import Annotated, Any, Final

from pydantic import Field, TypeAdapter, ValidationError

from chassis.errors import FieldError
from settlement.domain.terms import TariffInvalid, Terms

_TERMS: Final[TypeAdapter[Terms]] = TypeAdapter(Annotated[Terms, Field(discriminator="kind")])
_MESSAGES: Final = {
    "missing": ("Поле обязательно.", "Добавьте его."),
    "union_tag_not_found": ("Не указан вид тарифа.", "Укажите kind: pupil_hour, group_hour, fixed или free."),
    "union_tag_invalid": ("Такого вида тарифа нет.", "Укажите kind: pupil_hour, group_hour, fixed или free."),
}


def terms_from_json(stored: Any) -> Terms:
    """Read terms; a missing or wrong value raises TariffInvalid with its field."""
    try:
        return _TERMS.validate_python(stored)
    except ValidationError as error:
        raise TariffInvalid(
            "Тариф задан неверно.", errors=tuple(_field_error(one["type"], one["loc"]) for one in error.errors())
        ) from error


def terms_to_json(terms: Terms) -> dict[str, Any]:
    """JSON values of the terms; decimals become strings, so nothing is lost."""
    stored: dict[str, Any] = _TERMS.dump_python(terms, mode="json")
    return stored


def _field_error(kind: str, place: tuple[int | str, ...]) -> FieldError:
    message, cure = _MESSAGES.get(kind, ("Значение не подходит.", "Нужно число: деньги в копейках, доли дробью."))
    return FieldError(".".join(["terms", *(str(part) for part in place[1:])]), message, cure)
