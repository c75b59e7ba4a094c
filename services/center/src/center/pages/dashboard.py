"""The first page of the centre: the headline figure, what pupils wish for, and how the services are."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from center import queries
from center.adapters.equipment import Equipment, equipment
from center.pages.rendering import render
from center.pages.words import EXPIRING_WITHIN_DAYS, expiring
from chassis.auth import Principal, require
from chassis.errors import Forbidden
from chassis.http.unit import UnitRoute, session
from chassis.pages.rendering import DEFAULT_ZONE

router = APIRouter(route_class=UnitRoute, include_in_schema=False)

WATCHERS = ("operator", "head", "department", "administrator")
Session = Annotated[AsyncSession, Depends(session)]
Visitor = Annotated[Principal, Depends(require(*WATCHERS, "coordinator"))]
Watcher = Annotated[Principal, Depends(require(*WATCHERS))]
Equipped = Annotated[Equipment, Depends(equipment)]


@router.get("/")
async def dashboard(
    request: Request, who: Visitor, current: Session, equipped: Equipped, on: Annotated[date | None, Query()] = None
) -> Response:
    """Coverage by school and settlement, wishes, licences that end, and the services as they answer now."""
    if not who.has(*WATCHERS):
        if who.organization_id is None:
            raise Forbidden("Координатору без организации здесь показать нечего.")
        return RedirectResponse(f"/center/organizations/{who.organization_id}", 303)
    conditions = await equipped.services.conditions(who.token)
    today = datetime.now(DEFAULT_ZONE).date()
    latest = await queries.latest_business_date(current, otherwise=today)
    view = await queries.read_coverage(current, on or latest)
    return render(
        request,
        "dashboard.html",
        view=view,
        chosen_on=on,
        wishes=await queries.top_wishes(current),
        expiring=expiring(await queries.list_organizations(current), today),
        expiring_within_days=EXPIRING_WITHIN_DAYS,
        conditions=conditions,
        may_decide=who.has("operator", "administrator"),
    )


@router.get("/services")
async def services(request: Request, who: Watcher, equipped: Equipped) -> Response:
    """The services alone, for the page that refreshes itself."""
    return render(
        request,
        "services.html",
        fragment="services",
        conditions=await equipped.services.conditions(who.token),
        may_decide=who.has("operator", "administrator"),
    )
