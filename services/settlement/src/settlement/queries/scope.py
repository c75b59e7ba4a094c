"""Whose rows a reader sees: those where the own organisation is a side, or all."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, true

from chassis.auth import Principal

SEES_ALL: Final = ("operator", "head", "department", "administrator")
READERS: Final = (*SEES_ALL, "accountant", "coordinator")


@dataclass(frozen=True, slots=True)
class Scope:
    """A reader's part of the network; with neither `everything` nor an organisation it is empty."""

    organization_id: UUID | None = None
    everything: bool = False

    def sides(self, creditor: Any, debtor: Any) -> ColumnElement[bool]:
        """The condition on a row with these two sides."""
        if self.everything:
            return true()
        if self.organization_id is None:
            return false()
        return or_(creditor == self.organization_id, debtor == self.organization_id)


EVERYTHING: Final = Scope(everything=True)


def scope_of(who: Principal) -> Scope:
    """What this reader may see."""
    return EVERYTHING if who.has(*SEES_ALL) else Scope(who.organization_id)
