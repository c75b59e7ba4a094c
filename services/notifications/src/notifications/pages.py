"""The pages: the inbox for everybody who has signed in, the feed for staff, the letters for operators."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from chassis.auth import Principal, require, signed_in
from chassis.http.unit import UnitRoute, session
from chassis.pages import Pages
from chassis.pages.rendering import DEFAULT_ZONE
from notifications import queries
from notifications.domain.titles import title_of
from notifications.operations.inbox import mark_all_read, mark_read
from notifications.readers import FEED_ROLES, feed_of, reader_of

router = APIRouter(route_class=UnitRoute, include_in_schema=False)

Session = Annotated[AsyncSession, Depends(session)]
SignedIn = Annotated[Principal, Depends(signed_in)]
Staff = Annotated[Principal, Depends(require(*FEED_ROLES))]
Operator = Annotated[Principal, Depends(require("operator", "administrator"))]
PageNumber = Annotated[int, Query(ge=1, le=10_000)]

HOME = "/notifications/"
PAGE_ROWS = 30
MAILS_SHOWN = 100
MAIL_STATES = {"queued": ("ждёт отправки", "warn"), "sent": ("отправлено", "ok"), "failed": ("не доставлено", "bad")}

Day = tuple[date, list[queries.MessageView]]


@router.get("/")
async def inbox(request: Request, who: SignedIn, current: Session, page: PageNumber = 1) -> Response:
    """Messages, the unread ones first, by day."""
    reader = reader_of(who)
    found = await queries.inbox(current, reader, limit=PAGE_ROWS, offset=(page - 1) * PAGE_ROWS)
    total, unread = await queries.count_inbox(current, reader)
    return _pages(request).render(
        request,
        "inbox.html",
        fragment="inbox",
        tabs=_tabs(who, unread),
        unread_days=_by_day(one for one in found if one.read_at is None),
        read_days=_by_day(one for one in found if one.read_at is not None),
        shared=reader.organization_id is not None,
        total=total,
        unread=unread,
        page=page,
        pages=_page_count(total),
    )


@router.post("/inbox/{message_id}/read")
async def read_one(
    message_id: UUID, who: SignedIn, current: Session, page: Annotated[int, Form(ge=1, le=10_000)] = 1
) -> Response:
    """Mark one message as read and show the inbox again."""
    await mark_read(current, reader_of(who), message_id)
    return RedirectResponse(f"{HOME}?page={page}" if page > 1 else HOME, 303)


@router.post("/inbox/read-all")
async def read_all(who: SignedIn, current: Session) -> Response:
    """Mark everything as read and show the inbox again."""
    await mark_all_read(current, reader_of(who))
    return RedirectResponse(HOME, 303)


@router.get("/feed")
async def feed(request: Request, who: Staff, current: Session, page: PageNumber = 1) -> Response:
    """The organisation's feed as its programs get it, the newest first."""
    organization_id = feed_of(who)
    last = await queries.last_number(current, organization_id)
    return _pages(request).render(
        request,
        "feed.html",
        fragment="entries",
        tabs=_tabs(who, (await queries.count_inbox(current, reader_of(who)))[1]),
        entries=await queries.feed_page(current, organization_id, page, PAGE_ROWS),
        last=last,
        page=page,
        pages=_page_count(last),
    )


@router.get("/mail")
async def mail(request: Request, who: Operator, current: Session) -> Response:
    """Letters and what became of them."""
    return _pages(request).render(
        request,
        "mail.html",
        tabs=_tabs(who, (await queries.count_inbox(current, reader_of(who)))[1]),
        counts=await queries.count_mails(current),
        mails=await queries.newest_mails(current, limit=MAILS_SHOWN),
        states=MAIL_STATES,
        shown_max=MAILS_SHOWN,
        has_server=bool(request.app.state.settings.smtp_port),
    )


def _tabs(who: Principal, unread: int) -> list[tuple[str, str]]:
    tabs = [(f"Сообщения ({unread})" if unread else "Сообщения", HOME)]
    if who.has(*FEED_ROLES) and who.organization_id:
        tabs.append(("Лента событий", f"{HOME}feed"))
    if who.has("operator", "administrator"):
        tabs.append(("Почта", f"{HOME}mail"))
    return tabs


def _by_day(messages: Iterable[queries.MessageView]) -> list[Day]:
    def day(one: queries.MessageView) -> date:
        return one.time.astimezone(DEFAULT_ZONE).date()

    return [(key, list(group)) for key, group in groupby(messages, day)]


def _page_count(rows: int) -> int:
    return max(1, -(-rows // PAGE_ROWS))


def _clock(moment: datetime) -> str:
    """The time of day, under the heading of the day."""
    return f"{moment.astimezone(DEFAULT_ZONE):%H:%M}"


def _readable(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    pages.environment.globals.setdefault("title_of", title_of)
    pages.environment.globals.setdefault("readable", _readable)
    pages.environment.globals.setdefault("clock", _clock)
    return pages
