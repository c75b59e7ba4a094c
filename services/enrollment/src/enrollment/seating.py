"""Placement rows as the seating that `domain.seats` decides on."""

from collections.abc import Sequence

from enrollment.domain.placement import PlacementState
from enrollment.domain.seats import PriorityRule, Seating, SeatRequest
from enrollment.tables import Offer, Placement

RULE = PriorityRule.FIRST_COME  # the hosts of the district seat by the time of the request


def seating_of(offer: Offer, rows: Sequence[Placement]) -> Seating:
    """Who has a seat and who waits."""
    waiting = sorted(
        (row for row in rows if row.status == PlacementState.WAITLISTED), key=lambda row: row.position or 0
    )
    confirmed = requests_of(rows, PlacementState.CONFIRMED)
    return Seating(offer.capacity, RULE, confirmed, requests_of(waiting, PlacementState.WAITLISTED))


def requests_of(rows: Sequence[Placement], status: PlacementState) -> tuple[SeatRequest, ...]:
    """The requests in one state, in the order of the rows."""
    return tuple(SeatRequest(str(row.id), str(row.pupil_id), row.requested_at) for row in rows if row.status == status)
