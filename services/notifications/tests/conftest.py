"""Notifications, running, with organisations that center has announced."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from platform_fixtures import Databases, eventually
from server_sources import Servers
from service_fixtures import Running, running_service

from contracts.base import Event
from contracts.center import OrganizationState
from notifications.main import service

from .samples import organization

API = "/notifications/api/v1"


@dataclass
class Notifications:
    """The service and three organisations of the network."""

    run: Running
    organizations: list[OrganizationState]

    @property
    def ids(self) -> list[uuid.UUID]:
        return [one.organization_id for one in self.organizations]

    async def hear(self, *events: Event) -> None:
        """Publish events and wait until each of them is heard."""
        ids = [await self.run.publish(event) for event in events]
        await eventually(
            lambda: self.run.scalar("SELECT count(*) = :n FROM inbox WHERE event_id = ANY(:ids)", n=len(ids), ids=ids)
        )

    async def get(self, path: str, *roles: str, **who: Any) -> Any:
        """A JSON answer that must be 200."""
        answer = await self.run.client.get(f"{API}{path}", headers=self.run.bearer(*roles, **who))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def numbers(self, organization_id: uuid.UUID) -> list[int]:
        rows = await self.run.rows(
            "SELECT feed_seq FROM feed_entry WHERE organization_id = :id ORDER BY feed_seq", id=organization_id
        )
        return [number for (number,) in rows]


@pytest.fixture
async def notifications(
    databases: Databases, servers: Servers, nats_client: Client, tmp_path: Path
) -> AsyncIterator[Notifications]:
    quiet = replace(service, background=())  # publisher and mailer have tests of their own
    async with running_service(quiet, databases, servers, nats_client, tmp_path) as run:
        made = Notifications(run, [organization(slug) for slug in ("north", "south", "club")])
        await made.hear(*made.organizations)
        yield made
