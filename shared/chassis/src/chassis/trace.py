"""Correlation: one id from the HTTP request through the outbox to every consumer, and W3C Trace Context beside it."""

import re
import secrets
from contextvars import ContextVar
from typing import Final

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
traceparent: ContextVar[str] = ContextVar("traceparent", default="")

_TRACEPARENT: Final = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")
_CORRELATION: Final = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


def new_correlation_id() -> str:
    """A random id of 16 hexadecimal digits."""
    return secrets.token_hex(8)


def child_of(parent: str) -> str:
    """A `traceparent` of the same trace with a span of its own; a new trace if the parent is missing or malformed."""
    span = secrets.token_hex(8)
    if _TRACEPARENT.fullmatch(parent):
        version, trace, _, flags = parent.split("-")
        return f"{version}-{trace}-{span}-{flags}"
    return f"00-{secrets.token_hex(16)}-{span}-01"


def acceptable_correlation_id(offered: str) -> str:
    """The caller's id if it is harmless to log, else a new one."""
    return offered if _CORRELATION.fullmatch(offered) else new_correlation_id()
