"""What hosts and pupils do with requests for seats: allocate, decline, withdraw."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from chassis.outbox import record
from contracts.enrollment import PlacementDeclined, PlacementWithdrawn
from enrollment.domain.placement import DeclineReason, PlacementAction, PlacementState, next_placement_state
from enrollment.domain.seats import explain
from enrollment.events import placement_event
from enrollment.operations.codes import code_of
from enrollment.operations.queues import leave_queue, lock_queue, seat_everyone
from enrollment.tables import Placement


@dataclass(frozen=True, slots=True)
class Seated:
    """What the allocation meant for one request, with its words for the pupil."""

    placement_id: UUID
    pupil_id: UUID
    status: str
    position: int | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """An offer after its allocation; `changes` are empty when nothing was left to decide."""

    offer_id: UUID
    capacity: int
    confirmed: int
    waitlisted: int
    changes: tuple[Seated, ...]


async def allocate_seats(session: AsyncSession, host_id: UUID, offer_id: UUID) -> Allocation:
    """Give the free seats of the host's offer to all who ask, in their order; the rest is queued.

    NotFound for another organisation's offer. May be repeated and may run twice at once.
    """
    queue = await lock_queue(session, offer_id)
    if queue.offer.organization_id != host_id:
        raise NotFound("Такого курса у вашей организации нет.", code="offer.unknown")
    await seat_everyone(session, queue)
    changes = tuple(
        Seated(row.id, row.pupil_id, row.status, row.position, explain(queue.seating, str(row.id)).explanation)
        for row in queue.changed
    )
    seating = queue.seating
    return Allocation(offer_id, queue.offer.capacity, len(seating.confirmed), len(seating.waitlisted), changes)


async def decline_placement(session: AsyncSession, placement: Placement, reason_code: str) -> None:
    """The host refuses a request that has no seat yet, with a coded reason."""
    reason = code_of(DeclineReason, reason_code, "reason_code")
    await _leave(session, placement, PlacementAction.DECLINE, PlacementDeclined, reason)


async def withdraw_placement(session: AsyncSession, placement: Placement) -> None:
    """The pupil or the home school gives a request or a seat back; the first who waits gets the seat."""
    await _leave(session, placement, PlacementAction.WITHDRAW, PlacementWithdrawn)


async def _leave(
    session: AsyncSession,
    placement: Placement,
    action: PlacementAction,
    kind: type[PlacementDeclined | PlacementWithdrawn],
    reason: DeclineReason | None = None,
) -> None:
    queue = await lock_queue(session, placement.offer_id)
    await session.refresh(placement)
    placement.status = next_placement_state(PlacementState(placement.status), action)
    placement.position, placement.reason_code = None, reason
    await session.flush()
    await record(session, kind(**placement_event(placement)), sequence=placement.version)
    await leave_queue(session, queue, placement.id)
