"""Tables of the inbox; they stand in the owning service's database, beside the rows its handlers write."""

from typing import Final

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, LargeBinary, Table, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.outbox.tables import backbone

inbox: Final = Table(
    "inbox",
    backbone,
    Column("consumer", Text, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("applied_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

checkpoint: Final = Table(
    "inbox_checkpoint",
    backbone,
    Column("consumer", Text, primary_key=True),
    Column("stream_created", Text, nullable=False),
    Column("stream_seq", BigInteger, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

parked: Final = Table(
    "parked_event",
    backbone,
    Column("consumer", Text, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("event_type", Text, nullable=False),
    Column("aggregate_id", Text, nullable=False),
    Column("stream_seq", BigInteger, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("error", Text, nullable=False, server_default=text("''")),
    Column("parked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("settled_at", DateTime(timezone=True)),
    Column("settled_by", Text),
    Index(
        "ix_parked_event_waiting", "consumer", "aggregate_id", "stream_seq", postgresql_where=text("state = 'waiting'")
    ),
    Index("ix_parked_event_state", "state", "consumer"),
)
