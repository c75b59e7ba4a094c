"""One unit of work a request: a transaction that is committed before the answer leaves.

An endpoint that raises rolls back; one that returns an answer, whatever its status, commits.

Every POST, PUT, PATCH and DELETE may carry an `Idempotency-Key` (header, or the hidden field of a form): the answer is
stored in the same transaction, so a repeated request gets the same answer and changes nothing. The same key with another
body is refused (IETF draft-ietf-httpapi-idempotency-key-header).
"""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import Column, DateTime, Integer, LargeBinary, Table, Text, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, DomainError, FieldError
from chassis.http.middleware import SAFE_METHODS
from chassis.outbox.tables import backbone

KEY_CHARACTERS_MAX: Final = 100
FORM_FIELD: Final = "idempotency_key"

idempotency: Final = Table(
    "idempotency_key",
    backbone,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", Text, nullable=False),
    Column("status", Integer),
    Column("headers", JSONB),
    Column("body", LargeBinary),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)


class KeyReused(Conflict):
    """The idempotency key belongs to another request."""

    code = "idempotency_key_reused"


async def session(request: Request) -> AsyncSession:
    """The session of the request's unit of work."""
    current: AsyncSession = request.state.session
    return current


class UnitRoute(APIRoute):
    """A route whose endpoint runs inside one transaction of the application's role."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def in_unit(request: Request) -> Response:
            async with request.app.state.database.app() as current:
                request.state.session = current
                if request.method in SAFE_METHODS:
                    return await handle(request)
                async with current.begin():
                    return await _once(request, current, handle)

        return in_unit


async def _once(
    request: Request, current: AsyncSession, handle: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    key = await _key(request)
    if not key:
        return await handle(request)
    principal = getattr(request.state, "principal", None)
    scope = f"{principal.account_id if principal else 'guest'}:{request.method}:{request.url.path}"
    digest = hashlib.sha256(await _fingerprint(request)).hexdigest()
    # the row is taken first: a second request with the same key waits here for the first one's commit
    taken = await current.scalar(
        insert(idempotency)
        .values(scope=scope, key=key, request_hash=digest)
        .on_conflict_do_nothing()
        .returning(idempotency.c.key)
    )
    if taken is None:
        return await _replay(current, scope, key, digest)
    response = await handle(request)
    await current.execute(
        idempotency.update()
        .where(idempotency.c.scope == scope, idempotency.c.key == key)
        .values(status=response.status_code, headers=_replayable(response), body=bytes(response.body))
    )
    return response


def _replayable(response: Response) -> list[list[str]]:
    return [[name, value] for name, value in response.headers.items() if name in ("content-type", "location", "etag")]


async def _replay(current: AsyncSession, scope: str, key: str, digest: str) -> Response:
    stored = (
        await current.execute(select(idempotency).where(idempotency.c.scope == scope, idempotency.c.key == key))
    ).one()
    if stored.request_hash != digest:
        raise KeyReused("Этот ключ повторности уже использован с другими данными. Возьмите новый ключ.")
    response = Response(content=stored.body, status_code=stored.status)
    for name, value in stored.headers:
        response.headers[name] = value
    response.headers["idempotency-replayed"] = "true"
    return response


async def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not key and _is_form(request):
        value = (await request.form()).get(FORM_FIELD, "")
        key = value if isinstance(value, str) else ""
    if len(key) > KEY_CHARACTERS_MAX:
        raise DomainError(
            "Ключ повторности слишком длинный.",
            code="idempotency_key_too_long",
            errors=(FieldError("Idempotency-Key", f"Больше {KEY_CHARACTERS_MAX} знаков.", "Возьмите UUID."),),
        )
    return key


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "")
    return kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data"))


async def _fingerprint(request: Request) -> bytes:
    """What must be equal in a repeated request; a browser draws a new multipart boundary each time, so files by content."""
    if not _is_form(request):
        return await request.body()
    parts: list[bytes] = []
    for name, value in (await request.form()).multi_items():
        if isinstance(value, str):
            parts.append(f"{name}={value}".encode())
        else:
            parts.append(name.encode() + b"=" + await value.read())
            await value.seek(0)
    return b"&".join(parts)
