"""Partners' accounts: minted, put in place on a broker with accounts, announced, and shut again."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from nats.aio.client import Client
from platform_fixtures import Databases
from server_sources import Servers
from service_fixtures import Running, running_service

from center.adapters.equipment import of_runtime
from center.adapters.partners import PartnerBroker
from center.main import service
from chassis.nkeys import Credentials, KeyPair, parse_creds
from contracts.center import OrganizationChanged
from embedded.nats import NatsServer

from .conftest import API, Center, school


@pytest.fixture(scope="module")
def guarded_nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path_factory.mktemp("guarded nats"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def partnered(
    databases: Databases, servers: Servers, nats_client: Client, tmp_path: Path, guarded_nats: NatsServer
) -> AsyncIterator[Running]:
    """Center on the session's open broker, minting for the guarded one."""
    assert guarded_nats.auth is not None
    partners = PartnerBroker(
        nats_url=guarded_nats.url,
        platform_account=guarded_nats.auth.platform_account,
        signing_key_file=guarded_nats.auth.operator_signing_key_file,
        system_credentials=guarded_nats.credentials("system"),
    )
    async with running_service(service, databases, servers, nats_client, tmp_path) as run:
        run.runtime.extra["equipment"] = replace(of_runtime(run.runtime), partners=partners)
        yield run


async def may_sign_in(server: NatsServer, credentials: Credentials) -> bool:
    """By hand, because nats-py leaves a socket open when it is refused."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    challenge = json.loads((await reader.readline()).removeprefix(b"INFO "))["nonce"]
    signature = base64.b64encode(KeyPair.from_seed(credentials.seed).sign(challenge.encode())).decode()
    writer.write(b"CONNECT " + json.dumps({"jwt": credentials.jwt, "sig": signature}).encode() + b"\r\nPING\r\n")
    answer = b""
    while not answer.startswith((b"PONG", b"-ERR")):
        answer = await reader.readline()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return answer.startswith(b"PONG")


async def register(run: Running) -> str:
    answer = await run.client.post(f"{API}/organizations", json=school(), headers=run.bearer("operator"))
    organization_id: str = answer.json()["id"]
    return organization_id


async def test_access_is_minted_renewed_and_shut(partnered: Running, guarded_nats: NatsServer) -> None:
    address = f"{API}/organizations/{await register(partnered)}/feed-access"
    operator = partnered.bearer("operator") | {"idempotency-key": "once"}
    first = await partnered.client.post(address, headers=operator)
    assert first.status_code == 200, first.text
    assert first.headers["cache-control"] == "no-store"
    creds = parse_creds(first.json()["creds"])
    assert await may_sign_in(guarded_nats, creds)
    (event,) = await partnered.recorded(OrganizationChanged)
    assert event.feed_account == first.json()["account"]

    second = await partnered.client.post(address, headers=operator)
    assert second.json()["account"] == first.json()["account"]
    assert await may_sign_in(guarded_nats, parse_creds(second.json()["creds"]))
    assert not await may_sign_in(guarded_nats, creds)
    assert len(await partnered.recorded(OrganizationChanged)) == 1  # nothing that others know has changed

    assert (await partnered.client.delete(address, headers=operator)).status_code == 204
    assert not await may_sign_in(guarded_nats, parse_creds(second.json()["creds"]))
    assert [one.feed_account for one in await partnered.recorded(OrganizationChanged)] == [event.feed_account, None]
    assert (await partnered.client.delete(address, headers=operator)).status_code == 404
    third = await partnered.client.post(address, headers=operator)
    assert third.json()["account"] == event.feed_account  # the partner keeps its identity


async def test_the_seed_stands_in_the_answer_and_nowhere_else(partnered: Running) -> None:
    organization_id = await register(partnered)
    page = await partnered.client.post(
        f"/center/organizations/{organization_id}/feed-access", headers=partnered.browser("operator")
    )
    assert page.status_code == 200
    seed = page.text.partition("BEGIN USER NKEY SEED-----")[2].split()[0]
    assert seed.startswith("SU")
    tables = await partnered.rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    for (table,) in tables:
        rows = await partnered.rows(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - our own tables
        assert not any(seed in row[0] for row in rows), table
    again = await partnered.client.get(
        f"/center/organizations/{organization_id}", headers=partnered.browser("operator")
    )
    assert seed not in again.text


async def test_others_and_installations_without_accounts_are_told_plainly(center: Center) -> None:
    organization_id = await center.organization()
    path = f"/organizations/{organization_id}/feed-access"
    assert (await center.post(path, None, role="coordinator", organization_id=organization_id)).status_code == 403
    answer = await center.post(path, None)
    assert (answer.status_code, answer.json()["code"]) == (503, "partner_access.unavailable")
    assert await center.run.recorded(OrganizationChanged) == []
