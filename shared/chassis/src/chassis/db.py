"""The database of a service: one engine a role, `AsyncSession` as the unit of work, plain asyncpg where order matters."""

import json
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from sqlalchemy import MetaData
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
STATEMENT_TIMEOUT_SECONDS: Final = 30


class Base(DeclarativeBase):
    """The declarative base of a service's tables; each service subclasses it once, so that metadata stay apart."""

    __abstract__ = True
    metadata = MetaData(naming_convention=NAMING)


@dataclass(frozen=True, slots=True)
class Database:
    """Engines and sessions of one service: `app` serves people, `worker` consumes and relays."""

    app_engine: AsyncEngine
    worker_engine: AsyncEngine
    app: async_sessionmaker[AsyncSession]
    worker: async_sessionmaker[AsyncSession]

    async def dispose(self) -> None:
        """Close every pooled connection."""
        await self.app_engine.dispose()
        await self.worker_engine.dispose()


def _engine(url: str, pool_size: int) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_recycle=1800,
        pool_pre_ping=False,
        hide_parameters=True,  # an error's text goes to logs and dead letters, and parameters may be personal data
        json_serializer=lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")),
        connect_args={
            "timeout": 10,
            "command_timeout": STATEMENT_TIMEOUT_SECONDS,
            "server_settings": {"application_name": "bezgranits", "timezone": "UTC"},
        },
    )


def connect_database(app_url: str, worker_url: str, *, pool_size: int = 10) -> Database:
    """Prepare the engines; no connection is made before the first use."""
    app, worker = _engine(app_url, pool_size), _engine(worker_url, max(4, pool_size // 2))
    return Database(
        app_engine=app,
        worker_engine=worker,
        app=async_sessionmaker(app, expire_on_commit=False),
        worker=async_sessionmaker(worker, expire_on_commit=False),
    )


async def direct_connection(url: str, *, idle_seconds: int = 10) -> "asyncpg.Connection[asyncpg.Record]":
    """One unpooled connection; the server ends it when its owner has been silent for `idle_seconds`.

    A leader that is paused (SIGSTOP, a frozen virtual machine) thereby loses its advisory lock to the next one.
    """
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection: Any = await asyncpg.connect(
        dsn,
        timeout=10,
        command_timeout=STATEMENT_TIMEOUT_SECONDS,
        server_settings={
            "application_name": "bezgranits-direct",
            "timezone": "UTC",
            "idle_session_timeout": f"{idle_seconds}s",
            "idle_in_transaction_session_timeout": f"{idle_seconds}s",
        },
    )
    return connection
