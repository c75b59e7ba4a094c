"""The operator's console against a second service that really runs: its figures, its dead letters, decisions on them."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import asyncpg
import pytest
import structlog
import uvicorn
from fastapi import FastAPI
from nats.aio.client import Client
from platform_fixtures import Databases, eventually
from server_sources import Servers
from service_fixtures import Running, running_service
from sqlalchemy import text
from starlette.applications import Starlette

from catalog.main import service as catalog_service
from center.main import service as center_service
from contracts.center import Licence, OrganizationChanged

OPS = "/center/operations"


@contextlib.asynccontextmanager
async def served(app: FastAPI | Starlette) -> AsyncIterator[str]:
    """The application on a port of its own; its lifespan runs already."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


class Network:
    """Center, catalog, and a service that is down."""

    def __init__(self, center: Running, catalog: Running) -> None:
        self.center, self.catalog = center, catalog
        # tokens of one and the same installation
        self.headers = center.browser("operator")

    async def page(self, path: str, role: str = "operator") -> str:
        answer = await self.center.client.get(path, headers=self.center.browser(role))
        assert answer.status_code == 200, answer.text
        return answer.text

    async def press(self, **form: object) -> str:
        """Press a button and follow the redirect to what came of it."""
        answer = await self.center.client.post(OPS, data=form, headers=self.center.browser("operator"))
        assert answer.status_code == 303, answer.text
        return await self.page(answer.headers["location"])

    async def dead_letter(self, slug: str) -> str:
        """An event that catalog refuses until the trigger goes; returns `service/consumer/event id`."""
        event = OrganizationChanged(
            organization_id=uuid.uuid4(),
            slug=slug,
            short_name=f"Организация {slug}",
            legal_type="budgetary",
            budget_level="municipal",
            network_roles=("participant",),
            settlement="Тазовский",
            time_zone="Asia/Yekaterinburg",
            licences=(Licence(kind="general", issued_on=date(2015, 1, 1)),),
        )
        event_id = await self.catalog.publish(event)
        await eventually(lambda: self.catalog.rows("SELECT 1 FROM parked_event WHERE event_id = :id", id=event_id))
        await self.sql("UPDATE parked_event SET state = 'dead' WHERE event_id = :id", id=event_id)
        return f"catalog/catalog-center/{event_id}"

    async def sql(self, statement: str, **values: object) -> None:
        async with self.catalog.runtime.database.app() as session, session.begin():
            await session.execute(text(statement), values)

    async def break_catalog(self) -> None:
        await self.owner("ALTER TABLE organization ADD CONSTRAINT broken CHECK (slug NOT LIKE 'broken%')")

    async def mend_catalog(self) -> None:
        await self.owner("ALTER TABLE organization DROP CONSTRAINT broken")

    async def owner(self, statement: str) -> None:
        connection = await asyncpg.connect(self.catalog.urls.owner_url.replace("+asyncpg", ""))
        await connection.execute(statement)
        await connection.close()


@pytest.fixture
def plain_tracebacks() -> Iterator[None]:
    """The default of a terminal draws every local variable of a failure, which takes longer than the test."""
    structlog.configure(
        processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback, colors=False)]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture
async def network(
    plain_tracebacks: None, databases: Databases, servers: Servers, nats_client: Client, tmp_path: Path
) -> AsyncIterator[Network]:
    common = tmp_path / "keys.json"
    for name in ("catalog", "center"):
        (tmp_path / name).mkdir()
    async with running_service(
        catalog_service, databases, servers, nats_client, tmp_path / "catalog", jwks_file=common
    ) as catalog:
        async with served(catalog.app) as catalog_url:
            urls = {"catalog": catalog_url, "settlement": "http://127.0.0.1:9"}
            async with running_service(
                center_service,
                databases,
                servers,
                nats_client,
                tmp_path / "center",
                jwks_file=common,
                service_urls=urls,
            ) as center:
                common.write_text((tmp_path / "center" / "keys.json").read_text())
                network = Network(center, catalog)
                await network.break_catalog()
                yield network


async def test_lag_and_dead_letters_stand_in_the_list_and_a_silent_service_is_told(network: Network) -> None:
    letter = await network.dead_letter("broken-1")
    page = await network.page(OPS)
    assert "catalog-center" in page
    assert "Служба не работает" in page  # settlement is down, and the page still answers
    assert "center.organization.changed.v1" in page
    assert "broken" in page  # why it failed
    assert f'value="{letter}"' in page
    assert f'value="{letter}"' not in await network.page(f"{OPS}?consumer=other")
    assert f'value="{letter}"' not in await network.page(f"{OPS}?state=waiting")
    front = await network.page("/center/")
    assert "1&nbsp;событие ждёт" in front or "1\u00a0событие ждёт" in front
    assert "Взаимозачёт: служба не работает" in front


async def test_an_event_is_read_with_envelope_and_data(network: Network) -> None:
    letter = await network.dead_letter("broken-1")
    page = await network.page(f"{OPS}/{letter}")
    assert "ce-sequence" in page
    assert "&#34;slug&#34;: &#34;broken-1&#34;" in page
    gone = await network.center.client.get(f"{OPS}/catalog/catalog-center/{uuid.uuid4()}", headers=network.headers)
    assert gone.status_code == 404
    for address in (f"{OPS}/../catalog/{uuid.uuid4()}", f"{OPS}/unknown/x/{uuid.uuid4()}"):
        assert (await network.center.client.get(address, headers=network.headers)).status_code in (404, 422)


async def test_a_retry_tells_whether_it_worked_and_why_not(network: Network) -> None:
    first, second = await network.dead_letter("broken-1"), await network.dead_letter("broken-2")
    failed = await network.press(retry_one=first, chosen=[second])
    assert "снова не применилось" in failed
    await network.mend_catalog()
    assert "применено" in await network.press(action="retry_chosen", chosen=[first], shown=[first, second])
    assert await network.catalog.scalar("SELECT count(*) FROM organization") == 1
    assert "применено" in await network.press(action="retry_shown", shown=[first, second])
    assert await network.catalog.scalar("SELECT count(*) FROM organization") == 2
    rows = await network.center.rows("SELECT action, outcome FROM decision ORDER BY decided_at, place")
    assert [tuple(row) for row in rows] == [
        ("retry", "still_failing"),
        ("retry", "applied"),
        ("retry", "gone"),
        ("retry", "applied"),
    ]


async def test_discarding_is_for_good_and_stays_readable(network: Network) -> None:
    first, second = await network.dead_letter("broken-1"), await network.dead_letter("broken-2")
    page = await network.press(action="discard_chosen", chosen=[first, second])
    assert page.count("отклонено") >= 2
    assert await network.catalog.scalar("SELECT count(*) FROM parked_event WHERE state = 'discarded'") == 2
    assert f'value="{first}"' not in await network.page(OPS)
    assert first in await network.page(f"{OPS}?state=discarded")
    assert "Отклонение" in await network.page(f"{OPS}/{first}")
    assert "уже решено" in await network.press(retry_one=first)


async def test_nothing_chosen_says_so_and_others_may_not_decide(network: Network) -> None:
    letter = await network.dead_letter("broken-1")
    for form in ({"action": "retry_chosen"}, {"retry_one": "../../catalog"}):
        answer = await network.center.client.post(OPS, data=form, headers=network.headers)
        assert answer.status_code == 422
        assert "data-error-summary" in answer.text
    for role in ("head", "department", "coordinator"):
        refused = await network.center.client.post(
            OPS, data={"retry_one": letter}, headers=network.center.browser(role)
        )
        assert refused.status_code == 403
    watched = await network.page(OPS, "head")
    assert "catalog-center" in watched
    assert "retry_one" not in watched


async def test_the_silent_service_is_an_outcome_too(network: Network) -> None:
    page = await network.press(retry_one=f"settlement/settlement-center/{uuid.uuid4()}")
    assert "служба молчит" in page
    status = json.loads((await network.center.client.get("/center/openapi.json")).text)
    assert "/center/api/v1/token" in status["paths"]
