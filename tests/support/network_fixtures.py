"""The whole network, with the story told in it: started once a session, for the tests that look at it from outside."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from embedded.demo.reconcile import Check
from embedded.demo.story import SERVICES, Story
from embedded.demo.telling import tell
from embedded.installation import ADMINISTRATOR_LOGIN
from embedded.network import Network

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Told:
    """A running network after the story."""

    network: Network
    story: Story
    checks: list[Check]
    lines: list[str]

    async def query(self, service: str, sql: str, *values: Any) -> list[Any]:
        """Rows of one service's database, read as its owner."""
        connection = await asyncpg.connect(self.network.database(service).owner_url)
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()

    async def ready(self, service: str, *, seconds: float = 40) -> None:
        """Wait until a service that was killed answers again."""
        deadline = time.monotonic() + seconds
        async with httpx.AsyncClient(base_url=self.network.service_url(service), trust_env=False) as client:
            while time.monotonic() < deadline:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get("/readyz")).status_code == 200:
                        return
                await asyncio.sleep(0.2)
        pytest.fail(f"{service} has not come back in {seconds} s")


@pytest.fixture(scope="session")
async def told(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
    """Start everything in a path with spaces, tell the story, stop everything at the end of the session."""
    state = tmp_path_factory.mktemp("school network") / "demo state"
    network = Network(state, demo=True, assets_dir=ROOT / ".data" / "assets")
    lines: list[str] = []
    await asyncio.to_thread(network.start, lines.append)
    try:
        password = network.installation.administrator_password_file.read_text(encoding="utf-8").strip()
        limits = httpx.Limits(max_connections=20)
        story, checks = await tell(network.origin, network.nats.url, state, ADMINISTRATOR_LOGIN, password, lines.append)
        async with httpx.AsyncClient(base_url=network.origin, timeout=60, limits=limits, trust_env=False) as http:
            for actor in (story.admin, *story.accounts.values()):
                actor.http = http
            story.http = http
            yield Told(network, story, checks, lines)
    finally:
        await asyncio.to_thread(network.stop)


__all__ = ["SERVICES", "Told", "told"]
