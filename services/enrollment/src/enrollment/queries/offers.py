"""Reads of the courses that other organisations offer, with their seats."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from enrollment.domain.plan import NetworkOffer
from enrollment.tables import Offer, Organization, Placement
from enrollment.translation import network_offer


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer with its seats, as the constructor and the host see it."""

    id: UUID
    organization_id: UUID
    organization: str
    title: str
    subject_code: str | None
    level: str
    grades: tuple[int, ...]
    hours_total: Decimal
    hours_per_week: Decimal
    mode: str
    settlement: str
    slots: tuple[dict[str, Any], ...]
    starts_on: date
    ends_on: date
    status: str
    capacity: int
    requested: int
    confirmed: int
    waitlisted: int

    @property
    def seats_free(self) -> int:
        """Seats that nobody has; never below zero."""
        return max(0, self.capacity - self.confirmed)


@dataclass(frozen=True, slots=True)
class Courses:
    """What a plan may draw on: every known offer by its id, and those that a pupil of the school may take now."""

    by_id: Mapping[str, NetworkOffer]
    open: tuple[NetworkOffer, ...]

    def without_seats(self) -> tuple[NetworkOffer, ...]:
        """The open offers with seats uncounted: a full course has a waiting list, so a wish for it stands."""
        return tuple(replace(offer, seats_free=None) for offer in self.open)


async def list_offers(
    session: AsyncSession,
    *,
    status: str | None = None,
    host_id: UUID | None = None,
    ids: Collection[UUID] | None = None,
) -> tuple[OfferView, ...]:
    """Offers by title: all, or those of a status, of a host, with these ids."""
    conditions: list[ColumnElement[bool]] = []
    if status is not None:
        conditions.append(Offer.status == status)
    if host_id is not None:
        conditions.append(Offer.organization_id == host_id)
    if ids is not None:
        conditions.append(Offer.id.in_(ids))
    seats = (
        select(
            Placement.offer_id,
            func.count().filter(Placement.status == "requested").label("requested"),
            func.count().filter(Placement.status == "confirmed").label("confirmed"),
            func.count().filter(Placement.status == "waitlisted").label("waitlisted"),
        )
        .group_by(Placement.offer_id)
        .subquery()
    )
    counts = [func.coalesce(seats.c[name], 0) for name in ("requested", "confirmed", "waitlisted")]
    query = (
        select(Offer, func.coalesce(Organization.short_name, ""), *counts)
        .outerjoin(Organization, Organization.id == Offer.organization_id)
        .outerjoin(seats, seats.c.offer_id == Offer.id)
        .where(*conditions)
        .order_by(Offer.title, Offer.id)
    )
    return tuple(_view(*row) for row in await session.execute(query))


async def courses_for(session: AsyncSession, home_organization_id: UUID) -> Courses:
    """The courses that pupils of a school may draw on; its own offers are no network courses."""
    offers = (await session.scalars(select(Offer).order_by(Offer.id))).all()
    query = select(Placement.offer_id, func.count()).where(Placement.status == "confirmed").group_by(Placement.offer_id)
    taken = dict((await session.execute(query)).all())
    by_id = {str(offer.id): network_offer(offer, max(0, offer.capacity - taken.get(offer.id, 0))) for offer in offers}
    allowed = [
        by_id[str(offer.id)]
        for offer in offers
        if offer.status == "published" and offer.organization_id != home_organization_id
    ]
    return Courses(by_id, tuple(allowed))


def _view(offer: Offer, organization: str, requested: int, confirmed: int, waitlisted: int) -> OfferView:
    return OfferView(
        id=offer.id,
        organization_id=offer.organization_id,
        organization=organization,
        title=offer.title,
        subject_code=offer.subject_code,
        level=offer.level,
        grades=tuple(offer.grades),
        hours_total=offer.hours_total,
        hours_per_week=offer.hours_per_week,
        mode=offer.mode,
        settlement=offer.settlement,
        slots=tuple(offer.slots),
        starts_on=offer.starts_on,
        ends_on=offer.ends_on,
        status=offer.status,
        capacity=offer.capacity,
        requested=requested,
        confirmed=confirmed,
        waitlisted=waitlisted,
    )
