"""Wake the relay soon after a commit: at once in this process, by a debounced NOTIFY where another process leads.

`pg_notify` inside every transaction would cost a quarter of the write throughput (a global lock at commit), so it is sent
outside, at most once an interval, and a poll of at most a second stands behind it.
"""

import asyncio
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

CHANNEL: Final = "outbox"
INTERVAL_SECONDS: Final = 0.02


class Waker:
    """Tells the relay that there is something to publish; bound to one service's engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self.local: asyncio.Event | None = None
        """Set while the relay of this very process leads: then no NOTIFY is needed."""

    def poke(self) -> None:
        """Ask for the relay's attention; many calls within one interval cost one notification."""
        if self.local is not None:
            self.local.set()
            return
        self._again = True
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._notify())

    async def _notify(self) -> None:
        while self._again:
            self._again = False
            try:
                async with self._engine.connect() as connection:
                    await connection.execute(text(f"NOTIFY {CHANNEL}"))
                    await connection.commit()
            except (SQLAlchemyError, OSError):
                return  # the relay's own poll stands behind the notification
            await asyncio.sleep(INTERVAL_SECONDS)

    async def close(self) -> None:
        """Finish the notification under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


def wake_after_commit(session: Session) -> None:
    """Poke the waker that the session was created with, if any."""
    waker = session.info.get("waker")
    if isinstance(waker, Waker):
        waker.poke()
