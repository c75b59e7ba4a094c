"""Requests for seats over JSON: allocation by the host, withdrawal by pupil or home school."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http.unit import UnitRoute
from enrollment.access import Coordinator, Overseer, PupilOrCoordinator, SeatReader, Session
from enrollment.operations.placements import Allocation, allocate_seats, decline_placement, withdraw_placement
from enrollment.queries.figures import Figures, figures
from enrollment.queries.placements import PlacementView, find_placement, list_placements, placement_view
from enrollment.schemas import DeclineIn
from enrollment.sides import acting_for, as_home, as_host, as_pupil

router = APIRouter(prefix="/api/v1", route_class=UnitRoute, tags=["placements"])


@router.get("/placements")
async def get_placements(
    who: SeatReader,
    current: Session,
    offer_id: UUID | None = None,
    status: Annotated[str | None, Query(max_length=20)] = None,
) -> tuple[PlacementView, ...]:
    """Requests on the own side: of the host, the home school, the tutor's pupils, the pupil."""
    return await list_placements(current, who, offer_id=offer_id, status=status)


@router.post("/offers/{offer_id}/allocation")
async def post_allocation(offer_id: UUID, who: Coordinator, current: Session) -> Allocation:
    """Give the free seats of the own offer in the order of the requests and queue the rest; may be repeated."""
    return await allocate_seats(current, acting_for(who), offer_id)


@router.post("/placements/{placement_id}/decline")
async def post_decline(placement_id: UUID, body: DeclineIn, who: Coordinator, current: Session) -> PlacementView:
    """The host refuses a request without a seat."""
    placement = await find_placement(current, placement_id, as_host(who))
    await decline_placement(current, placement, body.reason_code)
    return placement_view(placement)


@router.post("/placements/{placement_id}/withdrawal")
async def post_withdrawal(placement_id: UUID, who: PupilOrCoordinator, current: Session) -> PlacementView:
    """The pupil or the home school gives a request or a seat back; the first who waits gets the seat."""
    placement = await find_placement(current, placement_id, as_pupil(who), as_home(who))
    await withdraw_placement(current, placement)
    return placement_view(placement)


@router.get("/figures")
async def get_figures(who: Overseer, current: Session) -> Figures:
    """Counts by status and the seats of every offer."""
    return await figures(current)
