"""A tiny service for tests of the backbone: it publishes offers and keeps what it hears in two tables."""

import asyncio
import uuid
from datetime import date
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import pool, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from chassis.inbox import Received
from chassis.migrations import create_backbone


def build_tables(owner_url: str) -> None:
    async def build() -> None:
        engine = create_async_engine(owner_url, poolclass=pool.NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(lambda sync: create_backbone(Operations(MigrationContext.configure(sync))))
            await connection.execute(
                text("CREATE TABLE kept (id uuid PRIMARY KEY, version bigint NOT NULL, title text NOT NULL)")
            )
            await connection.execute(
                text("CREATE TABLE done (n bigint GENERATED ALWAYS AS IDENTITY, id uuid, version bigint)")
            )
        await engine.dispose()

    asyncio.run(build())


def offer(offer_id: uuid.UUID, title: str = "Химия") -> dict[str, Any]:
    return {
        "offer_id": offer_id,
        "organization_id": uuid.uuid4(),
        "title": title,
        "level": "advanced",
        "grades": (10,),
        "hours_total": "68",
        "hours_per_week": "2",
        "capacity": 12,
        "mode": "online",
        "settlement": "Тазовский",
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2027, 5, 31),
        "status": "published",
    }


async def keep(session: AsyncSession, events: list[Received[Any]]) -> int:
    """A state handler as services write them: the newest version wins."""
    result = await session.execute(
        text(
            "INSERT INTO kept (id, version, title) "
            "SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:versions AS bigint[]), cast(:titles AS text[])) "
            "ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, title = EXCLUDED.title "
            "WHERE kept.version < EXCLUDED.version"
        ),
        {
            "ids": [one.event.offer_id for one in events],
            "versions": [one.sequence for one in events],
            "titles": [one.event.title for one in events],
        },
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


async def note(session: AsyncSession, received: Received[Any]) -> None:
    """An effect handler: each event exactly once."""
    await session.execute(
        text("INSERT INTO done (id, version) VALUES (:id, :version)"),
        {"id": received.event.offer_id, "version": received.sequence},
    )
