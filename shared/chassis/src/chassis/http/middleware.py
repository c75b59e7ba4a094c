"""Pure ASGI middleware: correlation, bounded bodies, same-site protection, timing."""

import json
import time
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import trace
from chassis.metrics import Metrics

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Correlation:
    """Takes or makes the correlation id and trace context, answers with the id, and measures the request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        correlation = trace.acceptable_correlation_id(headers.get("x-correlation-id", ""))
        trace.correlation_id.set(correlation)
        trace.traceparent.set(trace.child_of(headers.get("traceparent", "")))
        started = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-correlation-id"] = correlation
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            self._metrics.http_seconds.labels(self._metrics.service, scope["method"], route, str(status)).observe(
                time.perf_counter() - started
            )


class BodyTooLarge(Exception):
    """The body passed its bound while it was read."""


class BoundedBody:
    """Refuses a body over the bound, also one that does not state its length."""

    def __init__(self, app: ASGIApp, bytes_max: int) -> None:
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdigit() or int(length) > self._bytes_max:
            await self._refuse(send)
            return
        seen = 0
        started = False

        async def bounded_receive() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._bytes_max:
                raise BodyTooLarge
            return message

        async def noting_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, bounded_receive, noting_send)
        except BodyTooLarge:
            if not started:
                await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        title = f"Тело запроса больше {self._bytes_max // 1_000_000} МБ. Разделите его на части."
        await send_problem(send, 413, "body_too_large", title)


class SameSite:
    """Refuses unsafe requests that a foreign page makes with the reader's cookie (Sec-Fetch-Site, else Origin)."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._public_url = public_url.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            headers = Headers(scope=scope)
            site = headers.get("sec-fetch-site")
            origin = headers.get("origin")
            foreign = site not in (None, "same-origin", "none")
            if site is None and origin is not None:
                host = f"{scope.get('scheme', 'http')}://{headers.get('host', '')}"
                foreign = origin not in (self._public_url, host)
            if foreign and "cookie" in headers:
                await send_problem(send, 403, "foreign_site", "Запрос пришёл с чужого сайта и не выполнен.")
                return
        await self._app(scope, receive, send)


async def send_problem(send: Send, status: int, code: str, title: str) -> None:
    """An RFC 9457 answer without a request object."""
    problem: dict[str, Any] = {"type": f"urn:bezgranits:problem:{code}", "title": title, "status": status, "code": code}
    body = json.dumps(problem, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
