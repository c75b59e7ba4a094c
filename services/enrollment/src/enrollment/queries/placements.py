"""Reads of placements: who asks, who has a seat, who waits and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.errors import NotFound
from enrollment.domain.placement import PlacementState
from enrollment.domain.seats import explain
from enrollment.seating import seating_of
from enrollment.sides import Side, any_of, as_home, as_host, as_pupil, as_tutor
from enrollment.tables import Offer, Placement

LISTED_MAX = 2000
IN_SEATING = (PlacementState.CONFIRMED, PlacementState.WAITLISTED)


@dataclass(frozen=True, slots=True)
class PlacementView:
    """A request for a seat as both sides see it."""

    id: UUID
    version: int
    plan_id: UUID
    pupil_id: UUID
    offer_id: UUID
    home_organization_id: UUID
    host_organization_id: UUID
    status: str
    requested_at: datetime
    position: int | None
    reason_code: str | None
    title: str
    explanation: str = ""


async def find_placement(session: AsyncSession, placement_id: UUID, *sides: Side) -> Placement:
    """The placement on one of the sides; raises NotFound."""
    placement = await session.scalar(select(Placement).where(Placement.id == placement_id, any_of(Placement, *sides)))
    if placement is None:
        raise NotFound("Такой заявки нет, или она не ваша.", code="placement.unknown")
    return placement


async def list_placements(
    session: AsyncSession, who: Principal, *, offer_id: UUID | None = None, status: str | None = None
) -> tuple[PlacementView, ...]:
    """Placements of the host or the home side, of the pupil or the tutor's pupils, in the order of the requests."""
    sides = (as_host(who, "teacher"), as_home(who), as_pupil(who), as_tutor(who))
    query = (
        select(Placement, Offer.title).outerjoin(Offer, Offer.id == Placement.offer_id).where(any_of(Placement, *sides))
    )
    if offer_id is not None:
        query = query.where(Placement.offer_id == offer_id)
    if status is not None:
        query = query.where(Placement.status == status)
    query = query.order_by(Placement.requested_at, Placement.id).limit(LISTED_MAX)
    return tuple(placement_view(row, title or "") for row, title in await session.execute(query))


async def placements_of_plan(session: AsyncSession, plan_id: UUID) -> tuple[PlacementView, ...]:
    """The requests of one plan, each with its words for the pupil."""
    query = select(Placement, Offer.title).outerjoin(Offer, Offer.id == Placement.offer_id)
    rows = (await session.execute(query.where(Placement.plan_id == plan_id).order_by(Offer.title))).all()
    words = await _explanations(session, [row for row, _ in rows])
    return tuple(placement_view(row, title or "", words.get(row.id, "")) for row, title in rows)


async def _explanations(session: AsyncSession, placements: Sequence[Placement]) -> dict[UUID, str]:
    words: dict[UUID, str] = {}
    for placement in placements:
        offer = await session.get(Offer, placement.offer_id)
        if offer is None or placement.status not in IN_SEATING:
            continue
        rows = await session.scalars(
            select(Placement)
            .where(Placement.offer_id == offer.id, Placement.status.in_(IN_SEATING))
            .order_by(Placement.requested_at, Placement.id)
        )
        words[placement.id] = explain(seating_of(offer, rows.all()), str(placement.id)).explanation
    return words


def by_offer(placements: Iterable[PlacementView]) -> dict[UUID, list[PlacementView]]:
    """Placements under their offers."""
    found: dict[UUID, list[PlacementView]] = {}
    for placement in placements:
        found.setdefault(placement.offer_id, []).append(placement)
    return found


def placement_view(row: Placement, title: str = "", explanation: str = "") -> PlacementView:
    """The row as its readers see it."""
    return PlacementView(
        id=row.id,
        version=row.version,
        plan_id=row.plan_id,
        pupil_id=row.pupil_id,
        offer_id=row.offer_id,
        home_organization_id=row.home_organization_id,
        host_organization_id=row.host_organization_id,
        status=row.status,
        requested_at=row.requested_at,
        position=row.position,
        reason_code=row.reason_code,
        title=title,
        explanation=explanation,
    )
