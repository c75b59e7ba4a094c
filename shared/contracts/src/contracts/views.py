"""Who receives an event and how much of it, found out by asking the model about an example rather than by saying it twice."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from contracts.base import Event

STRANGER = UUID("00000000-0000-4000-8000-00000000ffff")


def audience_words(model: type[Event], data: Mapping[str, Any]) -> str:
    """The audience in words: every organisation, or the fields that name the receivers; then what a receiver does not see."""
    event = model.model_validate(data)
    receivers = event.audience()
    if receivers is None:
        words, whom = "every organisation", [*_organisations(data), STRANGER]
    elif not receivers:
        return "no feed: services only"
    else:
        named = sorted({place for place, value in _leaves(data) if value in {str(one) for one in receivers}})
        words, whom = f"the organisations named in {', '.join(named)}", sorted(receivers)
    hidden = sorted({one for receiver in whom for one in _hidden(event, receiver)})
    return f"{words}; not everyone sees {', '.join(hidden)}" if hidden else words


def _organisations(data: Mapping[str, Any]) -> list[UUID]:
    return sorted({UUID(value) for place, value in _leaves(data) if place.endswith("organization_id")})


def _hidden(event: Event, receiver: UUID) -> Iterator[str]:
    """Fields left out of the receiver's view, and lists of which it sees a part."""
    full, seen = event.model_dump(mode="json"), event.view_for(receiver)
    for name, value in full.items():
        if name not in seen:
            yield name
        elif seen[name] != value:
            yield f"{name} of others"


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Places of texts in a JSON value: `attendances[].home_organization_id`."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{place}.{name}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, f"{place}[]")
    elif isinstance(value, str):
        yield place, value
