"""Password hashes: argon2id outside of the event loop, few sign-ins at a time, with a bounded queue before them."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE: Final = 3
QUEUE_MAX: Final = 60

# OWASP's second recommendation: 19 MiB and two passes, so that a class signing in together waits a second, not ten
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class TooBusy(Exception):
    """More sign-ins wait than will be served soon: the caller is told to come back."""


class Passwords:
    """Hashes and checks passwords; checking an absent account costs the same as checking one that is there."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobody = _HASHER.hash(secrets.token_urlsafe())

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one's turn to sign in, before a database connection is taken; raises TooBusy."""
        if self._waiting >= QUEUE_MAX:
            raise TooBusy
        self._waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1

    async def hash(self, password: str) -> str:
        """The argon2id hash, with its parameters and salt in it."""
        return await asyncio.to_thread(_HASHER.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password fits; `stored` is None for an unknown account."""
        fits = await asyncio.to_thread(_verify, stored or self._nobody, password)
        return fits and stored is not None

    @staticmethod
    def is_outdated(stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return bool(_HASHER.check_needs_rehash(stored))


def _verify(stored: str, password: str) -> bool:
    try:
        return bool(_HASHER.verify(stored, password))
    except (VerificationError, InvalidHashError):
        return False
