"""All event types by name: the one list that publishers, consumers, documents and tests read."""

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from contracts import catalog, center, enrollment, settlement
from contracts.base import Event

SERVICES: Final = ("catalog", "enrollment", "settlement", "notifications", "center")
_MODULES: Final[tuple[ModuleType, ...]] = (center, catalog, enrollment, settlement)


def _collect() -> dict[str, type[Event]]:
    found: dict[str, type[Event]] = {}
    for module in _MODULES:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Event) and "event_type" in vars(value):
                found[value.event_type] = value
    return dict(sorted(found.items()))


EVENTS: Final[Mapping[str, type[Event]]] = _collect()


def stream_of(service: str) -> str:
    """The stream that holds a service's events: its name in capitals."""
    return service.upper()
