"""The JSON interface: one's own feed, one's own inbox, and figures for operators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal, require, signed_in
from chassis.http.unit import UnitRoute, session
from notifications import queries
from notifications.operations.inbox import mark_all_read, mark_read
from notifications.readers import FEED_ROLES, feed_of, reader_of
from notifications.schemas import EntryOut, FeedOut, FeedStateOut, InboxOut, MessageOut, ReadOut, StatsOut

router = APIRouter(prefix="/api/v1", route_class=UnitRoute, tags=["notifications"])

Session = Annotated[AsyncSession, Depends(session)]
SignedIn = Annotated[Principal, Depends(signed_in)]
Staff = Annotated[Principal, Depends(require(*FEED_ROLES))]
Operator = Annotated[Principal, Depends(require("operator", "administrator"))]


@router.get("/feed")
async def list_feed(
    who: Staff,
    current: Session,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> FeedOut:
    """The own organisation's events after a number, in order: call again with the last number you took."""
    organization_id = feed_of(who)
    items = await queries.feed_after(current, organization_id, after, limit)
    last = await queries.last_number(current, organization_id)
    return FeedOut(items=tuple(map(EntryOut.model_validate, items)), last=last)


@router.get("/feed/{feed_seq}")
async def get_entry(feed_seq: int, who: Staff, current: Session) -> EntryOut:
    """One event of the own organisation's feed."""
    return EntryOut.model_validate(await queries.get_entry(current, feed_of(who), feed_seq))


@router.get("/inbox")
async def list_inbox(
    who: SignedIn,
    current: Session,
    unread: bool = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> InboxOut:
    """One's own messages and, for staff, the organisation's; unread ones first."""
    reader = reader_of(who)
    items = await queries.inbox(current, reader, limit=limit, offset=offset, unread_only=unread)
    total, waiting = await queries.count_inbox(current, reader)
    return InboxOut(items=tuple(map(MessageOut.model_validate, items)), total=total, unread=waiting)


@router.post("/inbox/read-all")
async def post_read_all(who: SignedIn, current: Session) -> dict[str, int]:
    """Mark everything as read; answers how many messages were not."""
    return {"read": await mark_all_read(current, reader_of(who))}


@router.post("/inbox/{message_id}/read")
async def post_read(message_id: UUID, who: SignedIn, current: Session) -> ReadOut:
    """Mark one message as read; doing it again changes nothing."""
    return ReadOut(id=message_id, read_at=await mark_read(current, reader_of(who), message_id))


@router.get("/stats")
async def get_stats(_: Operator, current: Session) -> StatsOut:
    """Counts, and for each feed whether its numbers run without a gap."""
    feeds = await queries.feed_states(current)
    return StatsOut(
        entries=sum(one.entries for one in feeds),
        messages=await queries.count_messages(current),
        mails=await queries.count_mails(current),
        gap_free=all(one.gap_free for one in feeds),
        feeds=tuple(map(FeedStateOut.model_validate, feeds)),
    )
