"""A host's course with everything that waits for a decision there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from enrollment.domain.attendance import AttendanceSummary, summarise
from enrollment.pages.words import MARKS, PASSES
from enrollment.queries.attendance import attendances
from enrollment.queries.offers import OfferView
from enrollment.queries.placements import PlacementView, by_offer
from enrollment.queries.results import ResultView

OPEN_STATUSES = ("requested", "confirmed", "waitlisted")


@dataclass(frozen=True, slots=True)
class Member:
    """A pupil with a seat, the hours attended in the half-year, and the result if there is one."""

    placement: PlacementView
    attendance: AttendanceSummary
    result: ResultView | None

    @property
    def needs_result(self) -> bool:
        """Whether the host has to issue a result, for the first time or again."""
        return self.result is None or self.result.status == "returned"


@dataclass(frozen=True, slots=True)
class CourseSeats:
    """A course of the host."""

    offer: OfferView
    placements: tuple[PlacementView, ...]
    members: tuple[Member, ...]
    marks: tuple[tuple[str, str], ...]

    @property
    def results_due(self) -> int:
        """Results of the half-year that are still to be issued."""
        return sum(member.needs_result for member in self.members)


async def course_seats(
    session: AsyncSession,
    offers: Sequence[OfferView],
    placements: Sequence[PlacementView],
    results: Sequence[ResultView],
    half_year: str,
) -> list[CourseSeats]:
    """The host's courses, those with open requests first."""
    placed = by_offer(placements)
    attended = await attendances(session, [offer.id for offer in offers], half_year)
    issued = {one.placement_id: one for one in results if one.half_year == half_year}
    lines = []
    for offer in offers:
        mine = [one for one in placed.get(offer.id, ()) if one.status in OPEN_STATUSES]
        mine.sort(key=lambda one: (OPEN_STATUSES.index(one.status), one.position or 0, one.requested_at))
        members = tuple(
            Member(one, attended.get((offer.id, one.pupil_id), summarise(())), issued.get(one.id))
            for one in mine
            if one.status == "confirmed"
        )
        marks = MARKS if offer.level in ("base", "advanced") else [*PASSES, *MARKS]
        lines.append(CourseSeats(offer, tuple(mine), members, tuple(marks)))
    return sorted(lines, key=lambda line: (not line.offer.requested, not line.placements, line.offer.title))
