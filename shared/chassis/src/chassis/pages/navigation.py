"""The sections of the platform in the header, and who sees which."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

PLAN_ROLES = frozenset({"pupil", "tutor", "coordinator"})
REQUEST_ROLES = frozenset({"tutor", "coordinator", "teacher", "operator", "head", "department", "administrator"})
SETTLEMENT_ROLES = frozenset({"coordinator", "accountant", "operator", "head", "department", "administrator"})
CENTER_ROLES = frozenset({"operator", "head", "department", "administrator", "coordinator"})


class Principal(Protocol):
    """Who reads the page, as far as the layout needs to know."""

    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> Collection[str]: ...
    @property
    def org_name(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A section: `roles` None means everyone, an empty set everyone who has signed in."""

    label: str
    href: str
    icon: str = ""
    roles: frozenset[str] | None = None

    def visible_to(self, principal: Principal | None) -> bool:
        if self.roles is None:
            return True
        if principal is None:
            return False
        return not self.roles or bool(self.roles & set(principal.roles))


MAIN_NAVIGATION: tuple[NavigationItem, ...] = (
    NavigationItem("Каталог", "/catalog/", "book"),
    NavigationItem("Мой план", "/enrollment/", "calendar", PLAN_ROLES),
    NavigationItem("Заявки", "/enrollment/requests", "inbox", REQUEST_ROLES),
    NavigationItem("Взаимозачёт", "/settlement/", "exchange", SETTLEMENT_ROLES),
    NavigationItem("Сообщения", "/notifications/", "bell", frozenset()),
    NavigationItem("Центр", "/center/", "chart", CENTER_ROLES),
)


def visible_items(items: Iterable[NavigationItem], principal: Principal | None) -> tuple[NavigationItem, ...]:
    """The items a reader may see, in their order."""
    return tuple(item for item in items if item.visible_to(principal))


def current_item(items: Iterable[NavigationItem], path: str) -> NavigationItem | None:
    """The section that a path belongs to: the longest address that the path starts with."""
    matching = [item for item in items if path == item.href.rstrip("/") or path.startswith(item.href)]
    return max(matching, key=lambda item: len(item.href), default=None)
