"""Accounts, access tokens, and the keys that services verify them with."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse

from center.adapters.equipment import Equipment, equipment
from center.operations.accounts import NewAccount, create_account, disable_account
from center.operations.sessions import holder_of
from center.operations.sign_in import Refused, Throttled, check_sign_in
from center.schemas import AccountIn, Created, SignInIn, TokenOut
from center.unrecorded import UnrecordedRoute
from chassis.auth import TOKEN_SECONDS, Principal, require
from chassis.http.problems import problem_body
from chassis.http.unit import session

router = APIRouter(route_class=UnrecordedRoute, tags=["access"])
keys = APIRouter(tags=["access"])

Session = Annotated[AsyncSession, Depends(session)]
Operator = Annotated[Principal, Depends(require("operator", "administrator"))]
Equipped = Annotated[Equipment, Depends(equipment)]


@keys.get("/.well-known/jwks.json")
async def get_key_set(equipped: Equipped) -> JSONResponse:
    """The public keys of access tokens (RFC 7517)."""
    return JSONResponse(equipped.signer.key_set(), headers={"cache-control": "public, max-age=60"})


@router.post("/accounts", status_code=201)
async def post_account(body: AccountIn, who: Operator, current: Session, equipped: Equipped) -> Created:
    """Make an account; no idempotency key here: a login can be taken only once anyway."""
    new = NewAccount(**body.model_dump())
    return Created(id=await create_account(current, equipped.passwords, new, giver_roles=who.roles))


@router.post("/accounts/{account_id}/disable", status_code=204)
async def post_disable(account_id: UUID, who: Operator, current: Session) -> None:
    """Shut an account and sign its browsers out."""
    await disable_account(current, account_id, giver_roles=who.roles)


@router.post("/token", response_model=TokenOut)
async def post_token(body: SignInIn, request: Request, current: Session, equipped: Equipped) -> Any:
    """A token for a login and a password; failures slow the caller down."""
    address = request.client.host if request.client else ""
    verdict = await check_sign_in(current, equipped.passwords, body.login, body.password, address=address)
    if isinstance(verdict, Throttled):
        problem = problem_body(429, "sign_in.throttled", "Слишком много неудачных попыток. Повторите позже.")
        retry = {"retry-after": str(verdict.wait_seconds)}
        return JSONResponse(problem, 429, headers=retry, media_type="application/problem+json")
    if isinstance(verdict, Refused):
        problem = problem_body(401, "sign_in.refused", "Логин или пароль не подходят.")
        return JSONResponse(problem, 401, media_type="application/problem+json")
    token = equipped.signer.sign(await holder_of(current, verdict.account_id))
    return TokenOut(access_token=token, expires_in_seconds=TOKEN_SECONDS)
