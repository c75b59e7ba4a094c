"""One event to everybody it concerns: numbered entries on feeds, messages in the inbox, letters to mailboxes.

An event costs at most six statements, however many organisations hear of it.
"""

import json
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.inbox import Received
from chassis.leadership import lock_key
from notifications import queries
from notifications.domain.notices import compose, parties_of
from notifications.tables import Mail, Message

_LOCK: Final = text("SELECT pg_advisory_xact_lock(:key)").bindparams(key=lock_key("feed-numbers"))
_APPEND: Final = text(
    "WITH wanted AS (SELECT * FROM unnest(:organizations, :views) AS t(organization_id, data)), "
    "heads AS (INSERT INTO feed_head AS head (organization_id, last_seq) "
    "  SELECT organization_id, 1 FROM wanted WHERE NOT EXISTS (SELECT FROM feed_entry known "
    "    WHERE known.organization_id = wanted.organization_id AND known.event_id = :event_id) "
    "  ORDER BY organization_id "
    "  ON CONFLICT (organization_id) DO UPDATE SET last_seq = head.last_seq + 1 RETURNING organization_id, last_seq) "
    "INSERT INTO feed_entry (organization_id, feed_seq, event_id, event_type, source, subject, sequence, occurred_at, "
    "  data, correlation_id) "
    "SELECT heads.organization_id, heads.last_seq, :event_id, :event_type, :source, :subject, :sequence, :occurred_at, "
    "  wanted.data::jsonb, :correlation_id FROM heads JOIN wanted USING (organization_id)"
).bindparams(
    bindparam("organizations", type_=ARRAY(Uuid)),
    bindparam("views", type_=ARRAY(Text)),
    bindparam("event_id", type_=Uuid),
)


async def deliver_event(session: AsyncSession, received: Received[Any]) -> None:
    """Write what follows from one event, in the transaction that marks it as heard."""
    await append_to_feeds(session, received)
    await notify(session, received)


async def append_to_feeds(session: AsyncSession, received: Received[Any]) -> None:
    """Put the event on the feed of each organisation of its audience, with the next number of that feed.

    An organisation that the event names gets it even before center's event about it has come; an event for everyone goes
    to the active organisations known by now. Numbers have no gaps: the head's row lock is held until the commit, and an
    event that already stands on a feed takes no number.
    """
    audience, envelope = received.envelope.audience, received.envelope
    organizations = (
        sorted(audience) if audience is not None else await queries.everyone(session, UUID(envelope.subject))
    )
    if not organizations:
        return
    # A batch of one consumer touches feeds in the order of its events, so ordering the rows of one statement cannot
    # keep four consumers from deadlock: whoever numbers holds this lock until its commit.
    await session.execute(_LOCK)
    await session.execute(
        _APPEND,
        {
            "organizations": organizations,
            "views": [json.dumps(received.event.view_for(one), ensure_ascii=False) for one in organizations],
            "event_id": envelope.id,
            "event_type": envelope.type,
            "source": envelope.source,
            "subject": envelope.subject,
            "sequence": envelope.sequence,
            "occurred_at": envelope.time,
            "correlation_id": envelope.correlation_id,
        },
    )


async def notify(session: AsyncSession, received: Received[Any]) -> None:
    """Tell the people concerned, if it is an event that people care about."""
    parties = parties_of(received.event)
    if not parties:
        return
    known = await queries.organizations(session, parties)
    notices = compose(received.event, {one.id: one.short_name for one in known.values()})
    event_id = received.envelope.id
    messages = [
        {
            "event_id": event_id,
            "event_type": received.envelope.type,
            "recipient_kind": one.recipient_kind,
            "recipient_id": one.recipient_id,
            "title": one.title,
            "body": one.body,
            "link": one.link,
            "critical": one.critical,
            "occurred_at": received.envelope.time,
        }
        for one in notices
    ]
    await session.execute(insert(Message).values(messages).on_conflict_do_nothing())
    mails = [
        {
            "event_id": event_id,
            "organization_id": one.recipient_id,
            "mailbox": known[one.recipient_id].mailbox,
            "subject": one.title,
            "body": one.body,
        }
        for one in notices
        if one.by_mail
        and one.recipient_id in known
        and known[one.recipient_id].mailbox
        and known[one.recipient_id].active
    ]
    if mails:
        await session.execute(insert(Mail).values(mails).on_conflict_do_nothing())
