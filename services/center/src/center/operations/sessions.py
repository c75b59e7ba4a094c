"""Signed-in browsers: an opaque id in a cookie, its hash here; tokens are minted anew from a live session."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from center.adapters.signing import Holder
from center.tables import Account, BrowserSession, Organization, Person

LIFE = timedelta(hours=12)
IDLE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session: its secret goes into the cookie and is kept nowhere."""

    secret: str
    holder: Holder


async def open_session(session: AsyncSession, account_id: UUID, *, replaces: str = "") -> Opened:
    """Begin a session under a fresh id; the one that the browser carried before, whoever put it there, ends."""
    now = datetime.now(UTC)
    if replaces:
        await close_session(session, replaces)
    await session.execute(
        delete(BrowserSession).where(or_(BrowserSession.expires_at < now, BrowserSession.seen_at < now - IDLE))
    )
    secret = secrets.token_urlsafe(32)
    session.add(
        BrowserSession(id_hash=_hash(secret), account_id=account_id, created_at=now, seen_at=now, expires_at=now + LIFE)
    )
    await session.flush()
    return Opened(secret, await holder_of(session, account_id))


async def continue_session(session: AsyncSession, secret: str) -> Holder | None:
    """Who the living session belongs to, None for a dead one; being asked keeps it from going idle."""
    if not secret:
        return None
    now = datetime.now(UTC)
    row = await session.scalar(
        select(BrowserSession)
        .join(Account, Account.id == BrowserSession.account_id)
        .where(
            BrowserSession.id_hash == _hash(secret),
            BrowserSession.expires_at > now,
            BrowserSession.seen_at > now - IDLE,
            Account.disabled.is_(False),
        )
    )
    if row is None:
        return None
    row.seen_at = now
    return await holder_of(session, row.account_id)


async def close_session(session: AsyncSession, secret: str) -> None:
    """End the session of a cookie; an unknown one is nothing to end."""
    await session.execute(delete(BrowserSession).where(BrowserSession.id_hash == _hash(secret)))


async def holder_of(session: AsyncSession, account_id: UUID) -> Holder:
    """What a token says of an account, as it stands now."""
    query = (
        select(Account, Person.full_name, Organization.short_name)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Organization, Organization.id == Account.organization_id)
        .where(Account.id == account_id)
    )
    account, name, org_name = (await session.execute(query)).one()
    return Holder(
        account_id=account.id,
        roles=tuple(account.roles),
        organization_id=account.organization_id,
        person_id=account.person_id,
        name=name,
        org_name=org_name,
    )


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
