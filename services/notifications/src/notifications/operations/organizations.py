"""Keep the read copy of center's organisations."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.inbox import Received
from contracts.center import OrganizationState
from notifications.tables import Organization

_COPIED = ("slug", "short_name", "mailbox", "feed_account", "active")


async def keep_organization(session: AsyncSession, received: Received[OrganizationState]) -> None:
    """Put this state of the organisation in place; an older one changes nothing."""
    values = {name: getattr(received.event, name) for name in _COPIED}
    statement = insert(Organization).values(id=received.event.organization_id, version=received.sequence, **values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Organization.id],
            set_={name: statement.excluded[name] for name in ("version", *_COPIED)},
            where=Organization.version < statement.excluded.version,
        )
    )
