"""Events of center: who the organisations are, which pupils belong to them, who accompanies whom."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import Event, Part

LegalType = Literal["treasury", "budgetary", "autonomous", "regional_budgetary", "other"]
LicenceKind = Literal["general", "vocational", "additional"]
NetworkRole = Literal["base", "participant", "resource_holder", "founder"]


class Licence(Part):
    """A licence to teach (лицензия на образовательную деятельность)."""

    kind: LicenceKind
    issued_on: date
    expires_on: date | None = None


class OrganizationState(Event):
    """An organisation of the network."""

    aggregate_field: ClassVar[str] = "organization_id"

    organization_id: UUID
    slug: str = Field(description="Stable short name, unique in the network.")
    short_name: str = Field(description="The name people use.")
    legal_type: LegalType = Field(description="казённое, бюджетное, автономное, бюджетное округа, иное.")
    budget_level: Literal["municipal", "regional", "federal", "none"]
    network_roles: tuple[NetworkRole, ...]
    settlement: str
    time_zone: str
    licences: tuple[Licence, ...] = ()
    mailbox: str | None = Field(default=None, description="The organisation's own mailbox, never a person's.")
    feed_account: str | None = Field(default=None, description="NATS account key under which it reads its feed.")
    active: bool = True

    def audience(self) -> frozenset[UUID] | None:
        return None

    def view_for(self, organization_id: UUID) -> dict[str, object]:
        hidden = set() if organization_id == self.organization_id else {"mailbox", "feed_account"}
        return self.model_dump(mode="json", exclude=hidden)


class OrganizationRegistered(OrganizationState):
    """An organisation joined the network."""

    event_type: ClassVar[str] = "center.organization.registered.v1"


class OrganizationChanged(OrganizationState):
    """An organisation's data changed."""

    event_type: ClassVar[str] = "center.organization.changed.v1"


class PupilRegistered(Event):
    """A pupil of grades 10–11 is known to the platform, by a pseudonymous id."""

    event_type: ClassVar[str] = "center.pupil.registered.v1"
    aggregate_field: ClassVar[str] = "pupil_id"

    pupil_id: UUID
    home_organization_id: UUID
    grade: Literal[10, 11]
    cohort_year: int = Field(description="Year of entering grade 10: it chooses the rule set of the plan.")
    enrolled_on: date = Field(description="Business date; coverage counts the pupils of 20 September.")
    residence: str = Field(description="Settlement where the pupil lives; residence is not school.")

    def audience(self) -> frozenset[UUID] | None:
        return frozenset({self.home_organization_id})


class TutorAssigned(Event):
    """A tutor accompanies a pupil from now on."""

    event_type: ClassVar[str] = "center.tutor.assigned.v1"
    aggregate_field: ClassVar[str] = "pupil_id"

    pupil_id: UUID
    tutor_id: UUID
    home_organization_id: UUID

    def audience(self) -> frozenset[UUID] | None:
        return frozenset({self.home_organization_id})
