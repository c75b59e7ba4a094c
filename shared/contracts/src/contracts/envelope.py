"""CloudEvents 1.0 in NATS binary mode: attributes in headers, the data as the JSON body.

Source: CloudEvents 1.0 core and NATS protocol binding (binary content mode).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

SPEC_VERSION = "1.0"
EVERYONE = "*"


class MalformedEnvelope(ValueError):
    """The message is not a CloudEvent of this platform; the text names the header and the cure."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The context attributes of one event.

    `sequence` counts the versions of the aggregate `subject`; `audience` is None for everyone; `correlation_id` and
    `traceparent` (W3C Trace Context) lead from the HTTP request to every consumer.
    """

    id: UUID
    type: str
    source: str
    subject: str
    time: datetime
    sequence: int
    audience: frozenset[UUID] | None = frozenset()
    correlation_id: str = ""
    traceparent: str = ""

    def nats_subject(self) -> str:
        """`evt.<type>.<aggregate id>`: the version stands in the subject, so old and new consumers live side by side."""
        return f"evt.{self.type}.{self.subject}"

    def headers(self) -> dict[str, str]:
        """The NATS headers, `Nats-Msg-Id` among them."""
        audience = EVERYONE if self.audience is None else ",".join(sorted(map(str, self.audience)))
        headers = {
            "Nats-Msg-Id": str(self.id),
            "ce-specversion": SPEC_VERSION,
            "ce-id": str(self.id),
            "ce-type": self.type,
            "ce-source": self.source,
            "ce-subject": self.subject,
            "ce-time": self.time.isoformat().replace("+00:00", "Z"),
            "ce-sequence": str(self.sequence),
            "content-type": "application/json",
        }
        if audience:
            headers["ce-audience"] = audience
        if self.correlation_id:
            headers["ce-correlationid"] = self.correlation_id
        if self.traceparent:
            headers["traceparent"] = self.traceparent
        return headers

    @classmethod
    def from_headers(cls, headers: Mapping[str, str] | None) -> "Envelope":
        """Read the attributes back; raises MalformedEnvelope naming the header that is missing or wrong."""
        headers = headers or {}
        name = "ce-specversion"
        try:
            if headers[name] != SPEC_VERSION:
                raise ValueError(headers[name])
            name = "ce-id"
            event_id = UUID(headers[name])
            name = "ce-time"
            time = datetime.fromisoformat(headers[name])
            name = "ce-sequence"
            sequence = int(headers[name])
            name = "ce-audience"
            audience = _audience(headers.get(name, ""))
            name = "ce-type"
            event_type = headers[name]
            name = "ce-source"
            source = headers[name]
            name = "ce-subject"
            subject = headers[name]
        except KeyError as error:
            raise MalformedEnvelope(f"header {name} is missing: send CloudEvents 1.0 binary mode") from error
        except ValueError as error:
            raise MalformedEnvelope(f"header {name} is not valid: {error}") from error
        return cls(
            id=event_id,
            type=event_type,
            source=source,
            subject=subject,
            time=time,
            sequence=sequence,
            audience=audience,
            correlation_id=headers.get("ce-correlationid", ""),
            traceparent=headers.get("traceparent", ""),
        )


def _audience(text: str) -> frozenset[UUID] | None:
    if text == EVERYONE:
        return None
    return frozenset(UUID(part) for part in text.split(",") if part)
