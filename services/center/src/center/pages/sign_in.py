"""Sign in and out with a browser: a short-lived token and an opaque session, each in a `__Host-` cookie."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from center.adapters.equipment import Equipment, equipment
from center.adapters.signing import Holder
from center.domain.address import HOME, home_of, safe_path
from center.operations.sessions import close_session, continue_session, open_session
from center.operations.sign_in import Admitted, Throttled, check_sign_in
from center.pages.rendering import render
from center.unrecorded import UnrecordedRoute
from chassis.auth import TOKEN_SECONDS, cookie_name
from chassis.errors import FieldError, Forbidden
from chassis.http.unit import session

router = APIRouter(route_class=UnrecordedRoute, include_in_schema=False)

Session = Annotated[AsyncSession, Depends(session)]
Equipped = Annotated[Equipment, Depends(equipment)]
Next = Annotated[str | None, Query(alias="next", max_length=4000)]


def session_cookie_name(instance: str) -> str:
    """The cookie of the opaque session; another prefix than the token's, so that no instance's name can collide."""
    return f"__Host-bgs-{instance}"


@router.get("/sign-in")
async def form(request: Request, current: Session, equipped: Equipped, target: Next = None) -> Response:
    """The form; whoever still has a living session is sent on with a new token and sees nothing of it."""
    holder = await continue_session(current, _secret(request))
    if holder is not None:
        return _sent_on(equipped, holder, safe_path(target))
    return _form(request, target)


@router.get("/refresh")
async def refresh(request: Request, current: Session, equipped: Equipped, target: Next = None) -> Response:
    """A new token from the living session; without `next` the answer is empty, for pages that stay open."""
    holder = await continue_session(current, _secret(request))
    path = safe_path(target)
    if holder is None:
        return Response(status_code=401) if target is None else _to_form(path)
    return (
        _sent_on(equipped, holder, path) if target is not None else _with_token(Response(None, 204), equipped, holder)
    )


@router.post("/sign-in")
async def sign_in(
    request: Request,
    current: Session,
    equipped: Equipped,
    login: Annotated[str, Form(max_length=400)] = "",
    password: Annotated[str, Form(max_length=400)] = "",
    target: Annotated[str, Form(alias="next", max_length=4000)] = "",
) -> Response:
    """Check the password and open a session under a fresh id."""
    _refuse_foreign_form(request, equipped.settings.public_url)
    address = request.client.host if request.client else ""
    verdict = await check_sign_in(current, equipped.passwords, login, password, address=address)
    if isinstance(verdict, Throttled):
        error = FieldError("", "Слишком много неудачных попыток.", f"Повторите через {_pause(verdict.wait_seconds)}.")
        response = _form(request, target, login, (error,), status=429)
        response.headers["retry-after"] = str(verdict.wait_seconds)
        return response
    if not isinstance(verdict, Admitted):
        error = FieldError("login", "Логин или пароль не подходят.", "Проверьте раскладку и клавишу Caps Lock.")
        return _form(request, target, login, (error,), status=401)
    opened = await open_session(current, verdict.account_id, replaces=_secret(request))
    response = _sent_on(equipped, opened.holder, safe_path(target))
    response.set_cookie(
        session_cookie_name(equipped.settings.instance),
        opened.secret,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
    return response


@router.post("/sign-out")
async def sign_out(request: Request, current: Session, equipped: Equipped) -> Response:
    """End the session here, and both cookies there."""
    await close_session(current, _secret(request))
    response = RedirectResponse(HOME, 303)
    instance = equipped.settings.instance
    for name in (cookie_name(instance), session_cookie_name(instance)):
        response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
    return response


def _form(
    request: Request,
    target: str | None,
    login: str = "",
    errors: tuple[FieldError, ...] = (),
    *,
    status: int = 200,
) -> Response:
    return render(request, "sign_in.html", status=status, target=safe_path(target) or "", login=login, errors=errors)


def _sent_on(equipped: Equipment, holder: Holder, path: str | None) -> Response:
    return _with_token(RedirectResponse(path or home_of(holder.roles), 303), equipped, holder)


def _to_form(path: str | None) -> Response:
    query = "?" + urlencode({"next": path}) if path else ""
    return RedirectResponse(f"/center/sign-in{query}", 303)


def _with_token(response: Response, equipped: Equipment, holder: Holder) -> Response:
    response.set_cookie(
        cookie_name(equipped.settings.instance),
        equipped.signer.sign(holder),
        max_age=TOKEN_SECONDS,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
    return response


def _secret(request: Request) -> str:
    return request.cookies.get(session_cookie_name(request.app.state.settings.instance), "")


def _refuse_foreign_form(request: Request, public_url: str) -> None:
    """A foreign page must not sign its visitor in as somebody else; the visitor has no cookie yet that would tell."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = {public_url.rstrip("/"), f"{request.url.scheme}://{request.url.netloc}"}
    if site not in (None, "same-origin", "none") or (site is None and origin is not None and origin not in own):
        raise Forbidden("Форма входа пришла с чужого сайта и не принята.", code="foreign_site")


def _pause(seconds: int) -> str:
    return f"{seconds} с" if seconds < 90 else f"{-(-seconds // 60)} мин"
