"""Check a login and a password: the same answer and the same time for whatever is wrong, slower for who guesses."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from center.adapters.passwords import Passwords, TooBusy
from center.domain.account import PASSWORD_CHARACTERS_MAX, normal_login
from center.domain.throttle import (
    ADDRESS,
    FORGOTTEN_AFTER_SECONDS,
    LOGIN_FROM_ADDRESS,
    LOGIN_FROM_ANYWHERE,
    Bound,
    wait_seconds,
)
from center.tables import Account, SignInFailure
from chassis.logs import logger

log = logger("sign_in")

BUSY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Admitted:
    """The password fits."""

    account_id: UUID


@dataclass(frozen=True, slots=True)
class Refused:
    """Login or password do not fit, or the account is shut: the caller is not told which."""


@dataclass(frozen=True, slots=True)
class Throttled:
    """Nothing was checked: come back after so many seconds."""

    wait_seconds: int


Verdict = Admitted | Refused | Throttled


async def check_sign_in(
    session: AsyncSession, passwords: Passwords, login: str, password: str, *, address: str
) -> Verdict:
    """Judge one attempt. Answers instead of raising: a counted failure must be committed."""
    try:
        async with passwords.turn():
            return await _check(session, passwords, normal_login(login), password, address)
    except TooBusy:
        return Throttled(BUSY_SECONDS)


async def _check(session: AsyncSession, passwords: Passwords, login: str, password: str, address: str) -> Verdict:
    bounds = _bounds(login, address)
    if pause := await _pause(session, bounds):
        log.info("sign_in.throttled", wait_seconds=pause)
        return Throttled(pause)
    account = await session.scalar(select(Account).where(Account.login == login))
    usable = account if account is not None and not account.disabled else None
    fits = await passwords.matches(usable.password_hash if usable else None, password[:PASSWORD_CHARACTERS_MAX])
    if usable is None or not fits or len(password) > PASSWORD_CHARACTERS_MAX:
        await _count(session, bounds)
        log.info("sign_in.refused", known=account is not None)
        return Refused()
    if passwords.is_outdated(usable.password_hash):
        usable.password_hash = await passwords.hash(password)
    await session.execute(delete(SignInFailure).where(SignInFailure.key == _of_pair(login, address)))
    log.info("sign_in.admitted", account_id=str(usable.id))
    return Admitted(usable.id)


def _bounds(login: str, address: str) -> dict[str, Bound]:
    """What is counted, under hashes: the table tells nobody who tried to sign in."""
    return {
        _of_pair(login, address): LOGIN_FROM_ADDRESS,
        _hashed("login", login): LOGIN_FROM_ANYWHERE,
        _hashed("address", address): ADDRESS,
    }


def _of_pair(login: str, address: str) -> str:
    return _hashed("pair", login, address)


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


async def _pause(session: AsyncSession, bounds: dict[str, Bound]) -> int:
    """The longest pause that a counter asks for; the rows stay locked, so that attempts at once are looked at in turn."""
    query = select(SignInFailure).where(SignInFailure.key.in_(bounds)).order_by(SignInFailure.key).with_for_update()
    now = datetime.now(UTC)
    return max(
        (
            wait_seconds(row.failures, (now - row.last_failed_at).total_seconds(), bounds[row.key])
            for row in await session.scalars(query)
        ),
        default=0,
    )


async def _count(session: AsyncSession, bounds: dict[str, Bound]) -> None:
    now = datetime.now(UTC)
    forgotten = now - timedelta(seconds=FORGOTTEN_AFTER_SECONDS)
    # one address can fail only so fast, and what is old goes with every failure: the table stays small
    await session.execute(delete(SignInFailure).where(SignInFailure.last_failed_at < forgotten))
    statement = insert(SignInFailure).values(
        [{"key": key, "failures": 1, "last_failed_at": now} for key in sorted(bounds)]
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[SignInFailure.key],
            set_={"failures": func.least(SignInFailure.failures + 1, 1000), "last_failed_at": now},
        )
    )
