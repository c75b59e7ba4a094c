"""A unit of work whose answer is never stored.

`UnitRoute` keeps answers for repeated requests. What carries a password, a token or a broker credential must not end up in
that table, not even as the hash of a body with a guessable password in it: these routes ignore the idempotency key and say so.
They commit after a GET too, because keeping a browser signed in is a write.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute


class UnrecordedRoute(APIRoute):
    """One transaction a request, committed when the endpoint returns, rolled back when it raises; nothing cached."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def in_unit(request: Request) -> Response:
            async with request.app.state.database.app() as current, current.begin():
                request.state.session = current
                response = await handle(request)
            response.headers["Cache-Control"] = "no-store"
            return response

        return in_unit
