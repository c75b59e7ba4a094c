"""Give an organisation its own account on the broker, and take it away."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from center.adapters.partners import PartnerBroker
from center.operations.organizations import organization_event
from center.tables import Organization, PartnerAccess
from chassis.errors import NotFound
from chassis.logs import logger
from chassis.outbox import record
from chassis.partner_jwt import PartnerGrant
from contracts.center import OrganizationChanged

log = logger("feed_access")


async def open_feed_access(
    session: AsyncSession, broker: PartnerBroker, organization_id: UUID, *, by: UUID
) -> PartnerGrant:
    """Mint credentials; who had some gets new ones for the same account, and the former ones end.

    Raises NotFound, PartnerAccessUnavailable. The broker learns of the account before the commit: an account that nobody
    was told of does no harm, a promised one that does not exist would.
    """
    organization = await _locked(session, organization_id)
    access = await session.get(PartnerAccess, organization_id)
    grant = await broker.open(organization.slug, access.account if access else None)
    if access is None:
        session.add(PartnerAccess(organization_id=organization_id, account=grant.account, granted_by=by))
    await _announce(session, organization, grant.account)
    log.info("feed_access.opened", organization_id=str(organization_id), by=str(by), renewed=access is not None)
    return grant


async def shut_feed_access(session: AsyncSession, broker: PartnerBroker, organization_id: UUID, *, by: UUID) -> None:
    """Cut an organisation off its feed at once; raises NotFound, PartnerAccessUnavailable."""
    organization = await _locked(session, organization_id)
    if organization.feed_account is None:
        raise NotFound("У этой организации нет доступа к ленте.")
    await broker.shut(organization.slug, organization.feed_account)
    await _announce(session, organization, None)
    log.info("feed_access.shut", organization_id=str(organization_id), by=str(by))


async def _locked(session: AsyncSession, organization_id: UUID) -> Organization:
    query = select(Organization).where(Organization.id == organization_id).with_for_update()
    organization = await session.scalar(query)
    if organization is None:
        raise NotFound("Такой организации нет.")
    return organization


async def _announce(session: AsyncSession, organization: Organization, account: str | None) -> None:
    if organization.feed_account == account:
        return
    organization.feed_account = account
    await session.flush()
    await record(session, OrganizationChanged(**organization_event(organization)), sequence=organization.version)
