"""Events of catalog: offers of courses, and the verdicts on what organisations submit."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import ClockTime, Event, Hours, Part

Level = Literal["base", "advanced", "elective", "extracurricular"]
Mode = Literal["onsite", "online", "mixed"]
Channel = Literal["http", "xlsx", "nats_submit", "nats_ask"]


class Slot(Part):
    """A weekly lesson time."""

    weekday: int = Field(ge=1, le=7, description="ISO weekday, 1 is Monday.")
    starts_at: ClockTime
    ends_at: ClockTime


class OfferState(Event):
    """A course offered by one organisation for one term."""

    aggregate_field: ClassVar[str] = "offer_id"

    offer_id: UUID
    organization_id: UUID
    title: str
    subject_code: str | None = Field(default=None, description="Code of the federal subject list; none for electives.")
    level: Level
    grades: tuple[int, ...]
    hours_total: Hours
    hours_per_week: Hours
    capacity: int = Field(ge=0, description="Places.")
    mode: Mode
    settlement: str
    starts_on: date
    ends_on: date
    slots: tuple[Slot, ...] = ()
    language: str = "ru"
    tariff_code: str | None = None
    status: Literal["published", "closed", "archived"]

    def audience(self) -> frozenset[UUID] | None:
        return None


class OfferPublished(OfferState):
    """An offer stands in the catalogue."""

    event_type: ClassVar[str] = "catalog.offer.published.v1"


class OfferChanged(OfferState):
    """A published offer changed."""

    event_type: ClassVar[str] = "catalog.offer.changed.v1"


class OfferClosed(OfferState):
    """An offer takes no more requests."""

    event_type: ClassVar[str] = "catalog.offer.closed.v1"


class Objection(Part):
    """One reason of a refusal: the platform's own words, never the sender's."""

    field: str
    message: str
    cure: str = ""


class SubmissionState(Event):
    """What an organisation submitted and what became of it."""

    aggregate_field: ClassVar[str] = "submission_id"

    submission_id: UUID
    organization_id: UUID
    channel: Channel
    reference: str = Field(default="", max_length=100, description="The sender's own mark of the submission.")
    offer_id: UUID | None = None

    def audience(self) -> frozenset[UUID] | None:
        return frozenset({self.organization_id})


class SubmissionAccepted(SubmissionState):
    """The submitted offer was accepted."""

    event_type: ClassVar[str] = "catalog.submission.accepted.v1"


class SubmissionRejected(SubmissionState):
    """The submitted offer was refused, with every reason."""

    event_type: ClassVar[str] = "catalog.submission.rejected.v1"

    objections: tuple[Objection, ...] = ()
