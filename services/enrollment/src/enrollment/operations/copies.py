"""Keep the read copies of center's and catalog's state: the newest version of each stays, an older one changes nothing."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from chassis.inbox import Received
from contracts.catalog import OfferState
from contracts.center import OrganizationState, PupilRegistered, TutorAssigned
from enrollment.operations.queues import fill_seats
from enrollment.tables import Offer, Organization, Pupil, TutorAssignment

Copy = type[Organization] | type[Offer] | type[Pupil] | type[TutorAssignment]


async def keep_organizations(session: AsyncSession, events: Sequence[Received[OrganizationState]]) -> int:
    """Organisations of the network."""
    rows = [
        {
            "id": one.event.organization_id,
            "version": one.sequence,
            "short_name": one.event.short_name,
            "settlement": one.event.settlement,
            "active": one.event.active,
        }
        for one in events
    ]
    return len(await _keep(session, Organization, Organization.id, rows))


async def keep_pupils(session: AsyncSession, events: Sequence[Received[PupilRegistered]]) -> int:
    """Pupils of grades 10–11."""
    rows = [
        {
            "id": one.event.pupil_id,
            "version": one.sequence,
            "home_organization_id": one.event.home_organization_id,
            "grade": one.event.grade,
            "cohort_year": one.event.cohort_year,
            "residence": one.event.residence,
        }
        for one in events
    ]
    return len(await _keep(session, Pupil, Pupil.id, rows))


async def keep_tutors(session: AsyncSession, events: Sequence[Received[TutorAssigned]]) -> int:
    """Who accompanies whom."""
    rows = [
        {
            "pupil_id": one.event.pupil_id,
            "version": one.sequence,
            "tutor_id": one.event.tutor_id,
            "home_organization_id": one.event.home_organization_id,
        }
        for one in events
    ]
    return len(await _keep(session, TutorAssignment, TutorAssignment.pupil_id, rows))


async def keep_offers(session: AsyncSession, events: Sequence[Received[OfferState]]) -> int:
    """Offers of the catalogue; seats that an offer gained go to those who wait for it."""
    changed = await _keep(session, Offer, Offer.id, [_offer_row(one) for one in events])
    await fill_seats(session, changed)
    return len(changed)


def _offer_row(one: Received[OfferState]) -> dict[str, Any]:
    event = one.event
    return {
        "id": event.offer_id,
        "version": one.sequence,
        "organization_id": event.organization_id,
        "title": event.title,
        "subject_code": event.subject_code,
        "level": event.level,
        "grades": list(event.grades),
        "hours_total": Decimal(event.hours_total),
        "hours_per_week": Decimal(event.hours_per_week),
        "capacity": event.capacity,
        "mode": event.mode,
        "settlement": event.settlement,
        "starts_on": event.starts_on,
        "ends_on": event.ends_on,
        "slots": [slot.model_dump(mode="json") for slot in event.slots],
        "tariff_code": event.tariff_code,
        "status": event.status,
    }


async def _keep(
    session: AsyncSession, copy: Copy, key: InstrumentedAttribute[UUID], rows: Sequence[dict[str, Any]]
) -> Sequence[UUID]:
    """Upsert the rows and return the keys of those that changed."""
    statement = insert(copy)
    statement = statement.on_conflict_do_update(
        index_elements=[key],
        set_={name: statement.excluded[name] for name in rows[0] if name != key.key},
        where=copy.version < statement.excluded.version,
    )
    changed = await session.scalars(statement.returning(key), rows)
    return changed.all()
