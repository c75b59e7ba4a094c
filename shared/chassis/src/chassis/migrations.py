"""Alembic under every service: run as the owner role, one migration at a time, never waiting long for a lock."""

import asyncio
from pathlib import Path
from typing import Any, Final

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.http import unit
from chassis.inbox import tables as inbox_tables
from chassis.outbox.tables import event_log, outbox

LOCK_SECONDS: Final = 10

_EVENT_LOG_PARTITIONS: Final = """
CREATE FUNCTION ensure_event_log_partition(month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE first date := date_trunc('month', month)::date;
        name text := 'event_log_' || to_char(first, 'YYYY_MM');
BEGIN
  IF to_regclass(name) IS NULL THEN
    EXECUTE format('CREATE TABLE %I PARTITION OF event_log FOR VALUES FROM (%L) TO (%L)',
                   name, first::timestamptz, (first + interval '1 month')::date::timestamptz);
  END IF;
END $$
"""


def create_backbone(op: Any) -> None:
    """Create the tables of outbox, inbox and idempotency; the first migration of every service calls it.

    `event_log` is partitioned by month; the relay asks for the next month's partition ahead of time, and rows that
    come before it exists are refused rather than lost: they wait in the outbox.
    """
    connection = op.get_bind()
    for table in (outbox, inbox_tables.inbox, inbox_tables.checkpoint, inbox_tables.parked, unit.idempotency):
        table.create(connection)
    columns = ", ".join(
        f"{column.name} {column.type.compile(dialect=connection.dialect)} NOT NULL" for column in event_log.columns
    ).replace("published_at TIMESTAMP WITH TIME ZONE NOT NULL", "published_at timestamptz NOT NULL DEFAULT now()")
    op.execute(
        f"CREATE TABLE event_log ({columns}, PRIMARY KEY (event_id, created_at)) PARTITION BY RANGE (created_at)"
    )
    op.execute("CREATE INDEX ix_event_log_aggregate ON event_log (aggregate_id, sequence)")
    op.execute(_EVENT_LOG_PARTITIONS)
    op.execute(
        "SELECT ensure_event_log_partition((CURRENT_DATE + months * interval '1 month')::date) "
        "FROM generate_series(0, 2) AS months"
    )


def config_for(migrations_dir: Path, owner_url: str) -> Config:
    """An Alembic configuration without a file; `%` of a password is safe in it."""
    config = Config()
    config.set_main_option("script_location", str(migrations_dir).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["url"] = owner_url
    return config


def migrate(migrations_dir: Path, owner_url: str, revision: str = "head") -> None:
    """Bring the database to the revision."""
    command.upgrade(config_for(migrations_dir, owner_url), revision)


def run(metadata: MetaData) -> None:
    """What a service's `migrations/env.py` calls."""
    asyncio.run(_run(metadata))


async def _run(metadata: MetaData) -> None:
    engine = create_async_engine(context.config.attributes["url"], poolclass=pool.NullPool)

    def upgrade(connection: Connection) -> None:
        connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
        connection.execute(text("SELECT pg_advisory_lock(7220266)"))
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()

    async with engine.connect() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()
