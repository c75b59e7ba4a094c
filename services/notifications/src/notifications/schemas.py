"""HTTP bodies."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class EntryOut(_Out):
    """One entry of the organisation's own feed: a CloudEvent with the feed's own number."""

    feed_seq: int
    id: UUID
    type: str
    source: str
    subject: str
    sequence: int
    time: datetime
    data: dict[str, Any]


class FeedOut(_Out):
    """Entries after a number; `last` is the number of the feed's newest entry."""

    items: tuple[EntryOut, ...]
    last: int


class MessageOut(_Out):
    """One message."""

    id: UUID
    event_type: str
    recipient_kind: str
    title: str
    body: str
    link: str
    critical: bool
    time: datetime
    read_at: datetime | None


class InboxOut(_Out):
    """A part of the inbox, unread messages first."""

    items: tuple[MessageOut, ...]
    total: int
    unread: int


class ReadOut(_Out):
    """A message is read since then."""

    id: UUID
    read_at: datetime


class FeedStateOut(_Out):
    """How one feed stands."""

    organization_id: UUID
    short_name: str
    entries: int
    last_seq: int
    published_seq: int
    gap_free: bool


class StatsOut(_Out):
    """The service in figures."""

    entries: int
    messages: int
    mails: dict[str, int]
    gap_free: bool
    feeds: tuple[FeedStateOut, ...]
