"""Words and small reckonings of center's pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from center.domain.organization import LICENCE_TITLES
from center.queries import OrganizationView

EXPIRING_WITHIN_DAYS: Final = 90
SERVICE_TITLES: Final = {
    "catalog": "Каталог",
    "enrollment": "Учебные планы",
    "settlement": "Взаимозачёт",
    "notifications": "Сообщения и ленты",
    "center": "Центр",
}
OUTCOMES: Final = {
    "applied": ("применено", "ok"),
    "superseded": ("не нужно: новее уже есть", "ok"),
    "discarded": ("отклонено", ""),
    "still_failing": ("снова не применилось", "bad"),
    "gone": ("уже решено", "warn"),
    "refused": ("отказано", "bad"),
    "unreachable": ("служба молчит", "bad"),
}
STATES: Final = {
    "dead": ("ждёт решения", "bad"),
    "waiting": ("ждёт повтора", "warn"),
    "discarded": ("отклонено", ""),
}
CHECKS: Final = {"database": "база данных", "broker": "шина", "relay": "отправка событий"}


@dataclass(frozen=True, slots=True)
class Expiring:
    """A licence that ends soon, as a line of the page."""

    organization_id: UUID
    organization: str
    kind: str
    expires_on: date
    days_left: int


def service_title(service: str) -> str:
    """A service in words people use."""
    return SERVICE_TITLES.get(service, service)


def expiring(organizations: Iterable[OrganizationView], today: date) -> list[Expiring]:
    """Licences that end within the horizon or have ended, the most urgent first."""
    horizon = today + timedelta(days=EXPIRING_WITHIN_DAYS)
    found = [
        Expiring(
            one.id, one.short_name, LICENCE_TITLES[licence.kind], licence.expires_on, (licence.expires_on - today).days
        )
        for one in organizations
        for licence in one.licences
        if licence.expires_on is not None and licence.expires_on <= horizon
    ]
    return sorted(found, key=lambda one: (one.days_left, one.organization))
