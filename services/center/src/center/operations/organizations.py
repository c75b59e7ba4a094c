"""Organisations: registered once, announced to everybody."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from center.domain.card import Card
from center.tables import Organization
from chassis.errors import Conflict, DomainError, FieldError
from chassis.outbox import record
from contracts.center import OrganizationRegistered


class OrganizationRefused(DomainError):
    """The card of the organisation has faults."""

    code = "organization.refused"


async def register_organization(session: AsyncSession, card: Card) -> UUID:
    """Take an organisation into the network; raises OrganizationRefused where slug or ИНН with КПП are taken."""
    one = card.organization
    if errors := await _taken(session, one.slug, one.inn, one.kpp):
        raise OrganizationRefused("Такая организация уже зарегистрирована.", errors=errors)
    row = Organization(
        slug=one.slug,
        full_name=one.full_name,
        short_name=one.short_name,
        legal_type=one.type,
        budget_level=card.budget_level,
        network_roles=sorted(one.network_roles),
        settlement=one.settlement,
        time_zone=card.time_zone,
        inn=one.inn,
        kpp=one.kpp,
        ogrn=one.ogrn,
        oktmo=one.oktmo,
        mailbox=one.email,
        licences=[
            {
                "kind": str(licence.kind),
                "number": licence.number,
                "issued_on": licence.issued_on.isoformat(),
                "expires_on": licence.expires_on.isoformat() if licence.expires_on else None,
            }
            for licence in one.licences
        ],
        active=True,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:  # somebody registered it between our look and our write
        raise Conflict("Такую организацию только что зарегистрировали.") from error
    await record(session, OrganizationRegistered(**organization_event(row)), sequence=row.version)
    return row.id


def organization_event(row: Organization) -> dict[str, Any]:
    """The state of an organisation as the contracts name it."""
    return {
        "organization_id": row.id,
        "slug": row.slug,
        "short_name": row.short_name,
        "legal_type": row.legal_type,
        "budget_level": row.budget_level,
        "network_roles": tuple(row.network_roles),
        "settlement": row.settlement,
        "time_zone": row.time_zone,
        "licences": tuple(row.licences),
        "mailbox": row.mailbox,
        "feed_account": row.feed_account,
        "active": row.active,
    }


async def _taken(session: AsyncSession, slug: str, inn: str, kpp: str) -> tuple[FieldError, ...]:
    rows = await session.execute(
        select(Organization.slug, Organization.inn, Organization.kpp).where(
            (Organization.slug == slug) | ((Organization.inn == inn) & (Organization.kpp == kpp))
        )
    )
    found: list[FieldError] = []
    for known in rows:
        if known.slug == slug:
            found.append(FieldError("slug", "Это короткое имя занято.", "Возьмите другое."))
        if (known.inn, known.kpp) == (inn, kpp):
            message = "Организация с такими ИНН и КПП уже есть."
            found.append(FieldError("inn", message, f"Она зарегистрирована под именем {known.slug}."))
    return tuple(found)
