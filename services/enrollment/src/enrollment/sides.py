"""On which side of a row an account stands: as the pupil, the tutor, the home school or the host.

Each function gives a condition on rows of any kind; an account without the role or the relation gets one that no row meets, so
a foreign row is simply not found.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select

from chassis.auth import Principal
from chassis.errors import Forbidden
from enrollment.tables import Placement, StudyPlan, TutorAssignment

Row = type[StudyPlan] | type[Placement]
Side = Callable[[Row], ColumnElement[bool]]
"""A relation: for a kind of row, the condition that its rows meet."""
OVERSEERS = ("operator", "head", "department", "administrator")


def as_pupil(who: Principal) -> Side:
    """Rows of the pupil who asks."""
    return lambda row: row.pupil_id == who.person_id if who.has("pupil") and who.person_id else false()


def as_tutor(who: Principal) -> Side:
    """Rows of the pupils whom the tutor accompanies now."""
    if not who.has("tutor") or who.person_id is None:
        return lambda _: false()
    accompanied = select(TutorAssignment.pupil_id).where(TutorAssignment.tutor_id == who.person_id)
    return lambda row: row.pupil_id.in_(accompanied)


def as_home(who: Principal) -> Side:
    """Rows of the school for which the coordinator acts."""
    if not who.has("coordinator") or who.organization_id is None:
        return lambda _: false()
    return lambda row: row.home_organization_id == who.organization_id


def as_host(who: Principal, *roles: str) -> Side:
    """Placements at the organisation for which the coordinator (or one of `roles`) acts."""
    if not who.has("coordinator", *roles) or who.organization_id is None:
        return lambda _: false()
    return lambda _: Placement.host_organization_id == who.organization_id


def any_of(row: Row, *sides: Side) -> ColumnElement[bool]:
    """Rows on one of the sides."""
    return or_(*(side(row) for side in sides))


def acting_for(who: Principal) -> UUID:
    """The organisation for which the account acts; raises Forbidden when it acts for none."""
    if who.organization_id is None:
        raise Forbidden("Ваша учётная запись не связана с организацией.")
    return who.organization_id


def acting_as(who: Principal) -> UUID:
    """The person behind the account; raises Forbidden when there is none."""
    if who.person_id is None:
        raise Forbidden("Ваша учётная запись не связана с учеником или тьютором.")
    return who.person_id


def is_home(row: Any, who: Principal) -> bool:
    """Whether the coordinator acts for the row's home school."""
    return who.has("coordinator") and row.home_organization_id == who.organization_id
