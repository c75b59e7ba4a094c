"""«Пожелания»: what pupils would like to learn, and what is wished for most."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal, current
from chassis.errors import DomainError
from chassis.http.unit import UnitRoute
from enrollment.access import PupilOnly, Session
from enrollment.domain.topics import DIRECTIONS, OTHER_TOPICS, TOPICS
from enrollment.operations.wishes import (
    COMMENT_CHARACTERS_MAX,
    LEVELS,
    SETTLEMENT_CHARACTERS_MAX,
    WishGiven,
    express_wish,
)
from enrollment.pages.render import render, see
from enrollment.queries.wishes import top_topics, wishes_of
from enrollment.sides import acting_as

router = APIRouter(route_class=UnitRoute, include_in_schema=False)

Visitor = Annotated[Principal | None, Depends(current)]
TOP_SHOWN = 12


@router.get("/wishes")
async def wishes(request: Request, who: Visitor, session: Session) -> Response:
    """The form for a pupil, the way to sign in for a guest, and the top list for all."""
    return await _page(request, who, session, WishGiven("", "elective"))


@router.post("/wishes")
async def add(
    request: Request,
    who: PupilOnly,
    session: Session,
    topic_code: Annotated[str, Form(max_length=60)] = "",
    level: Annotated[str, Form(max_length=60)] = "",
    settlement: Annotated[str, Form(max_length=SETTLEMENT_CHARACTERS_MAX)] = "",
    comment: Annotated[str, Form(max_length=COMMENT_CHARACTERS_MAX)] = "",
) -> Response:
    """Keep a wish; a wrong form comes back with its errors."""
    given = WishGiven(topic_code, level, settlement or None, comment)
    try:
        await express_wish(session, acting_as(who), given)
    except DomainError as error:
        return await _page(request, who, session, given, error)
    return see("/enrollment/wishes#mine")


async def _page(
    request: Request, who: Principal | None, session: AsyncSession, given: WishGiven, error: DomainError | None = None
) -> Response:
    is_pupil = who is not None and who.has("pupil") and who.person_id is not None
    others = {code: title for code, title in TOPICS.items() if code not in OTHER_TOPICS and code not in DIRECTIONS}
    return render(
        request,
        "wishes.html",
        status=error.status if error else 200,
        is_pupil=is_pupil,
        topics=[*sorted(OTHER_TOPICS.items(), key=lambda one: one[1]), *others.items(), *DIRECTIONS.items()],
        levels=[(str(level), title) for level, title in LEVELS.items()],
        given=given,
        errors=error.errors if error else (),
        top=await top_topics(session, limit=TOP_SHOWN),
        mine=await wishes_of(session, who.person_id) if is_pupil and who and who.person_id else (),
        comment_max=COMMENT_CHARACTERS_MAX,
    )
