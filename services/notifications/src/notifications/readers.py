"""Who may read what: a person one's own messages, staff also the organisation's, some roles its feed."""

from typing import Final
from uuid import UUID

from chassis.auth import ROLES, Principal
from chassis.errors import Forbidden
from notifications.queries import Reader

FEED_ROLES: Final = ("coordinator", "accountant", "operator", "teacher")
STAFF_ROLES: Final = tuple(role for role in ROLES if role not in ("pupil", "guardian"))


def reader_of(who: Principal) -> Reader:
    """Pupils and guardians belong to a school too, but its messages are not for them."""
    return Reader(who.person_id, who.organization_id if who.has(*STAFF_ROLES) else None)


def feed_of(who: Principal) -> UUID:
    """The organisation whose feed the principal reads; raises Forbidden for an account without one."""
    if who.organization_id is None:
        raise Forbidden("Ваша учётная запись не связана с организацией, а лента есть только у организаций.")
    return who.organization_id
