"""Puts the principal on the request: from a Bearer token or from the cookie, verified here, never asked of center."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.auth import Verifier, token_of
from chassis.errors import Unauthenticated
from chassis.http.middleware import send_problem


class Identity:
    """A bad Bearer token is refused; a bad cookie makes a guest, who is led to sign in where it matters."""

    def __init__(self, app: ASGIApp, verifier: Verifier, instance: str) -> None:
        self._app = app
        self._verifier = verifier
        self._instance = instance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            token, from_cookie = token_of(request, self._instance)
            if token:
                try:
                    request.state.principal = await self._verifier.principal(token)
                except Unauthenticated as error:
                    if not from_cookie:
                        await send_problem(send, 401, error.error_code, error.message)
                        return
        await self._app(scope, receive, send)
