"""Tariffs and contracts: on which terms the network works."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from settlement.queries.scope import Scope
from settlement.tables import Contract, Tariff


async def list_tariffs(session: AsyncSession) -> tuple[Tariff, ...]:
    """Every version of every tariff, by code, the newest first."""
    return tuple(await session.scalars(select(Tariff).order_by(Tariff.code, Tariff.number.desc()).limit(1000)))


async def list_contracts(session: AsyncSession, scope: Scope) -> tuple[Contract, ...]:
    """Contracts, the newest first."""
    query = select(Contract).where(scope.sides(Contract.host_organization_id, Contract.home_organization_id))
    return tuple(await session.scalars(query.order_by(Contract.valid_from.desc(), Contract.number).limit(1000)))
