"""People and programs of the story: each signs in and acts through the public interface alone."""

import asyncio
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

TOKEN_FRESH_SECONDS = 200
CONCURRENT = 6
RETRY_SECONDS = (1, 2, 5, 10)


class StoryFailed(Exception):
    """A step was answered in a way that the story does not expect; the text says by whom and how."""


@dataclass
class Actor:
    """One account; its token is taken when it is needed and again before it ends."""

    http: httpx.AsyncClient
    login: str
    password: str
    title: str = ""
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONCURRENT))
    _token: str = ""
    _taken_at: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def call(
        self, method: str, path: str, *, json: Any = None, files: Any = None, accept: tuple[int, ...] = (200, 201, 204)
    ) -> Any:
        """One request; its JSON, or StoryFailed naming the problem. Every POST carries an idempotency key."""
        key = {} if method == "GET" else {"idempotency-key": str(uuid.uuid4())}
        async with self.gate:
            for pause in RETRY_SECONDS:
                headers = {"authorization": f"Bearer {await self._fresh_token()}", **key}
                answer = await self.http.request(method, path, json=json, files=files, headers=headers)
                if answer.status_code != 503:
                    break
                await asyncio.sleep(pause)  # the key makes the repetition harmless
        if answer.status_code not in accept:
            raise StoryFailed(f"{self.login}: {method} {path} → {answer.status_code} {answer.text[:1500]}")
        return answer.json() if answer.content else None

    async def get(self, path: str, **params: Any) -> Any:
        """Read something."""
        query = httpx.QueryParams({name: value for name, value in params.items() if value is not None})
        return await self.call("GET", f"{path}?{query}" if params else path)

    async def post(self, path: str, json: Any = None, **options: Any) -> Any:
        """Command something."""
        return await self.call("POST", path, json={} if json is None else json, **options)

    async def _fresh_token(self) -> str:
        async with self._lock:
            if not self._token or time.monotonic() - self._taken_at > TOKEN_FRESH_SECONDS:
                body = {"login": self.login, "password": self.password}
                answer = await self.http.post("/center/api/v1/token", json=body)
                if answer.status_code != 200:
                    raise StoryFailed(f"{self.login} cannot sign in: {answer.status_code} {answer.text[:300]}")
                self._token, self._taken_at = answer.json()["access_token"], time.monotonic()
            return self._token


def new_password() -> str:
    """A password that is made for one run and kept in its state folder only."""
    return secrets.token_urlsafe(12)
