"""The other services over HTTP, with the viewer's own token: their condition, their dead letters, decisions on them."""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from chassis import trace
from chassis.errors import DomainError, NotFound

READ_SECONDS: Final = 2
DECIDE_SECONDS: Final = 10
DEAD_LETTERS_MAX: Final = 200


class ConsumerFigures(BaseModel):
    """One consumer of a service; `lag` is None while the broker is away."""

    name: str
    source: str
    lag: int | None
    waiting: int
    dead: int


class Outbox(BaseModel):
    """Events that a service has recorded and not yet published."""

    backlog: int
    oldest_seconds: float


class Figures(BaseModel):
    """What a service says of itself."""

    checks: dict[str, bool]
    outbox: Outbox
    published: dict[str, int]
    consumers: tuple[ConsumerFigures, ...]


class DeadLetter(BaseModel):
    """An event that a service could not apply."""

    service: str = ""
    consumer: str
    event_id: UUID
    event_type: str
    aggregate_id: str
    stream_seq: int
    state: str
    attempts: int
    error: str
    parked_at: datetime
    next_attempt_at: datetime
    headers: dict[str, str]
    payload: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A service as it answered, or why it did not."""

    service: str
    figures: Figures | None = None
    problem: str = ""

    @property
    def tone(self) -> str:
        """`ok`, `warn` (something waits or a check fails) or `bad` (no answer)."""
        if self.figures is None:
            return "bad"
        troubled = not all(self.figures.checks.values()) or self.dead > 0
        return "warn" if troubled else "ok"

    @property
    def dead(self) -> int:
        """How many events wait for a decision."""
        return sum(one.dead for one in self.figures.consumers) if self.figures else 0

    @property
    def published(self) -> int:
        """How many events it has published."""
        return sum(self.figures.published.values()) if self.figures else 0


@dataclass(frozen=True, slots=True)
class Found:
    """Dead letters of all services, and which services did not answer."""

    letters: tuple[DeadLetter, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one decision: applied, superseded, discarded, still_failing, gone or unreachable."""

    name: str
    reason: str = ""


_LETTERS: Final = TypeAdapter(list[DeadLetter])


@dataclass(frozen=True)
class Services:
    """Every service by its internal address."""

    urls: Mapping[str, str]
    _tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    async def conditions(self, token: str) -> tuple[Condition, ...]:
        """All services asked at once; one that is down is told as such and holds nobody up."""
        async with self._client(token) as client:
            return tuple(await asyncio.gather(*(self._condition(client, service) for service in self.urls)))

    async def dead_letters(self, token: str, services: Iterable[str], state: str) -> Found:
        """Dead letters in one state, the oldest first."""
        chosen = [service for service in services if service in self.urls]
        async with self._client(token) as client:
            answers = await asyncio.gather(*(self._letters(client, service, state) for service in chosen))
        letters = sorted(
            (one for some in answers for one in some or ()), key=lambda one: (one.parked_at, one.stream_seq)
        )
        return Found(tuple(letters), tuple(name for name, some in zip(chosen, answers, strict=True) if some is None))

    async def dead_letter(self, token: str, service: str, consumer: str, event_id: UUID) -> DeadLetter:
        """One dead letter; raises NotFound, or ServiceSilent."""
        async with self._client(token) as client:
            try:
                answer = await client.get(f"{self._ops(service)}/dead-letters/{consumer}/{event_id}")
            except httpx.HTTPError as error:
                raise ServiceSilent(f"Служба {service} не отвечает.") from error
        if answer.status_code != 200:
            raise NotFound("Такого события среди отложенных нет: возможно, его уже применили.")
        return DeadLetter.model_validate(answer.json() | {"service": service})

    async def decide(self, token: str, service: str, consumer: str, event_id: UUID, action: str) -> Outcome:
        """Retry or discard one event at the service that owns it."""
        async with self._client(token, DECIDE_SECONDS) as client:
            try:
                answer = await client.post(f"{self._ops(service)}/dead-letters/{consumer}/{event_id}/{action}")
            except httpx.TimeoutException:
                return Outcome("unreachable", "Служба не ответила вовремя: обновите список, чтобы увидеть итог.")
            except httpx.HTTPError:
                return Outcome("unreachable", "Служба не отвечает.")
        if answer.is_success:
            return Outcome("discarded" if action == "discard" else str(answer.json().get("outcome", "applied")))
        title, code = _problem(answer)
        if code == "still_failing" or answer.status_code >= 500:
            return Outcome("still_failing", title)
        return Outcome("gone" if answer.status_code in (404, 409) else "refused", title)

    async def _condition(self, client: httpx.AsyncClient, service: str) -> Condition:
        try:
            answer = await client.get(f"{self._ops(service)}/status")
            if answer.status_code != 200:
                return Condition(service, problem=f"ответ {answer.status_code}")
            return Condition(service, Figures.model_validate(answer.json()))
        except httpx.TimeoutException:
            return Condition(service, problem=f"нет ответа за {READ_SECONDS} с")
        except (httpx.HTTPError, ValidationError, ValueError):
            return Condition(service, problem="не отвечает")

    async def _letters(self, client: httpx.AsyncClient, service: str, state: str) -> list[DeadLetter] | None:
        params = {"state": state, "limit": str(DEAD_LETTERS_MAX)}
        try:
            answer = (await client.get(f"{self._ops(service)}/dead-letters", params=params)).raise_for_status()
            return [one.model_copy(update={"service": service}) for one in _LETTERS.validate_json(answer.content)]
        except (httpx.HTTPError, ValidationError):
            return None

    def _ops(self, service: str) -> str:
        if service not in self.urls:
            raise NotFound("Такой службы нет.")
        return f"{self.urls[service].rstrip('/')}/{service}/api/v1/ops"

    def _client(self, token: str, seconds: float = READ_SECONDS) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {token}", "x-correlation-id": trace.correlation_id.get()}
        return httpx.AsyncClient(timeout=seconds, headers=headers, verify=self._tls, trust_env=False)


class ServiceSilent(DomainError):
    """A service that the page needs does not answer."""

    code = "service.silent"
    status = 503


def _problem(answer: httpx.Response) -> tuple[str, str]:
    try:
        body: Any = answer.json()
        return str(body.get("title", "")), str(body.get("code", ""))
    except (ValueError, AttributeError):
        return f"Служба ответила {answer.status_code}.", ""
