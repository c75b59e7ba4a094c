"""Named reads of notifications."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from notifications.tables import FeedDelivery, FeedEntry, FeedHead, Mail, Message, Organization


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose messages are read: the person's own, and the organisation's for its staff."""

    person_id: UUID | None = None
    organization_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OrganizationView:
    """An organisation as far as letters and messages need it."""

    id: UUID
    short_name: str
    mailbox: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry of a feed as its organisation sees it."""

    feed_seq: int
    id: UUID
    type: str
    source: str
    subject: str
    sequence: int
    time: datetime
    data: dict[str, Any]
    correlation_id: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message of an inbox."""

    id: UUID
    event_type: str
    recipient_kind: str
    title: str
    body: str
    link: str
    critical: bool
    time: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class MailView:
    """A letter as an operator sees it: where it goes and what became of it, not what it says."""

    id: UUID
    mailbox: str
    subject: str
    state: str
    attempts: int
    next_attempt_at: datetime
    error: str
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedState:
    """How one feed stands: `gap_free` says that its numbers run from 1 to `last_seq` without a hole."""

    organization_id: UUID
    short_name: str
    entries: int
    last_seq: int
    published_seq: int
    gap_free: bool


async def everyone(session: AsyncSession, subject: UUID) -> list[UUID]:
    """The active organisations, in order, and the one the event is about even if it is active no more."""
    rows = await session.scalars(
        select(Organization.id).where(or_(Organization.active, Organization.id == subject)).order_by(Organization.id)
    )
    return list(rows)


async def organizations(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, OrganizationView]:
    """Those of the organisations that are known by now."""
    columns = (Organization.id, Organization.short_name, Organization.mailbox, Organization.active)
    rows = await session.execute(select(*columns).where(Organization.id.in_(list(ids))))
    return {row.id: OrganizationView(*row) for row in rows}


async def feed_after(session: AsyncSession, organization_id: UUID, after: int, limit: int) -> tuple[EntryView, ...]:
    """Entries with higher numbers, the lowest first."""
    query = select(FeedEntry).where(FeedEntry.organization_id == organization_id, FeedEntry.feed_seq > after)
    return tuple(_entry(row) for row in await session.scalars(query.order_by(FeedEntry.feed_seq).limit(limit)))


async def feed_page(session: AsyncSession, organization_id: UUID, page: int, rows_max: int) -> tuple[EntryView, ...]:
    """A page of the feed, the newest first; numbers have no gaps, so a page is a range of them."""
    last = await last_number(session, organization_id) - (page - 1) * rows_max
    query = select(FeedEntry).where(
        FeedEntry.organization_id == organization_id, FeedEntry.feed_seq.between(last - rows_max + 1, last)
    )
    return tuple(_entry(row) for row in await session.scalars(query.order_by(FeedEntry.feed_seq.desc())))


async def get_entry(session: AsyncSession, organization_id: UUID, feed_seq: int) -> EntryView:
    """One entry of the organisation's own feed; raises NotFound."""
    row = await session.get(FeedEntry, (organization_id, feed_seq))
    if row is None:
        raise NotFound("Записи с таким номером в вашей ленте нет.")
    return _entry(row)


async def last_number(session: AsyncSession, organization_id: UUID) -> int:
    """The number of the newest entry, 0 for an empty feed."""
    query = select(FeedHead.last_seq).where(FeedHead.organization_id == organization_id)
    return await session.scalar(query) or 0


def addressed_to(reader: Reader) -> ColumnElement[bool]:
    """Whether a message belongs to the reader; nobody's without a person and an organisation."""
    ways = {"person": reader.person_id, "organization": reader.organization_id}
    found = [and_(Message.recipient_kind == kind, Message.recipient_id == who) for kind, who in ways.items() if who]
    return or_(*found) if found else Message.id.is_(None)


async def inbox(
    session: AsyncSession, reader: Reader, *, limit: int, offset: int = 0, unread_only: bool = False
) -> tuple[MessageView, ...]:
    """The reader's messages: unread ones first, then the newest first."""
    query = select(Message).where(addressed_to(reader))
    if unread_only:
        query = query.where(Message.read_at.is_(None))
    query = query.order_by(Message.read_at.is_not(None), Message.occurred_at.desc(), Message.id.desc())
    return tuple(
        MessageView(
            one.id,
            one.event_type,
            one.recipient_kind,
            one.title,
            one.body,
            one.link,
            one.critical,
            one.occurred_at,
            one.read_at,
        )
        for one in await session.scalars(query.limit(limit).offset(offset))
    )


async def count_inbox(session: AsyncSession, reader: Reader) -> tuple[int, int]:
    """All messages of the reader, and the unread ones of them."""
    unread = func.count().filter(Message.read_at.is_(None))
    row = (await session.execute(select(func.count(), unread).where(addressed_to(reader)))).one()
    return row[0], row[1]


async def newest_mails(session: AsyncSession, *, limit: int) -> tuple[MailView, ...]:
    """The newest letters: those given up first, then those that wait."""
    rank = func.array_position(["failed", "queued", "sent"], Mail.state)
    rows = await session.scalars(select(Mail).order_by(rank, Mail.id.desc()).limit(limit))
    return tuple(
        MailView(
            one.id,
            one.mailbox,
            one.subject,
            one.state,
            one.attempts,
            one.next_attempt_at,
            one.error,
            one.created_at,
            one.sent_at,
        )
        for one in rows
    )


async def count_mails(session: AsyncSession) -> dict[str, int]:
    """Letters by state."""
    rows = await session.execute(select(Mail.state, func.count().label("letters")).group_by(Mail.state))
    return {"queued": 0, "sent": 0, "failed": 0} | {row.state: row.letters for row in rows}


async def count_messages(session: AsyncSession) -> int:
    """All messages of all inboxes."""
    return await session.scalar(select(func.count()).select_from(Message)) or 0


async def feed_states(session: AsyncSession) -> tuple[FeedState, ...]:
    """Every feed with its check: as many entries as the last number, from 1 to it."""
    counted = (
        select(
            FeedEntry.organization_id,
            func.count().label("entries"),
            func.min(FeedEntry.feed_seq).label("first"),
            func.max(FeedEntry.feed_seq).label("last"),
        )
        .group_by(FeedEntry.organization_id)
        .subquery()
    )
    rows = await session.execute(
        select(
            FeedHead.organization_id,
            func.coalesce(Organization.short_name, ""),
            func.coalesce(counted.c.entries, 0),
            FeedHead.last_seq,
            func.coalesce(FeedDelivery.published_seq, 0),
            counted.c.first,
            counted.c.last,
        )
        .outerjoin(counted, counted.c.organization_id == FeedHead.organization_id)
        .outerjoin(Organization, Organization.id == FeedHead.organization_id)
        .outerjoin(FeedDelivery, FeedDelivery.organization_id == FeedHead.organization_id)
        .order_by(FeedHead.organization_id)
    )
    return tuple(
        FeedState(
            organization_id, name, entries, last_seq, published, (1, last_seq, last_seq) == (first, last, entries)
        )
        for organization_id, name, entries, last_seq, published, first, last in rows
    )


def _entry(row: FeedEntry) -> EntryView:
    return EntryView(
        row.feed_seq,
        row.event_id,
        row.event_type,
        row.source,
        row.subject,
        row.sequence,
        row.occurred_at,
        row.data,
        row.correlation_id,
    )
