"""Organisations: their names, and what the lawful methods ask about them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from settlement.domain.method import BudgetLevel, OrganizationType, Party
from settlement.tables import Organization


async def organization_names(session: AsyncSession, ids: Iterable[UUID] | None = None) -> dict[UUID, str]:
    """Short names by id; of all organisations when no ids are given."""
    query = select(Organization.id, Organization.short_name)
    if ids is not None:
        query = query.where(Organization.id.in_(set(ids)))
    return {row.id: row.short_name for row in await session.execute(query)}


async def parties(session: AsyncSession) -> dict[UUID, Party]:
    """Every organisation as the rules of method see it.

    The contracts name no founder; it is the one founding organisation of the same budget. Where a level has none or
    several, the founder is unknown, and no method that needs a common founder is lawful.
    """
    rows = list(await session.scalars(select(Organization).where(Organization.active)))
    founders: dict[str, list[UUID]] = {}
    for one in rows:
        if "founder" in one.network_roles:
            founders.setdefault(one.budget_level, []).append(one.id)
    result = {}
    for one in rows:
        known = founders.get(one.budget_level, [])
        founder = known[0] if len(known) == 1 and known[0] != one.id and one.budget_level != "none" else None
        level, kind = BudgetLevel(one.budget_level), OrganizationType(one.legal_type)
        result[one.id] = Party(one.id, kind, level, founder)
    return result
