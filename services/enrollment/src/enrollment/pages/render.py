"""Rendering with the words that every page of the service knows."""

from typing import Any

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from chassis.pages import Pages
from enrollment.domain.curriculum import subject_title
from enrollment.domain.timetable import WEEKDAY_TITLES
from enrollment.pages import words

_WORDS: dict[str, Any] = {
    "short_id": words.short_id,
    "profile_title": words.profile_title,
    "level_title": words.level_title,
    "mode_title": words.mode_title,
    "reason_title": words.reason_title,
    "subject_title": subject_title,
    "subject_short": words.SUBJECT_SHORT,
    "weekdays": WEEKDAY_TITLES,
    "plan_labels": words.PLAN_LABELS,
    "placement_labels": words.PLACEMENT_LABELS,
    "result_labels": words.RESULT_LABELS,
    "mark_titles": words.MARK_TITLES,
    "plan_reasons": words.PLAN_REASONS,
    "decline_reasons": words.DECLINE_REASONS,
    "result_reasons": words.RESULT_REASONS,
}


def render(request: Request, name: str, *, status: int = 200, fragment: str | None = None, **values: Any) -> Response:
    """A page of the service, or the fragment that htmx asks for."""
    pages: Pages = request.app.state.pages
    for key, value in _WORDS.items():
        pages.environment.globals.setdefault(key, value)
    return pages.render(request, name, status=status, fragment=fragment, **values)


def see(address: str) -> Response:
    """Lead the browser to the page after a change; htmx follows it and takes the fragment."""
    return RedirectResponse(address, 303)
