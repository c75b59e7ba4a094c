"""CloudEvents in the JSON format (structured mode): one document with attributes and data, for webhooks, SSE and files.

Source: CloudEvents 1.0 JSON event format. The extensions are those of the headers: `sequence` (the version of the aggregate,
a decimal string), `audience` (ids by comma, `*` for everyone, absent for nobody), `correlationid`, `traceparent`.
"""

from collections.abc import Mapping
from typing import Any

from contracts.base import Event
from contracts.envelope import Envelope, MalformedEnvelope


def cloud_event(envelope: Envelope, event: Event) -> dict[str, Any]:
    """The event as one JSON document."""
    headers = envelope.headers()
    attributes = {name.removeprefix("ce-"): value for name, value in headers.items() if name.startswith("ce-")}
    if envelope.traceparent:
        attributes["traceparent"] = envelope.traceparent
    return {**attributes, "datacontenttype": headers["content-type"], "data": event.model_dump(mode="json")}


def read_cloud_event(document: Mapping[str, Any], models: Mapping[str, type[Event]]) -> tuple[Envelope, Event]:
    """Reads the document back, by the same rules as headers.

    Errors: `MalformedEnvelope` for the attributes and for a type that no model describes, pydantic's `ValidationError` for
    the data.
    """
    attributes = {f"ce-{name}": value for name, value in document.items() if isinstance(value, str)}
    envelope = Envelope.from_headers({**attributes, "traceparent": document.get("traceparent", "")})
    if envelope.type not in models:
        raise MalformedEnvelope(f"type {envelope.type} is not known to this reader")
    return envelope, models[envelope.type].model_validate(document["data"])
