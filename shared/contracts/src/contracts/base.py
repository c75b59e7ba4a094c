"""What all events share: full state of one aggregate after a change, and who may see it."""

from datetime import time
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

Kopecks = Annotated[int, Field(description="Money in integer kopecks.")]
Hours = Annotated[
    str, Field(pattern=r"^\d+(\.\d{1,2})?$", description="Academic hours as a decimal string, at most two digits.")
]
Period = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="Calendar month of a settlement period.")]
ClockTime = Annotated[
    time,
    PlainSerializer(lambda value: value.strftime("%H:%M"), return_type=str, when_used="json"),
    Field(description="Local time HH:MM in the organisation's zone."),
]


class Part(BaseModel):
    """A value inside an event: frozen, and deaf to fields it does not know yet."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Part):
    """A fact about one aggregate, carrying its full state after the change.

    People appear only as random pseudonymous ids; free text never appears. `event_type` is
    `<service>.<noun>.<verb_past>.v<N>`; a breaking change is a new type beside the old one.
    """

    event_type: ClassVar[str]
    aggregate_field: ClassVar[str]

    @property
    def aggregate_id(self) -> UUID:
        """The id of the aggregate whose state this is; events of one aggregate are ordered."""
        value = getattr(self, self.aggregate_field)
        assert isinstance(value, UUID)
        return value

    def audience(self) -> frozenset[UUID] | None:
        """Organisations on whose feed the event belongs; None means every organisation."""
        return frozenset()

    def view_for(self, organization_id: UUID) -> dict[str, Any]:
        """The part of the event that this organisation may see, as JSON values."""
        return self.model_dump(mode="json")


def service_of(event_type: str) -> str:
    """The publishing service, named first in the type."""
    return event_type.partition(".")[0]
