"""Tariffs and contracts: on which terms the network works."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from settlement.queries.scope import Scope
from settlement.tables import Contract, Tariff

ROWS_MAX = 1000


@dataclass(frozen=True, slots=True)
class TariffView:
    """A version of a tariff."""

    id: UUID
    code: str
    number: int
    valid_from: date
    valid_to: date | None
    terms: dict[str, Any]
    basis: str


@dataclass(frozen=True, slots=True)
class ContractView:
    """A contract between a host and a home organisation."""

    id: UUID
    version: int
    number: str
    host_organization_id: UUID
    home_organization_id: UUID
    valid_from: date
    valid_to: date


async def list_tariffs(session: AsyncSession) -> tuple[TariffView, ...]:
    """Every version of every tariff, by code, the newest first."""
    rows = await session.scalars(select(Tariff).order_by(Tariff.code, Tariff.number.desc()).limit(ROWS_MAX))
    return tuple(tariff_view(one) for one in rows)


async def list_contracts(session: AsyncSession, scope: Scope) -> tuple[ContractView, ...]:
    """Contracts, the newest first."""
    query = select(Contract).where(scope.sides(Contract.host_organization_id, Contract.home_organization_id))
    rows = await session.scalars(query.order_by(Contract.valid_from.desc(), Contract.number).limit(ROWS_MAX))
    return tuple(contract_view(one) for one in rows)


def tariff_view(row: Tariff) -> TariffView:
    """The row as a value."""
    return TariffView(row.id, row.code, row.number, row.valid_from, row.valid_to, row.terms, row.basis)


def contract_view(row: Contract) -> ContractView:
    """The row as a value."""
    return ContractView(
        row.id,
        row.version,
        row.number,
        row.host_organization_id,
        row.home_organization_id,
        row.valid_from,
        row.valid_to,
    )
