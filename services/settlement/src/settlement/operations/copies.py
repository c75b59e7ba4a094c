"""Keep the read copies of center's organisations and catalog's offers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.inbox import Received
from contracts.catalog import OfferState
from contracts.center import OrganizationState
from settlement.tables import Offer, Organization


async def keep_organizations(session: AsyncSession, events: Sequence[Received[OrganizationState]]) -> int:
    """Put the newest state of each organisation in place; an older one changes nothing."""
    rows = [
        {
            "id": one.event.organization_id,
            "version": one.sequence,
            "slug": one.event.slug,
            "short_name": one.event.short_name,
            "legal_type": one.event.legal_type,
            "budget_level": one.event.budget_level,
            "network_roles": list(one.event.network_roles),
            "active": one.event.active,
        }
        for one in events
    ]
    return await _keep(session, Organization, rows)


async def keep_offers(session: AsyncSession, events: Sequence[Received[OfferState]]) -> int:
    """Put the newest state of each offer in place; an older one changes nothing."""
    rows = [
        {
            "id": one.event.offer_id,
            "version": one.sequence,
            "organization_id": one.event.organization_id,
            "title": one.event.title,
            "tariff_code": one.event.tariff_code,
        }
        for one in events
    ]
    return await _keep(session, Offer, rows)


async def _keep(session: AsyncSession, table: type[Organization | Offer], rows: list[dict[str, Any]]) -> int:
    statement = insert(table)
    statement = statement.on_conflict_do_update(
        index_elements=[table.id],
        set_={name: statement.excluded[name] for name in rows[0] if name != "id"},
        where=table.version < statement.excluded.version,
    )
    changed = await session.scalars(statement.returning(table.id), rows)
    return len(changed.all())
