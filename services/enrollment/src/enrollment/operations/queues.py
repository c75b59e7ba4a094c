"""Seats and queues in the database: decided by `domain.seats` under a lock on the offer's row.

Whoever gives, frees or fills a seat of an offer takes the lock first and reads the placements after it, so two calls at
once come one after the other and no more seats are given than there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from chassis.outbox import record
from contracts.enrollment import PlacementConfirmed, PlacementPromoted, PlacementState, PlacementWaitlisted
from enrollment.domain.placement import PlacementAction, next_placement_state
from enrollment.domain.placement import PlacementState as State
from enrollment.domain.seats import Seating, SeatRequest, allocate, change_capacity, withdraw_request
from enrollment.events import placement_event
from enrollment.seating import RULE, requests_of, seating_of
from enrollment.tables import Offer, Placement

SEATED_STATUSES = (State.REQUESTED, State.CONFIRMED, State.WAITLISTED)


@dataclass
class Queue:
    """An offer, locked, with its open placements and the seating they make."""

    offer: Offer
    placements: dict[str, Placement]
    seating: Seating
    requested: tuple[SeatRequest, ...]
    changed: list[Placement] = field(default_factory=list)


async def lock_queue(session: AsyncSession, offer_id: UUID) -> Queue:
    """Lock the offer and read its queue; raises NotFound for an unknown offer."""
    offer = await session.scalar(
        select(Offer).where(Offer.id == offer_id).with_for_update().execution_options(populate_existing=True)
    )
    if offer is None:
        raise NotFound("Такого курса нет.", code="offer.unknown")
    rows = (
        await session.scalars(
            select(Placement)
            .where(Placement.offer_id == offer_id, Placement.status.in_(SEATED_STATUSES))
            .order_by(Placement.requested_at, Placement.id)
            .execution_options(populate_existing=True)
        )
    ).all()
    return Queue(offer, {str(row.id): row for row in rows}, seating_of(offer, rows), requests_of(rows, State.REQUESTED))


async def seat_everyone(session: AsyncSession, queue: Queue) -> None:
    """Free seats to those who wait and ask, in their order; the rest waits. Repeating it changes nothing."""
    seating = queue.seating
    open_requests = (*seating.waitlisted, *queue.requested)
    seated = allocate(max(0, seating.seats_free), open_requests, RULE).seating
    confirmed = (*seating.confirmed, *seated.confirmed)
    await _write(session, queue, Seating(seating.capacity, RULE, confirmed, seated.waitlisted))


async def leave_queue(session: AsyncSession, queue: Queue, placement_id: UUID) -> None:
    """Give back the seat or the place in the queue: the first who waits gets the seat, the others move up."""
    queue.placements.pop(str(placement_id), None)
    await _write(session, queue, withdraw_request(queue.seating, str(placement_id)).seating)


async def fill_seats(session: AsyncSession, offer_ids: Sequence[UUID]) -> None:
    """Give seats that an offer gained to those who wait."""
    waiting = await session.scalars(
        select(Placement.offer_id)
        .where(Placement.offer_id.in_(offer_ids), Placement.status == State.WAITLISTED)
        .distinct()
        .order_by(Placement.offer_id)
    )
    for offer_id in waiting.all():
        queue = await lock_queue(session, offer_id)
        capacity = max(queue.offer.capacity, len(queue.seating.confirmed))
        await _write(session, queue, change_capacity(queue.seating, capacity).seating)


async def _write(session: AsyncSession, queue: Queue, seating: Seating) -> None:
    """Bring the rows to the seating and record one event for each that changed, in the order of priority."""
    queue.seating = seating
    for request in seating.confirmed:
        placement = queue.placements[request.request_id]
        if placement.status != State.CONFIRMED:
            was_waiting = placement.status == State.WAITLISTED
            action = PlacementAction.PROMOTE if was_waiting else PlacementAction.CONFIRM
            next_placement_state(State(placement.status), action)
            placement.status, placement.position = State.CONFIRMED, None
            await _tell(session, queue, placement, PlacementPromoted if was_waiting else PlacementConfirmed)
    for position, request in enumerate(seating.waitlisted, start=1):
        placement = queue.placements[request.request_id]
        if placement.status == State.WAITLISTED and placement.position == position:
            continue
        if placement.status != State.WAITLISTED:
            placement.status = next_placement_state(State(placement.status), PlacementAction.WAITLIST)
        placement.position = position
        await _tell(session, queue, placement, PlacementWaitlisted)


async def _tell(session: AsyncSession, queue: Queue, placement: Placement, kind: type[PlacementState]) -> None:
    await session.flush()
    await record(session, kind(**placement_event(placement)), sequence=placement.version)
    queue.changed.append(placement)
