"""Apply one event, and tell a refused statement from a database that is away."""

from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import trace
from chassis.inbox.consumer import Consumer, Received


class DatabaseAway(Exception):
    """The database cannot be reached: nothing was applied, nothing counts as an attempt."""


def database_is_away(error: BaseException) -> bool:
    """Whether the error means a lost connection rather than a refused statement."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, InterfaceError | OSError | TimeoutError) or (
        isinstance(error, OperationalError) and "terminat" in str(error).lower()
    )


async def apply_one(session: AsyncSession, consumer: Consumer, one: Received[Any]) -> str:
    """Run the handler of one event; `superseded` if a state handler found a newer version in place."""
    handler = consumer.handlers[one.envelope.type]
    correlation = trace.correlation_id.set(one.envelope.correlation_id)
    parent = trace.traceparent.set(one.envelope.traceparent)
    try:
        if handler.kind == "effect":
            await handler.apply(session, one)
            return "applied"
        changed = await handler.apply(session, [one])
        return "applied" if changed else "superseded"
    finally:
        trace.correlation_id.reset(correlation)
        trace.traceparent.reset(parent)


def words(error: BaseException) -> str:
    """The error in bounded words; of the database's own only the first line, as its DETAIL repeats values of rows."""
    if isinstance(error, DBAPIError):
        return f"{type(error).__name__}: {str(error.orig).splitlines()[0] if str(error.orig) else error.orig!r}"[:2000]
    return f"{type(error).__name__}: {error}"[:2000]
