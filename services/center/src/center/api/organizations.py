"""Organisations and their access to the feed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from center import queries
from center.adapters.equipment import Equipment, equipment
from center.domain.card import read_card
from center.operations.feed_access import open_feed_access, shut_feed_access
from center.operations.organizations import OrganizationRefused, register_organization
from center.schemas import Created, FeedAccessOut, OrganizationIn, OrganizationOut, OrganizationsOut
from center.unrecorded import UnrecordedRoute
from chassis.auth import Principal, require
from chassis.http.unit import UnitRoute, session
from chassis.nkeys import format_creds

router = APIRouter(route_class=UnitRoute, tags=["organisations"])
secret_router = APIRouter(route_class=UnrecordedRoute, tags=["organisations"])

Session = Annotated[AsyncSession, Depends(session)]
Operator = Annotated[Principal, Depends(require("operator", "administrator"))]
Watcher = Annotated[Principal, Depends(require("operator", "administrator", "head", "department"))]
Equipped = Annotated[Equipment, Depends(equipment)]


@router.post("/organizations", status_code=201)
async def post_organization(body: OrganizationIn, _: Operator, current: Session, response: Response) -> Created:
    """Register an organisation; a refusal names every fault with its field and cure."""
    reading = read_card(body.model_dump())
    if reading.card is None:
        raise OrganizationRefused("Карточка организации не принята.", errors=reading.errors)
    organization_id = await register_organization(current, reading.card)
    response.headers["location"] = f"/center/api/v1/organizations/{organization_id}"
    return Created(id=organization_id)


@router.get("/organizations")
async def get_organizations(_: Watcher, current: Session) -> OrganizationsOut:
    """Every organisation of the network."""
    found = await queries.list_organizations(current)
    return OrganizationsOut(items=tuple(OrganizationOut.model_validate(one) for one in found))


@router.get("/organizations/{organization_id}")
async def get_organization(organization_id: UUID, _: Watcher, current: Session) -> OrganizationOut:
    """One organisation."""
    return OrganizationOut.model_validate(await queries.get_organization(current, organization_id))


@secret_router.post("/organizations/{organization_id}/feed-access")
async def post_feed_access(organization_id: UUID, who: Operator, current: Session, equipped: Equipped) -> FeedAccessOut:
    """Credentials of the organisation's own broker account, shown this once; asking again ends the former ones."""
    grant = await open_feed_access(current, equipped.partners, organization_id, by=who.account_id)
    return FeedAccessOut(account=grant.account, creds=format_creds(grant.credentials))


@secret_router.delete("/organizations/{organization_id}/feed-access", status_code=204)
async def delete_feed_access(organization_id: UUID, who: Operator, current: Session, equipped: Equipped) -> None:
    """Cut the organisation off its feed at once."""
    await shut_feed_access(current, equipped.partners, organization_id, by=who.account_id)
