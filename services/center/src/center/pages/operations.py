"""The operator's console: consumers with their lag, dead letters of every service, decisions on them."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from center import queries
from center.adapters.equipment import Equipment, equipment
from center.adapters.services import DeadLetter
from center.operations.decisions import Action, Choice, NothingChosen, decide
from center.pages.rendering import render
from chassis.auth import Principal, require
from chassis.http.unit import UnitRoute, session

router = APIRouter(route_class=UnitRoute, prefix="/operations", include_in_schema=False)

DECIDERS = ("operator", "administrator")
Session = Annotated[AsyncSession, Depends(session)]
Operator = Annotated[Principal, Depends(require(*DECIDERS))]
Watcher = Annotated[Principal, Depends(require("operator", "head", "department", "administrator"))]
Equipped = Annotated[Equipment, Depends(equipment)]
Filter = Annotated[str, Query(max_length=100)]


@router.get("")
async def console(
    request: Request,
    who: Watcher,
    current: Session,
    equipped: Equipped,
    service: Filter = "",
    consumer: Filter = "",
    event_type: Filter = "",
    state: Annotated[str, Query(pattern="^(dead|waiting|discarded)$")] = "dead",
    decided: UUID | None = None,
) -> Response:
    """Lag in the list, dead letters below it; whoever may not decide sees the figures alone."""
    return await _console(
        request,
        who,
        current,
        equipped,
        {"service": service, "consumer": consumer, "event_type": event_type, "state": state},
        decisions=await queries.decisions_of(current, decided) if decided and who.has(*DECIDERS) else (),
    )


@router.get("/{service}/{consumer}/{event_id}")
async def letter(
    request: Request, service: str, consumer: str, event_id: UUID, who: Operator, current: Session, equipped: Equipped
) -> Response:
    """One event: why it failed, its envelope, its data, what was decided before."""
    choice = Choice.parse(f"{service}/{consumer}/{event_id}")
    found = await equipped.services.dead_letter(who.token, choice.service, choice.consumer, choice.event_id)
    return render(
        request,
        "letter.html",
        letter=found,
        payload=_pretty(found.payload),
        decisions=await queries.decisions_on(current, event_id),
    )


@router.post("")
async def post_decision(request: Request, who: Operator, current: Session, equipped: Equipped) -> Response:
    """Retry or discard one event, the chosen ones, or all that the list shows; then show what came of each."""
    form = await request.form()
    action, texts = _pressed({name: form.getlist(name) for name in form})
    filters = {name: str(form.get(name, "")) for name in ("service", "consumer", "event_type", "state")}
    try:
        batch = await decide(
            current, equipped.services, who.token, [Choice.parse(text) for text in texts], action, by=who.account_id
        )
    except NothingChosen as error:
        filters["state"] = filters["state"] or "dead"
        return await _console(request, who, current, equipped, filters, errors=error.errors, status=422)
    kept = "".join(f"&{name}={value}" for name, value in filters.items() if _is_word(value))
    return RedirectResponse(f"/center/operations?decided={batch}{kept}", 303)


def _pressed(form: dict[str, list[Any]]) -> tuple[Action, list[str]]:
    """Which button was pressed: one row's, the chosen ones', or all shown."""
    actions: tuple[Action, ...] = ("retry", "discard")
    for action in actions:
        if one := form.get(f"{action}_one"):
            return action, [str(one[0])]
    pressed = str((form.get("action") or [""])[0])
    source = "shown" if pressed.endswith("_shown") else "chosen"
    return ("discard" if pressed.startswith("discard") else "retry"), [str(text) for text in form.get(source, [])]


async def _console(
    request: Request,
    who: Principal,
    current: AsyncSession,
    equipped: Equipment,
    filters: dict[str, str],
    *,
    decisions: tuple[queries.DecisionView, ...] = (),
    errors: tuple[object, ...] = (),
    status: int = 200,
) -> Response:
    conditions = await equipped.services.conditions(who.token)
    may_decide = who.has(*DECIDERS)
    letters: tuple[DeadLetter, ...] = ()
    silent: tuple[str, ...] = ()
    if may_decide:
        chosen = [filters["service"]] if filters["service"] else list(equipped.services.urls)
        found = await equipped.services.dead_letters(who.token, chosen, filters["state"])
        silent = found.silent
        letters = tuple(one for one in found.letters if _fits(one, filters))
    return render(
        request,
        "operations.html",
        status=status,
        conditions=conditions,
        letters=letters,
        silent=silent,
        filters=filters,
        decisions=decisions,
        errors=errors,
        may_decide=may_decide,
    )


def _fits(letter: DeadLetter, filters: dict[str, str]) -> bool:
    return filters["consumer"] in ("", letter.consumer) and filters["event_type"] in ("", letter.event_type)


def _is_word(value: str) -> bool:
    return bool(value) and all(sign.isalnum() or sign in ".-_" for sign in value) and value.isascii()


def _pretty(payload: str) -> str:
    try:
        return json.dumps(json.loads(payload), ensure_ascii=False, indent=2)
    except ValueError:
        return payload
