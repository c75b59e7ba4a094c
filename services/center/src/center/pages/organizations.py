"""Organisations for people: who is in the network, what each may teach, and whether it reads its feed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from center import queries
from center.adapters.equipment import Equipment, equipment
from center.operations.feed_access import open_feed_access, shut_feed_access
from center.pages.rendering import render
from center.pages.words import expiring
from center.unrecorded import UnrecordedRoute
from chassis.auth import Principal, require
from chassis.errors import NotFound
from chassis.http.unit import UnitRoute, session
from chassis.nkeys import format_creds
from chassis.pages.rendering import DEFAULT_ZONE

router = APIRouter(route_class=UnitRoute, prefix="/organizations", include_in_schema=False)
secret_router = APIRouter(route_class=UnrecordedRoute, prefix="/organizations", include_in_schema=False)

WATCHERS = ("operator", "head", "department", "administrator")
Session = Annotated[AsyncSession, Depends(session)]
Watcher = Annotated[Principal, Depends(require(*WATCHERS))]
Visitor = Annotated[Principal, Depends(require(*WATCHERS, "coordinator"))]
Operator = Annotated[Principal, Depends(require("operator", "administrator"))]
Equipped = Annotated[Equipment, Depends(equipment)]


@router.get("")
async def index(request: Request, _: Watcher, current: Session) -> Response:
    """Every organisation with its role, its type and its licences."""
    organizations = await queries.list_organizations(current)
    urgent = {one.organization_id for one in expiring(organizations, datetime.now(DEFAULT_ZONE).date())}
    return render(request, "organizations.html", organizations=organizations, urgent=urgent)


@router.get("/{organization_id}")
async def one(request: Request, organization_id: UUID, who: Visitor, current: Session) -> Response:
    """One organisation; a coordinator sees the own one alone."""
    if not who.has(*WATCHERS) and who.organization_id != organization_id:
        raise NotFound("Такой организации нет.")
    return await _one(request, who, current, organization_id)


@secret_router.post("/{organization_id}/feed-access")
async def open_feed(
    request: Request, organization_id: UUID, who: Operator, current: Session, equipped: Equipped
) -> Response:
    """Show the credentials in the answer itself: a redirect could not, and nothing keeps them."""
    grant = await open_feed_access(current, equipped.partners, organization_id, by=who.account_id)
    return await _one(request, who, current, organization_id, creds=format_creds(grant.credentials))


@secret_router.post("/{organization_id}/feed-access/shut")
async def shut_feed(
    request: Request, organization_id: UUID, who: Operator, current: Session, equipped: Equipped
) -> Response:
    """Cut the organisation off its feed."""
    await shut_feed_access(current, equipped.partners, organization_id, by=who.account_id)
    return await _one(request, who, current, organization_id)


async def _one(
    request: Request, who: Principal, current: AsyncSession, organization_id: UUID, *, creds: str = ""
) -> Response:
    organization = await queries.get_organization(current, organization_id)
    return render(
        request,
        "organization.html",
        organization=organization,
        access=await queries.find_access(current, organization_id),
        accounts=await queries.count_accounts(current, organization_id),
        expiring=expiring([organization], datetime.now(DEFAULT_ZONE).date()),
        today=datetime.now(DEFAULT_ZONE).date(),
        creds=creds,
        is_watcher=who.has(*WATCHERS),
        may_open=who.has("operator", "administrator"),
    )
