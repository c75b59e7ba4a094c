"""Reads of results on their way from hosts to home schools."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.errors import NotFound
from enrollment.sides import Side, any_of, as_home, as_host, as_pupil, as_tutor
from enrollment.tables import Offer, Placement, Result

LISTED_MAX = 2000


@dataclass(frozen=True, slots=True)
class ResultView:
    """A result as both sides see it."""

    id: UUID
    version: int
    placement_id: UUID
    pupil_id: UUID
    offer_id: UUID
    home_organization_id: UUID
    host_organization_id: UUID
    half_year: str
    mark: str
    hours_planned: Decimal
    hours_attended: Decimal
    status: str
    reason_code: str | None
    title: str


async def find_result(session: AsyncSession, result_id: UUID, *sides: Side) -> tuple[Result, Placement]:
    """The result with its placement, on one of the sides; raises NotFound."""
    query = select(Result, Placement).join(Placement, Placement.id == Result.placement_id)
    row = (await session.execute(query.where(Result.id == result_id, any_of(Placement, *sides)))).one_or_none()
    if row is None:
        raise NotFound("Такого результата нет, или он не ваш.", code="result.unknown")
    return row[0], row[1]


async def list_results(
    session: AsyncSession, who: Principal, *, status: str | None = None, half_year: str | None = None
) -> tuple[ResultView, ...]:
    """Results of the host or the home side, of the pupil or the tutor's pupils."""
    sides = (as_host(who, "teacher"), as_home(who), as_pupil(who), as_tutor(who))
    query = (
        select(Result, Placement, Offer.title)
        .join(Placement, Placement.id == Result.placement_id)
        .outerjoin(Offer, Offer.id == Placement.offer_id)
        .where(any_of(Placement, *sides))
    )
    if status is not None:
        query = query.where(Result.status == status)
    if half_year is not None:
        query = query.where(Result.half_year == half_year)
    query = query.order_by(Offer.title, Result.id).limit(LISTED_MAX)
    return tuple(result_view(result, placed, title or "") for result, placed, title in await session.execute(query))


def result_view(result: Result, placement: Placement, title: str = "") -> ResultView:
    """The row as its readers see it."""
    return ResultView(
        id=result.id,
        version=result.version,
        placement_id=placement.id,
        pupil_id=placement.pupil_id,
        offer_id=placement.offer_id,
        home_organization_id=placement.home_organization_id,
        host_organization_id=placement.host_organization_id,
        half_year=result.half_year,
        mark=result.mark,
        hours_planned=result.hours_planned,
        hours_attended=result.hours_attended,
        status=result.status,
        reason_code=result.reason_code,
        title=title,
    )
