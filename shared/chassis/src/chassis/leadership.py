"""One active instance at a time: an advisory lock held by one direct connection, lost together with it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import asyncpg

from chassis.db import direct_connection

RETRY_SECONDS: Final = 0.5
ALIVE_SECONDS: Final = 3


Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def lock_key(name: str) -> int:
    """A stable signed 64-bit key for a name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


@asynccontextmanager
async def leadership(url: str, name: str, *, idle_seconds: int = 10) -> AsyncIterator[Connection]:
    """Wait until this process leads `name`, then yield the connection that proves it.

    Whoever leads must use the connection at least every `idle_seconds`, or the server takes the lead away.
    """
    connection = await direct_connection(url, idle_seconds=idle_seconds)
    try:
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock_key(name)):
            await asyncio.sleep(RETRY_SECONDS)
        yield connection
    finally:
        if not connection.is_closed():
            connection.terminate()


async def keep_lead(connection: Connection) -> None:
    """Use the connection now and then, for as long as the leader has nothing else to ask it; ends by its error."""
    while True:
        await asyncio.sleep(ALIVE_SECONDS)
        await connection.execute("SELECT 1")
