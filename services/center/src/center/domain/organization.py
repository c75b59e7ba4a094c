"""An organisation of the network: what it is by law, what it does in the network, what it is licensed to teach."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from center.domain.identifiers import check_inn10, check_kpp, check_ogrn, check_oktmo
from chassis.errors import FieldError

SLUG_LENGTH_MAX = 63
NAME_LENGTH_MAX = 300


class OrganizationType(StrEnum):
    """The legal type, on which the lawful methods of settlement rest (Budget code, 7-ФЗ, 174-ФЗ)."""

    TREASURY = "treasury"  # казённое: its income goes to the budget
    BUDGETARY = "budgetary"  # бюджетное: contracts in its own name
    AUTONOMOUS = "autonomous"  # автономное
    REGIONAL_BUDGETARY = "regional_budgetary"  # ГБПОУ, ГБУЗ: the okrug's budget, another level
    OTHER = "other"  # a company, a federal body


class NetworkRole(StrEnum):
    """The role in the network form (273-ФЗ art. 15, order 882/391)."""

    BASE = "base"  # базовая организация: enrols, answers for the programme, issues the certificate
    PARTICIPANT = "participant"  # организация-участник: licensed, teaches a part
    RESOURCE_HOLDER = "resource_holder"  # организация, обладающая ресурсами: needs no teaching licence
    FOUNDER = "founder"  # учредитель


class LicenceKind(StrEnum):
    """What a teaching licence covers (подвид образования)."""

    GENERAL = "general"  # среднее общее: subjects of the school programme
    VOCATIONAL = "vocational"  # среднее профессиональное
    ADDITIONAL = "additional"  # дополнительное: never a subject of the school programme


TYPE_TITLES = {
    OrganizationType.TREASURY: "казённое учреждение",
    OrganizationType.BUDGETARY: "бюджетное учреждение",
    OrganizationType.AUTONOMOUS: "автономное учреждение",
    OrganizationType.REGIONAL_BUDGETARY: "бюджетное учреждение автономного округа",
    OrganizationType.OTHER: "иная организация",
}
ROLE_TITLES = {
    NetworkRole.BASE: "базовая организация",
    NetworkRole.PARTICIPANT: "организация-участник",
    NetworkRole.RESOURCE_HOLDER: "организация, обладающая ресурсами",
    NetworkRole.FOUNDER: "учредитель",
}
LICENCE_TITLES = {
    LicenceKind.GENERAL: "общее образование",
    LicenceKind.VOCATIONAL: "профессиональное образование",
    LicenceKind.ADDITIONAL: "дополнительное образование",
}


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence to teach; `expires_on` is the last day of validity, None for an unlimited one."""

    kind: LicenceKind
    number: str
    issued_on: date
    expires_on: date | None = None

    def is_valid_on(self, day: date) -> bool:
        """Whether one may teach by this licence on the day."""
        return self.issued_on <= day and (self.expires_on is None or day <= self.expires_on)


@dataclass(frozen=True, slots=True)
class Organization:
    """What the centre knows of an organisation; people of it are not here."""

    slug: str
    full_name: str
    short_name: str
    type: OrganizationType
    network_roles: frozenset[NetworkRole]
    settlement: str
    inn: str
    kpp: str
    ogrn: str
    oktmo: str
    email: str
    licences: tuple[Licence, ...] = ()

    def licence_kinds_on(self, day: date) -> frozenset[LicenceKind]:
        """The kinds of education that the organisation may teach on the day."""
        return frozenset(licence.kind for licence in self.licences if licence.is_valid_on(day))


@dataclass(frozen=True, slots=True)
class ExpiringLicence:
    """A licence that ends soon, or has ended already (then `days_left` is negative)."""

    slug: str
    licence: Licence
    days_left: int


def check_organization(organization: Organization) -> tuple[FieldError, ...]:
    """Everything that is wrong with the card of an organisation; empty when it may be registered."""
    found = [
        *_check_names(organization),
        check_inn10(organization.inn),
        check_kpp(organization.kpp),
        check_ogrn(organization.ogrn),
        check_oktmo(organization.oktmo),
        *_check_roles(organization),
    ]
    return tuple(error for error in found if error is not None)


def _check_names(organization: Organization) -> Iterable[FieldError]:
    slug = organization.slug
    if not slug.isascii() or not slug.replace("-", "").isalnum() or slug != slug.lower() or len(slug) > SLUG_LENGTH_MAX:
        yield FieldError("slug", "Короткое имя — строчные латинские буквы, цифры и дефис.", "Например: gyda-internat.")
    for field in ("full_name", "short_name", "settlement"):
        value = getattr(organization, field).strip()
        if not value or len(value) > NAME_LENGTH_MAX:
            yield FieldError(field, f"Нужно от 1 до {NAME_LENGTH_MAX} знаков.", "Впишите название, как в уставе.")
    if organization.email.count("@") != 1 or organization.email.startswith("@") or organization.email.endswith("@"):
        yield FieldError("email", "Это не похоже на адрес почты.", "Введите адрес вида priem@school.example.")


def _check_roles(organization: Organization) -> Iterable[FieldError]:
    if not organization.network_roles:
        yield FieldError("network_roles", "Не указана роль в сети.", "Отметьте хотя бы одну роль.")
    kinds = {licence.kind for licence in organization.licences}
    if NetworkRole.BASE in organization.network_roles and LicenceKind.GENERAL not in kinds:
        yield FieldError(
            "licences",
            "Базовая организация отвечает за программу, для этого нужна лицензия на общее образование.",
            "Добавьте лицензию или уберите роль базовой организации.",
        )
    if NetworkRole.PARTICIPANT in organization.network_roles and not kinds:
        yield FieldError(
            "licences",
            "Организация-участник учит сама, для этого нужна лицензия на образовательную деятельность.",
            "Добавьте лицензию или выберите роль «обладающая ресурсами»: ей лицензия не нужна.",
        )
    for place, licence in enumerate(organization.licences):
        if licence.expires_on is not None and licence.expires_on < licence.issued_on:
            yield FieldError(
                f"licences[{place}].expires_on", "Лицензия кончается раньше, чем выдана.", "Проверьте обе даты."
            )


def expiring_licences(
    organizations: Iterable[Organization], *, today: date, within_days: int
) -> tuple[ExpiringLicence, ...]:
    """Licences that end within the given days or have ended, the most urgent first."""
    horizon = today + timedelta(days=within_days)
    found = [
        ExpiringLicence(organization.slug, licence, (licence.expires_on - today).days)
        for organization in organizations
        for licence in organization.licences
        if licence.expires_on is not None and licence.expires_on <= horizon
    ]
    return tuple(sorted(found, key=lambda item: (item.days_left, item.slug, item.licence.number)))
