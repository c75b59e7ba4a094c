"""The headline figure."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from center import queries
from center.domain.coverage import Share
from center.schemas import CoverageOut, SchoolShareOut, SettlementShareOut
from chassis.auth import Principal, require
from chassis.http.unit import UnitRoute, session
from chassis.pages.rendering import DEFAULT_ZONE

router = APIRouter(route_class=UnitRoute, tags=["monitoring"])

Session = Annotated[AsyncSession, Depends(session)]
Watcher = Annotated[Principal, Depends(require("operator", "administrator", "head", "department"))]


@router.get("/coverage")
async def get_coverage(_: Watcher, current: Session, on: Annotated[date | None, Query()] = None) -> CoverageOut:
    """Coverage on a day; without `on`, on the latest day that any fact speaks of."""
    today = datetime.now(DEFAULT_ZONE).date()
    view = await queries.read_coverage(current, on or await queries.latest_business_date(current, otherwise=today))
    coverage = view.coverage
    return CoverageOut(
        as_of=coverage.as_of,
        base_day=coverage.base_day,
        target=float(coverage.total.target_percent),
        reached=coverage.total.is_reached,
        by_school=tuple(
            SchoolShareOut(organization_id=UUID(school), name=view.school_names.get(school, ""), **_share(share))
            for school, share in coverage.by_school
        ),
        by_settlement=tuple(
            SettlementShareOut(settlement=name, **_share(share)) for name, share in coverage.by_settlement
        ),
        **_share(coverage.total),
    )


def _share(share: Share) -> dict[str, Any]:
    return {
        "pupils": share.pupils,
        "covered": share.covered,
        "percent": float(share.percent),
        "pupils_missing": share.pupils_missing,
    }
