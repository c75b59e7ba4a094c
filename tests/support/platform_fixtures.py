"""Real servers for tests: PostgreSQL 18 and NATS 2.15 from the wheels, a migrated database a test, empty streams a test."""

import asyncio
import itertools
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client
from server_sources import Servers, container_servers, wheel_servers

from embedded.databases import RolePasswords, ServiceDatabase, create_service_database, run_sql

ROOT = Path(__file__).resolve().parents[2]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The session's PostgreSQL and NATS (without authentication: who may publish what is tested with its own servers)."""
    source = container_servers if request.config.getoption("--containers") else wheel_servers
    with source(tmp_path_factory.mktemp("school network")) as started:
        yield started


@dataclass(frozen=True)
class Databases:
    """Makes databases: one migrated template a service, one copy a test."""

    superuser_url: str
    templates: dict[str, RolePasswords]

    def fresh(self, service: str, build: Callable[[str], None] | None = None) -> ServiceDatabase:
        """A new database of the service, as its migrations (or `build(owner_url)`) leave it; URLs for SQLAlchemy."""
        template = f"template_{service}"
        if service not in self.templates:
            passwords = self.templates[service] = RolePasswords.generate()
            made = create_service_database(self.superuser_url, service, passwords, database=template).sqlalchemy()
            in_thread(build or migrations_of(service), made.owner_url)
        return create_service_database(
            self.superuser_url,
            service,
            self.templates[service],
            database=f"test_{service}_{next(_numbers)}",
            template=template,
        ).sqlalchemy()

    def drop(self, database: ServiceDatabase) -> None:
        """Remove a copy, whoever is still connected."""
        run_sql(self.superuser_url, f'DROP DATABASE IF EXISTS "{database.name}" WITH (FORCE);')


def migrations_of(service: str) -> Callable[[str], None]:
    """Run the service's own migrations."""
    from chassis.migrations import migrate

    return lambda owner_url: migrate(ROOT / "services" / service / "migrations", owner_url)


def in_thread(work: Callable[[str], None], argument: str) -> None:
    """Run code that wants an event loop of its own beside the one of the tests."""
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work(argument)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


@pytest.fixture(scope="session")
def databases(servers: Servers) -> Databases:
    """The maker of databases."""
    return Databases(servers.postgres_url, {})


@pytest.fixture
async def nats_client(servers: Servers) -> AsyncIterator[Client]:
    """A client on a broker without any stream left from another test."""
    client = await nats.connect(servers.nats_url, max_reconnect_attempts=-1, reconnect_time_wait=0.2)
    await delete_streams(client)
    yield client
    await client.close()


async def delete_streams(client: Client) -> None:
    """Remove every stream, and with it every consumer."""
    reply = await client.request("$JS.API.STREAM.NAMES", b"{}", timeout=5)
    for name in json.loads(reply.data).get("streams") or []:
        await client.request(f"$JS.API.STREAM.DELETE.{name}", b"", timeout=5)


async def eventually(condition: Callable[[], object], *, seconds: float = 15, every: float = 0.05) -> object:
    """Wait until the (possibly async) condition answers something true; its last answer is returned or shown."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        answer = condition()
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer:
            return answer
        assert asyncio.get_running_loop().time() < deadline, f"not within {seconds} s: {answer!r}"
        await asyncio.sleep(every)
