"""Keep the read copy of center's organisations."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from catalog.tables import Organization
from chassis.inbox import Received
from contracts.center import OrganizationState

_COPIED = ("version", "slug", "short_name", "settlement", "network_roles", "licences", "feed_account", "active")


async def keep_organizations(session: AsyncSession, events: Sequence[Received[OrganizationState]]) -> int:
    """Put the newest state of each organisation in place; an older one changes nothing."""
    rows = [
        {
            "id": one.event.organization_id,
            "version": one.sequence,
            "slug": one.event.slug,
            "short_name": one.event.short_name,
            "settlement": one.event.settlement,
            "network_roles": list(one.event.network_roles),
            "licences": [licence.model_dump(mode="json") for licence in one.event.licences],
            "feed_account": one.event.feed_account,
            "active": one.event.active,
        }
        for one in events
    ]
    statement = insert(Organization)
    statement = statement.on_conflict_do_update(
        index_elements=[Organization.id],
        set_={name: statement.excluded[name] for name in _COPIED},
        where=Organization.version < statement.excluded.version,
    )
    changed = await session.scalars(statement.returning(Organization.id), rows)
    return len(changed.all())
