"""Figures for the centre: how many of everything, and whether any course has more pupils than seats."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from enrollment.queries.offers import OfferView, list_offers
from enrollment.tables import Lesson, Placement, Pupil, Result, StudyPlan, Wish


@dataclass(frozen=True, slots=True)
class OfferFigures:
    """Seats of one offer."""

    offer_id: UUID
    capacity: int
    requested: int
    confirmed: int
    waitlisted: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts by status; `over_capacity` names offers with more confirmed pupils than seats, and must be empty."""

    pupils: int
    plans: dict[str, int]
    placements: dict[str, int]
    results: dict[str, int]
    wishes: int
    lessons: int
    lesson_hours: Decimal
    offers: tuple[OfferFigures, ...]
    over_capacity: tuple[UUID, ...]


async def figures(session: AsyncSession) -> Figures:
    """All figures at one moment."""
    offers = await list_offers(session)
    lessons, hours = (await session.execute(select(func.count(), func.coalesce(func.sum(Lesson.hours), 0)))).one()
    return Figures(
        pupils=await session.scalar(select(func.count()).select_from(Pupil)) or 0,
        plans=await _by_status(session, StudyPlan),
        placements=await _by_status(session, Placement),
        results=await _by_status(session, Result),
        wishes=await session.scalar(select(func.count()).select_from(Wish)) or 0,
        lessons=lessons,
        lesson_hours=hours,
        offers=tuple(_seats(offer) for offer in offers),
        over_capacity=tuple(offer.id for offer in offers if offer.confirmed > offer.capacity),
    )


async def _by_status(session: AsyncSession, table: type[StudyPlan | Placement | Result]) -> dict[str, int]:
    rows = await session.execute(select(table.status, func.count()).group_by(table.status).order_by(table.status))
    return dict(rows.all())


def _seats(offer: OfferView) -> OfferFigures:
    return OfferFigures(offer.id, offer.capacity, offer.requested, offer.confirmed, offer.waitlisted)
