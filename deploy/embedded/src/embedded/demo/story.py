"""What the steps of the story share: the generated world, the ids that the platform gave, the people who act."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from embedded.demo.actors import CONCURRENT, Actor, StoryFailed, new_password
from embedded.demo.world import World

T = TypeVar("T")
SERVICES = ("center", "catalog", "enrollment", "settlement", "notifications")
QUIET_SECONDS = 90


@dataclass
class Story:
    """The state of one telling."""

    http: httpx.AsyncClient
    world: World
    admin: Actor
    nats_url: str
    state_dir: Path
    say: Callable[[str], None]
    organizations: dict[str, str] = field(default_factory=dict)
    pupils: dict[str, str] = field(default_factory=dict)
    tutors: dict[str, str] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Actor] = field(default_factory=dict)
    creds: dict[str, Path] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONCURRENT))

    @property
    def operator(self) -> Actor:
        """The operator of the centre."""
        return self.accounts["operator"]

    @property
    def department(self) -> Actor:
        """The department of education, the founder's side."""
        return self.accounts["department"]

    def coordinator(self, slug: str) -> Actor:
        """The coordinator of an organisation."""
        return self.accounts[f"coordinator.{slug}"]

    def accountant(self, slug: str) -> Actor:
        """The accountant of an organisation."""
        return self.accounts[f"accountant.{slug}"]

    def slug_of(self, organization_id: str) -> str:
        """The slug behind an id."""
        return next(slug for slug, one in self.organizations.items() if one == organization_id)

    async def open_account(
        self, login: str, roles: list[str], *, title: str, slug: str = "", person_id: str | None = None, name: str = ""
    ) -> Actor:
        """An account with a password made for this run."""
        actor = Actor(self.http, login, new_password(), title, gate=self.gate)
        body: dict[str, Any] = {"login": login, "password": actor.password, "roles": roles, "name": name or title}
        if slug:
            body["organization_id"] = self.organizations[slug]
        if person_id:
            body["person_id"] = person_id
        await self.admin.post("/center/api/v1/accounts", body)
        self.accounts[login] = actor
        return actor

    async def each(self, items: Iterable[T], work: Callable[[T], Coroutine[Any, Any, Any]]) -> list[Any]:
        """Do the work for every item, several at once; the first failure ends it."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work(item)) for item in items]
        return [task.result() for task in tasks]

    async def quiet(self, *, parked_allowed: bool = False) -> None:
        """Wait until every event has been published and handled everywhere."""
        deadline = time.monotonic() + QUIET_SECONDS
        busy: list[str] = []
        while time.monotonic() < deadline:
            states = await asyncio.gather(*(self.admin.get(f"/{name}/api/v1/ops/status") for name in SERVICES))
            busy = [reason for state in states for reason in _busy(state, parked_allowed)]
            if not busy:
                return
            await asyncio.sleep(0.2)
        raise StoryFailed(f"the network has not come to rest in {QUIET_SECONDS} s: {', '.join(busy)}")


def _busy(state: dict[str, Any], parked_allowed: bool) -> list[str]:
    found = [f"{state['service']}: {state['outbox']['backlog']} unpublished"] if state["outbox"]["backlog"] else []
    for consumer in state["consumers"]:
        if consumer["lag"] or consumer["lag"] is None:
            found.append(f"{consumer['name']}: lag {consumer['lag']}")
        if consumer["waiting"] and not parked_allowed:
            found.append(f"{consumer['name']}: {consumer['waiting']} waiting")
    return found
