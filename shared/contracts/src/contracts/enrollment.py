"""Events of enrollment: wishes, individual study plans (ИУП), placements, lessons, results."""

from datetime import date, datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import Event, Hours, Part
from contracts.catalog import Level


class WishExpressed(Event):
    """A pupil wishes for a course, perhaps one that nobody offers yet."""

    event_type: ClassVar[str] = "enrollment.wish.expressed.v1"
    aggregate_field: ClassVar[str] = "wish_id"

    wish_id: UUID
    pupil_id: UUID
    home_organization_id: UUID
    topic_code: str = Field(description="Code of the topic, from the list of topics; never free text.")
    level: Level
    settlement: str

    def audience(self) -> frozenset[UUID] | None:
        return frozenset({self.home_organization_id})


class PlannedSubject(Part):
    """A line of the plan; with an offer it is studied across the network."""

    subject_code: str | None = None
    level: Level
    hours_grade_10: Hours
    hours_grade_11: Hours
    offer_id: UUID | None = None
    host_organization_id: UUID | None = None


class PlanState(Event):
    """An individual study plan (ИУП)."""

    aggregate_field: ClassVar[str] = "plan_id"

    plan_id: UUID
    pupil_id: UUID
    home_organization_id: UUID
    tutor_id: UUID | None = None
    cohort_year: int
    grade: Literal[10, 11]
    profile: str
    status: Literal["submitted", "tutor_approved", "returned", "approved"]
    approved_on: date | None = Field(default=None, description="Business date of the home school's approval.")
    reason_code: str | None = None
    subjects: tuple[PlannedSubject, ...] = ()

    def audience(self) -> frozenset[UUID] | None:
        return frozenset({self.home_organization_id})


class PlanSubmitted(PlanState):
    """The pupil submitted the plan for approval."""

    event_type: ClassVar[str] = "enrollment.plan.submitted.v1"


class PlanReturned(PlanState):
    """The tutor or the home school returned the plan."""

    event_type: ClassVar[str] = "enrollment.plan.returned.v1"


class PlanApproved(PlanState):
    """Tutor and home school approved the plan."""

    event_type: ClassVar[str] = "enrollment.plan.approved.v1"


class PlacementState(Event):
    """A pupil's place, asked for at a host organisation."""

    aggregate_field: ClassVar[str] = "placement_id"

    placement_id: UUID
    plan_id: UUID
    pupil_id: UUID
    offer_id: UUID
    home_organization_id: UUID
    host_organization_id: UUID
    status: Literal["requested", "confirmed", "waitlisted", "declined", "withdrawn"]
    requested_at: datetime
    position: int | None = Field(default=None, ge=1, description="Place in the queue, from 1, while waitlisted.")

    def audience(self) -> frozenset[UUID] | None:
        return frozenset({self.home_organization_id, self.host_organization_id})


class PlacementRequested(PlacementState):
    """A place was asked for."""

    event_type: ClassVar[str] = "enrollment.placement.requested.v1"


class PlacementConfirmed(PlacementState):
    """The host confirmed the place."""

    event_type: ClassVar[str] = "enrollment.placement.confirmed.v1"


class PlacementWaitlisted(PlacementState):
    """No place is free: the pupil stands in the queue."""

    event_type: ClassVar[str] = "enrollment.placement.waitlisted.v1"


class PlacementPromoted(PlacementState):
    """A place became free and went to the first of the queue."""

    event_type: ClassVar[str] = "enrollment.placement.promoted.v1"


class PlacementDeclined(PlacementState):
    """The host declined the request."""

    event_type: ClassVar[str] = "enrollment.placement.declined.v1"


class PlacementWithdrawn(PlacementState):
    """The request or the place was given back."""

    event_type: ClassVar[str] = "enrollment.placement.withdrawn.v1"


class Attendance(Part):
    """One pupil at one lesson: the hours that the contract accepts."""

    pupil_id: UUID
    home_organization_id: UUID
    accepted_hours: Hours


class LessonDelivered(Event):
    """A lesson was given: settlement needs nothing else to accrue one obligation per lesson and pupil."""

    event_type: ClassVar[str] = "enrollment.lesson.delivered.v1"
    aggregate_field: ClassVar[str] = "lesson_id"

    lesson_id: UUID
    offer_id: UUID
    host_organization_id: UUID
    delivered_on: date
    hours: Hours
    tariff_code: str | None = None
    attendances: tuple[Attendance, ...]

    def audience(self) -> frozenset[UUID] | None:
        return frozenset({self.host_organization_id, *(one.home_organization_id for one in self.attendances)})

    def view_for(self, organization_id: UUID) -> dict[str, Any]:
        data = self.model_dump(mode="json")
        if organization_id != self.host_organization_id:
            own = str(organization_id)
            data["attendances"] = [one for one in data["attendances"] if one["home_organization_id"] == own]
        return data


class ResultState(Event):
    """A pupil's result of a half-year, on its way from the host to the home school."""

    aggregate_field: ClassVar[str] = "result_id"

    result_id: UUID
    placement_id: UUID
    pupil_id: UUID
    offer_id: UUID
    home_organization_id: UUID
    host_organization_id: UUID
    half_year: str = Field(pattern=r"^\d{4}-H[12]$")
    mark: Literal["2", "3", "4", "5", "pass", "fail"]
    hours_planned: Hours
    hours_attended: Hours
    status: Literal["issued", "returned", "recognized"]
    reason_code: str | None = None

    def audience(self) -> frozenset[UUID] | None:
        return frozenset({self.home_organization_id, self.host_organization_id})


class ResultIssued(ResultState):
    """The host issued the result."""

    event_type: ClassVar[str] = "enrollment.result.issued.v1"


class ResultReturned(ResultState):
    """The home school returned the result with a coded reason."""

    event_type: ClassVar[str] = "enrollment.result.returned.v1"


class ResultRecognized(ResultState):
    """The home school recognised the result (зачёт результатов)."""

    event_type: ClassVar[str] = "enrollment.result.recognized.v1"
