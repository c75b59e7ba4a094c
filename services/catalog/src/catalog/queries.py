"""Named reads of the catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from catalog.domain.search_text import query_words
from catalog.tables import Offer, Organization, Submission
from chassis.errors import NotFound

PAGE_ROWS = 20
_OWNER = Organization.id == Offer.organization_id
FACETS = ("subject_code", "level", "mode", "settlement", "organization")


@dataclass(frozen=True, slots=True)
class Search:
    """What a visitor asks for; every facet holds the chosen values."""

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: int = 1


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer as the public sees it."""

    id: UUID
    organization_id: UUID
    organization: str
    title: str
    subject_code: str
    level: str
    grades: tuple[int, ...]
    hours_total: int
    hours_per_week: Decimal
    capacity: int
    mode: str
    settlement: str
    starts_on: date
    ends_on: date
    slots: tuple[dict[str, Any], ...]
    language: str
    enrolment_closes: date
    description: str
    status: str
    version: int


@dataclass(frozen=True, slots=True)
class FacetOption:
    """One value of a facet, with how many offers it would leave."""

    value: str
    count: int
    checked: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A page of offers with the facets around it."""

    offers: tuple[OfferView, ...]
    total: int
    pages: int
    facets: dict[str, tuple[FacetOption, ...]]


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """A submission as its sender sees it."""

    id: UUID
    channel: str
    reference: str
    accepted: bool
    offer_id: UUID | None
    errors: tuple[dict[str, str], ...]


def offer_event(offer: Offer) -> dict[str, Any]:
    """The public state of an offer as the contracts name it."""
    return {
        "offer_id": offer.id,
        "organization_id": offer.organization_id,
        "title": offer.course_title,
        "subject_code": offer.subject_code,
        "level": offer.level,
        "grades": tuple(offer.grades),
        "hours_total": str(offer.hours_total),
        "hours_per_week": str(offer.hours_per_week.normalize().__format__("f")),
        "capacity": offer.capacity,
        "mode": offer.mode,
        "settlement": offer.settlement,
        "starts_on": offer.term_start,
        "ends_on": offer.term_end,
        "slots": tuple(offer.slots),
        "language": offer.language,
        "tariff_code": offer.tariff_reference,
        "status": offer.status,
    }


async def find_organization(session: AsyncSession, organization_id: UUID | None) -> Organization:
    """The organisation; raises NotFound while center's event has not come."""
    found = await session.get(Organization, organization_id) if organization_id else None
    if found is None:
        raise NotFound("Организация каталогу пока неизвестна. Повторите через минуту.", code="organization.unknown")
    return found


async def find_sender(session: AsyncSession, account: str) -> Organization | None:
    """The organisation behind a NATS account, as the server stamped it into the subject."""
    return await session.scalar(select(Organization).where(Organization.feed_account == account))


async def get_offer(session: AsyncSession, offer_id: UUID) -> OfferView:
    """One offer that the public may see; raises NotFound."""
    row = (await session.execute(_public().where(Offer.id == offer_id))).one_or_none()
    if row is None:
        raise NotFound("Такого предложения в каталоге нет.")
    return _view(*row)


async def search_offers(session: AsyncSession, search: Search) -> Found:
    """Published offers that fit, the nearest first, with counts for every facet."""
    conditions = _conditions(search)
    everything = [condition for _, condition in conditions]
    total = (
        await session.scalar(select(func.count()).select_from(Offer).join(Organization, _OWNER).where(*everything)) or 0
    )
    query = _public().where(*everything)
    if words := query_words(search.text):
        query = query.order_by(func.ts_rank(Offer.search, _tsquery(words)).desc())
    query = query.order_by(Offer.course_title, Offer.id).limit(PAGE_ROWS).offset((search.page - 1) * PAGE_ROWS)
    offers = tuple(_view(*row) for row in await session.execute(query))
    facets = {name: await _facet(session, name, search, conditions) for name in FACETS}
    return Found(offers, total, max(1, -(-total // PAGE_ROWS)), facets)


async def offers_of(session: AsyncSession, organization_id: UUID) -> tuple[OfferView, ...]:
    """Every offer of one organisation, closed ones too."""
    query = select(Offer, Organization).join(Organization, _OWNER).where(Offer.organization_id == organization_id)
    return tuple(_view(*row) for row in await session.execute(query.order_by(Offer.course_title, Offer.id).limit(500)))


async def submissions_of(
    session: AsyncSession, organization_id: UUID, *, limit: int = 50
) -> tuple[SubmissionView, ...]:
    """The newest submissions of one organisation."""
    query = select(Submission).where(Submission.organization_id == organization_id)
    rows = await session.scalars(query.order_by(Submission.received_at.desc(), Submission.id).limit(limit))
    return tuple(
        SubmissionView(row.id, row.channel, row.reference, row.accepted, row.offer_id, tuple(row.errors))
        for row in rows
    )


def _public() -> Select[Offer, Organization]:
    return select(Offer, Organization).join(Organization, _OWNER).where(Offer.status == "published")


def _facet_column(name: str) -> ColumnElement[Any]:
    return Organization.short_name if name == "organization" else getattr(Offer, name)  # type: ignore[return-value]


def _conditions(search: Search) -> list[tuple[str, ColumnElement[bool]]]:
    found: list[tuple[str, ColumnElement[bool]]] = [("status", Offer.status == "published")]
    if words := query_words(search.text):
        found.append(("text", Offer.search.op("@@")(_tsquery(words))))
    found += [(name, _facet_column(name).in_(values)) for name, values in search.chosen.items() if values]
    return found


def _tsquery(words: Sequence[str]) -> Any:
    return func.plainto_tsquery("russian", " ".join(words))


async def _facet(
    session: AsyncSession, name: str, search: Search, conditions: list[tuple[str, ColumnElement[bool]]]
) -> tuple[FacetOption, ...]:
    """Counts under all conditions but the facet's own, so that another value of it can be added."""
    column = _facet_column(name)
    others = [condition for key, condition in conditions if key != name]
    rows = await session.execute(
        select(column, func.count())
        .select_from(Offer)
        .join(Organization, _OWNER)
        .where(*others)
        .group_by(column)
        .order_by(func.count().desc(), column)
        .limit(30)
    )
    chosen = search.chosen.get(name, ())
    return tuple(FacetOption(str(value), count, str(value) in chosen) for value, count in rows)


def _view(offer: Offer, organization: Organization) -> OfferView:
    return OfferView(
        id=offer.id,
        organization_id=organization.id,
        organization=organization.short_name,
        title=offer.course_title,
        subject_code=offer.subject_code,
        level=offer.level,
        grades=tuple(offer.grades),
        hours_total=offer.hours_total,
        hours_per_week=offer.hours_per_week,
        capacity=offer.capacity,
        mode=offer.mode,
        settlement=offer.settlement,
        starts_on=offer.term_start,
        ends_on=offer.term_end,
        slots=tuple(offer.slots),
        language=offer.language,
        enrolment_closes=offer.enrolment_closes,
        description=offer.description,
        status=offer.status,
        version=offer.version,
    )
