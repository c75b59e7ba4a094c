"""Render center's templates: its own words, rows of charts and options of filters, added to the shared environment once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fastapi import Request, Response

from center.adapters.services import Condition, DeadLetter
from center.domain.card import LEVEL_TITLES
from center.domain.coverage import Share
from center.domain.organization import LICENCE_TITLES, ROLE_TITLES, TYPE_TITLES
from center.pages.words import CHECKS, OUTCOMES, STATES, service_title
from center.queries import WishCount
from chassis.pages import Pages
from chassis.pages.formats import SPACE, number_ru, sort_key_ru
from chassis.pages.rendering import DEFAULT_ZONE

LINE_CHARACTERS_MAX = 200
# what an operator need not read: the wrapping of a message that was written for people, or of the database's own error
_PYTHON_PREFIX = re.compile(r"^(?:(?:Permanent|Transient)Error: |\w+: \(sqlalchemy\.[\w.]*\.(\w+)\) )")
Bar = tuple[str, float, str, str]
Option = tuple[str, str]


def render(request: Request, name: str, **context: Any) -> Response:
    """A page of center; `now` is the district's time."""
    pages: Pages = request.app.state.pages
    if "service_title" not in pages.environment.globals:
        _teach(pages)
    return pages.render(request, name, now=datetime.now(DEFAULT_ZONE), **context)


def age(seconds: float) -> str:
    """«0», «40 с», «3 мин», «2 ч»: how long something has been waiting."""
    for unit, size in (("ч", 3600), ("мин", 60), ("с", 1)):
        if seconds >= size:
            return f"{int(seconds // size)}{SPACE}{unit}"
    return "0"


def first_line(text: str) -> str:
    """The first line of an error, short enough for a list; the rest is on the event's own page."""
    line = _PYTHON_PREFIX.sub(lambda match: f"{match[1]}: " if match[1] else "", text.partition("\n")[0].strip())
    return line if len(line) <= LINE_CHARACTERS_MAX else f"{line[:LINE_CHARACTERS_MAX].rstrip()}…"


def short_time(value: datetime) -> str:
    """«24.11 19:56» in the district's time: for lists of recent things."""
    return f"{value.astimezone(DEFAULT_ZONE):%d.%m %H:%M}"


def share_bars(parts: Iterable[tuple[str, Share]], names: Mapping[str, str]) -> list[Bar]:
    """One bar a part, the best covered first."""
    rows = sorted(parts, key=lambda part: (-part[1].percent, sort_key_ru(names.get(part[0], part[0]))))
    return [
        (
            names.get(key, key),
            float(share.percent),
            f"{share.covered} из {share.pupils} · {number_ru(share.percent, 1)}{SPACE}%",
            "ok" if share.is_reached else "",
        )
        for key, share in rows
    ]


def wish_bars(wishes: Iterable[WishCount]) -> list[Bar]:
    """One bar a topic."""
    return [(one.topic_code, float(one.wishes), number_ru(one.wishes), "") for one in wishes]


def event_bars(conditions: Iterable[Condition]) -> list[Bar]:
    """One bar a service."""
    return [(service_title(one.service), float(one.published), number_ru(one.published), "") for one in conditions]


def service_options(conditions: Iterable[Condition]) -> list[Option]:
    """The services to filter by."""
    return [(one.service, service_title(one.service)) for one in conditions]


def consumer_options(conditions: Iterable[Condition]) -> list[Option]:
    """The consumers to filter by."""
    return [
        (one.name, one.name) for condition in conditions if condition.figures for one in condition.figures.consumers
    ]


def type_options(letters: Sequence[DeadLetter], chosen: str) -> list[Option]:
    """The event types in the list, and the chosen one even when nothing of it is left."""
    return [
        (name, name) for name in sorted({one.event_type for one in letters} | ({chosen} if chosen else set())) if name
    ]


def _teach(pages: Pages) -> None:
    pages.environment.filters.update(
        age=age,
        event_bars=event_bars,
        first_line=first_line,
        role_title=lambda role: ROLE_TITLES.get(role, role),
        service_title=service_title,
        share_bars=share_bars,
        short_time=short_time,
        wish_bars=wish_bars,
    )
    pages.environment.globals.update(
        checks=CHECKS,
        consumer_options=consumer_options,
        level_titles=LEVEL_TITLES,
        licence_titles=LICENCE_TITLES,
        outcomes=OUTCOMES,
        role_titles=ROLE_TITLES,
        service_options=service_options,
        states=STATES,
        type_options=type_options,
        type_titles=TYPE_TITLES,
        service_title=service_title,
    )
