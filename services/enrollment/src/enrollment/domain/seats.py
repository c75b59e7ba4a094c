"""Seats of a course: who is in, who waits and in which place. See docs/algorithms/seats.md for the guarantees.

A seat that was given is never taken away by a later request; a freed seat goes to the first of the waiting list.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chassis.errors import Conflict


class PriorityRule(StrEnum):
    """How requests are ordered; the course fixes it before enrolment opens."""

    FIRST_COME = "first_come"  # time of the request, then its id
    WISH_RANK = "wish_rank"  # the rank among the pupil's own wishes, then time, then id


RULE_TITLES = {
    PriorityRule.FIRST_COME: "кто раньше подал заявку",
    PriorityRule.WISH_RANK: "кому курс нужнее: первое пожелание раньше второго, затем по времени заявки",
}


@dataclass(frozen=True, slots=True)
class SeatRequest:
    """A request for one seat; `wish_rank` 1 is the pupil's first wish, `requested_at` is aware UTC."""

    request_id: str
    pupil_id: str
    requested_at: datetime
    wish_rank: int = 1

    def priority(self, rule: PriorityRule) -> tuple[int, datetime, str]:
        """The key of the order: total, so that two requests never tie."""
        return (self.wish_rank if rule is PriorityRule.WISH_RANK else 0, self.requested_at, self.request_id)


@dataclass(frozen=True, slots=True)
class SeatChange:
    """What a decision means for one request; `position` counts from 1 in the waiting list, None with a seat."""

    request_id: str
    is_confirmed: bool
    position: int | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Seating:
    """Who has a seat and who waits, both in the order of priority."""

    capacity: int
    rule: PriorityRule
    confirmed: tuple[SeatRequest, ...] = ()
    waitlisted: tuple[SeatRequest, ...] = ()

    @property
    def seats_free(self) -> int:
        """Seats that nobody has."""
        return self.capacity - len(self.confirmed)

    def position(self, request_id: str) -> int | None:
        """Place in the waiting list from 1; None for one who has a seat or is unknown."""
        places = (place for place, item in enumerate(self.waitlisted, start=1) if item.request_id == request_id)
        return next(places, None)


@dataclass(frozen=True, slots=True)
class Seated:
    """A new seating with what changed for whom."""

    seating: Seating
    changes: tuple[SeatChange, ...]


def allocate(capacity: int, requests: Iterable[SeatRequest], rule: PriorityRule = PriorityRule.FIRST_COME) -> Seated:
    """Seats for a closed list of requests at once; the same requests in any order give the same result.

    Conflict `seats.doubled` when a request or a pupil stands in the list twice.
    """
    ordered = tuple(sorted(requests, key=lambda item: item.priority(rule)))
    _refuse_doubles(ordered)
    seating = Seating(max(capacity, 0), rule, ordered[: max(capacity, 0)], ordered[max(capacity, 0) :])
    return Seated(seating, tuple(explain(seating, item.request_id) for item in ordered))


def request_seat(seating: Seating, request: SeatRequest) -> Seated:
    """A seat while one is free and nobody waits, else a place in the waiting list by priority.

    Conflict `seats.doubled` when the pupil has a seat or waits already.
    """
    _refuse_doubles((*seating.confirmed, *seating.waitlisted, request))
    if seating.seats_free > 0 and not seating.waitlisted:
        following = replace(seating, confirmed=_ordered((*seating.confirmed, request), seating.rule))
    else:
        following = replace(seating, waitlisted=_ordered((*seating.waitlisted, request), seating.rule))
    return Seated(following, _changes(seating, following))


def withdraw_request(seating: Seating, request_id: str) -> Seated:
    """The seating without the request; a freed seat goes to the first who waits. Unknown requests change nothing."""
    left = replace(
        seating,
        confirmed=tuple(item for item in seating.confirmed if item.request_id != request_id),
        waitlisted=tuple(item for item in seating.waitlisted if item.request_id != request_id),
    )
    following = _promote(left)
    return Seated(following, _changes(seating, following))


def change_capacity(seating: Seating, capacity: int) -> Seated:
    """More seats go to those who wait; fewer than are taken is Conflict `seats.taken`: nobody is thrown out."""
    if capacity < len(seating.confirmed):
        raise Conflict(
            f"Мест нельзя сделать {capacity}: уже занято {len(seating.confirmed)}.",
            code="seats.taken",
        )
    following = _promote(replace(seating, capacity=capacity))
    return Seated(following, _changes(seating, following))


def explain(seating: Seating, request_id: str) -> SeatChange:
    """Where the request stands and why, for the pupil; LookupError for an unknown one."""
    for item in seating.confirmed:
        if item.request_id == request_id:
            return SeatChange(
                request_id, True, None, f"Место есть: занято {len(seating.confirmed)} из {seating.capacity}."
            )
    position = seating.position(request_id)
    if position is None:
        raise LookupError(request_id)
    words = (
        f"В очереди {position}-й из {len(seating.waitlisted)}: мест {seating.capacity}, занято {len(seating.confirmed)}. "
        f"Порядок: {RULE_TITLES[seating.rule]}."
    )
    return SeatChange(request_id, False, position, words)


def _promote(seating: Seating) -> Seating:
    count = max(0, min(seating.seats_free, len(seating.waitlisted)))
    promoted, waiting = seating.waitlisted[:count], seating.waitlisted[count:]
    return replace(seating, confirmed=_ordered((*seating.confirmed, *promoted), seating.rule), waitlisted=waiting)


def _changes(before: Seating, after: Seating) -> tuple[SeatChange, ...]:
    """Requests whose standing is another than before: a seat, or another place in the waiting list."""
    had_seat = {item.request_id for item in before.confirmed}
    changed = [item.request_id for item in after.confirmed if item.request_id not in had_seat]
    changed += [
        item.request_id
        for place, item in enumerate(after.waitlisted, start=1)
        if before.position(item.request_id) != place
    ]
    return tuple(explain(after, request_id) for request_id in changed)


def _ordered(requests: Iterable[SeatRequest], rule: PriorityRule) -> tuple[SeatRequest, ...]:
    return tuple(sorted(requests, key=lambda item: item.priority(rule)))


def _refuse_doubles(requests: tuple[SeatRequest, ...]) -> None:
    for key in ("request_id", "pupil_id"):
        if len({getattr(item, key) for item in requests}) != len(requests):
            raise Conflict("Заявка на этот курс уже есть: вторая не нужна.", code="seats.doubled")
