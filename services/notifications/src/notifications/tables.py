"""Tables of notifications, as SQLAlchemy mappings."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, MetaData, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import Base as ChassisBase


class Base(ChassisBase):
    """Everything that this service's migrations own."""

    __abstract__ = True
    metadata = MetaData(naming_convention=ChassisBase.metadata.naming_convention)


class Organization(Base):
    """A read copy of center's organisations: whom to write to, and under which broker account it reads its feed."""

    __tablename__ = "organization"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    slug: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str] = mapped_column(Text)
    mailbox: Mapped[str | None] = mapped_column(Text)
    feed_account: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool]


class FeedHead(Base):
    """The last number given on an organisation's feed; its row lock makes the numbers follow the commits."""

    __tablename__ = "feed_head"

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_seq: Mapped[int] = mapped_column(BigInteger)


class FeedEntry(Base):
    """One event on one organisation's feed, reduced to what this organisation may see. The truth for every channel."""

    __tablename__ = "feed_entry"
    __table_args__ = (UniqueConstraint("organization_id", "event_id"),)

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    feed_seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    event_id: Mapped[UUID]
    event_type: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    sequence: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    correlation_id: Mapped[str] = mapped_column(Text)


class FeedDelivery(Base):
    """How far a feed stands in the broker's stream (`stream_created` tells which one), and its durable consumer there."""

    __tablename__ = "feed_delivery"

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    published_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    stream_created: Mapped[str] = mapped_column(Text, server_default=text("''"))
    consumer: Mapped[str | None] = mapped_column(Text)


class Message(Base):
    """A message in the in-app inbox of an organisation, read once for all its staff, or of a person."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("recipient_kind IN ('organization', 'person')", name="recipient_kind"),
        UniqueConstraint("event_id", "recipient_kind", "recipient_id"),
        Index("ix_message_recipient", "recipient_kind", "recipient_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    event_id: Mapped[UUID]
    event_type: Mapped[str] = mapped_column(Text)
    recipient_kind: Mapped[str] = mapped_column(Text)
    recipient_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(Text)
    critical: Mapped[bool]
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Mail(Base):
    """A letter to an organisation's own mailbox, waiting, sent, or given up."""

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sent', 'failed')", name="state"),
        UniqueConstraint("event_id", "organization_id"),
        Index("ix_mail_queued", "next_attempt_at", "id", postgresql_where=text("state = 'queued'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    organization_id: Mapped[UUID]
    event_id: Mapped[UUID]
    mailbox: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'queued'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    next_attempt_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    error: Mapped[str] = mapped_column(Text, server_default=text("''"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
