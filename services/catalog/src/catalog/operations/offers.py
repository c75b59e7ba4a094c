"""Offers: one door for all four ways in, so that the same offer gets the same verdict."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from catalog.domain.draft import OfferDraft
from catalog.domain.offer import OfferAction, OfferState, check_offer, next_state
from catalog.domain.offer_rules import LicenceView, OrganisationView
from catalog.domain.search_text import search_document
from catalog.domain.submission import Reading, read_submission
from catalog.queries import offer_event
from catalog.tables import Offer, Organization, Submission
from chassis.errors import FieldError, NotFound
from chassis.outbox import record
from contracts.catalog import (
    Channel,
    Objection,
    OfferChanged,
    OfferClosed,
    OfferPublished,
    SubmissionAccepted,
    SubmissionRejected,
)

REFERENCE_CHARACTERS_MAX = 100
REFERENCE_TAKEN = FieldError(
    "reference", "Под этой отметкой вы уже прислали другое предложение.", "Возьмите новую отметку, лучше всего UUID."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a submission; `changed` is False when the same offer was sent again."""

    submission_id: UUID
    offer_id: UUID | None
    errors: tuple[FieldError, ...] = ()
    changed: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the offer stands in the catalogue."""
        return not self.errors


async def submit_offer(
    session: AsyncSession,
    organization: Organization,
    raw: Mapping[str, object] | Reading,
    *,
    channel: Channel,
    reference: str = "",
    submission_id: UUID | None = None,
) -> Verdict:
    """Judge an offer and publish it; a submission seen before gets its old verdict and changes nothing.

    Submissions of one organisation are judged one after another: two at once with the same number are one offer.
    """
    await session.execute(select(Organization.id).where(Organization.id == organization.id).with_for_update())
    submission_id, digest = submission_id or uuid4(), _digest(raw)
    reading = raw if isinstance(raw, Reading) else read_submission(raw)
    errors = reading.errors
    if known := await session.get(Submission, submission_id):
        if known.digest == digest:
            return Verdict(submission_id, known.offer_id, tuple(FieldError(**error) for error in known.errors))
        submission_id = uuid5(submission_id, digest)
        errors = (REFERENCE_TAKEN,)
    elif reading.draft is not None:
        errors = check_offer(reading.draft, view_of(organization))
    offer_id, changed = None, False
    if reading.draft is not None and not errors:
        offer_id, changed = await _publish(session, organization, reading.draft)
    session.add(
        Submission(
            id=submission_id,
            organization_id=organization.id,
            channel=channel,
            reference=reference[:REFERENCE_CHARACTERS_MAX],
            digest=digest,
            accepted=not errors,
            offer_id=offer_id,
            errors=[asdict(error) for error in errors],
        )
    )
    await session.flush()
    kind = SubmissionRejected if errors else SubmissionAccepted
    objections = {"objections": [Objection(**asdict(error)) for error in errors]} if errors else {}
    verdict = kind(
        submission_id=submission_id,
        organization_id=organization.id,
        channel=channel,
        reference=reference[:REFERENCE_CHARACTERS_MAX],
        offer_id=offer_id,
        **objections,
    )
    await record(session, verdict, sequence=1)
    return Verdict(submission_id, offer_id, errors, changed)


async def close_offer(session: AsyncSession, organization_id: UUID, offer_id: UUID) -> Offer:
    """Take no more requests; raises NotFound for another organisation's offer, Conflict in the wrong state."""
    offer = await session.get(Offer, offer_id)
    if offer is None or offer.organization_id != organization_id:
        raise NotFound("Такого предложения у вашей организации нет.")
    offer.status = next_state(OfferState(offer.status), OfferAction.CLOSE)
    await session.flush()
    await record(session, OfferClosed(**offer_event(offer)), sequence=offer.version)
    return offer


def _digest(raw: Mapping[str, object] | Reading) -> str:
    return hashlib.sha256(repr(sorted(raw.items()) if isinstance(raw, Mapping) else raw).encode()).hexdigest()


async def _publish(session: AsyncSession, organization: Organization, draft: OfferDraft) -> tuple[UUID, bool]:
    values = _columns(draft, organization)
    offer = await session.scalar(
        select(Offer).where(Offer.organization_id == organization.id, Offer.external_id == draft.external_id)
    )
    if offer is None:
        offer = Offer(organization_id=organization.id, status=OfferState.PUBLISHED, **values)
        session.add(offer)
        await session.flush()
        await record(session, OfferPublished(**offer_event(offer)), sequence=offer.version)
        return offer.id, True
    differing = {name for name, value in values.items() if getattr(offer, name) != value}
    if not differing:
        return offer.id, False
    next_state(OfferState(offer.status), OfferAction.CHANGE)
    for name in differing:
        setattr(offer, name, values[name])
    await session.flush()
    await record(session, OfferChanged(**offer_event(offer)), sequence=offer.version)
    return offer.id, True


def _columns(draft: OfferDraft, organization: Organization) -> dict[str, Any]:
    values: dict[str, Any] = {one.name: getattr(draft, one.name) for one in fields(draft)}
    values["level"], values["mode"] = str(draft.level), str(draft.mode)
    values["grades"], values["prerequisites"] = list(draft.grades), list(draft.prerequisites)
    values["slots"] = [
        {"weekday": slot.weekday, "starts_at": f"{slot.start:%H:%M}", "ends_at": f"{slot.end:%H:%M}"}
        for slot in draft.slots
    ]
    values["search_text"] = search_document(draft, (organization.short_name,))
    return values


def view_of(organization: Organization) -> OrganisationView:
    """The organisation as the rules of an offer see it."""
    return OrganisationView(
        organisation_id=str(organization.id),
        settlement=organization.settlement,
        network_roles=frozenset(organization.network_roles),
        licences=tuple(_licence(licence) for licence in organization.licences),
        is_active=organization.active,
    )


def _licence(stored: Mapping[str, Any]) -> LicenceView:
    expires_on = stored.get("expires_on")
    return LicenceView(
        kind=stored["kind"],
        issued_on=date.fromisoformat(stored["issued_on"]),
        expires_on=date.fromisoformat(expires_on) if expires_on else None,
    )
