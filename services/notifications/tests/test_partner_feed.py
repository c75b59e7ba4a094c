"""From a row to a partner's program, with the broker's authentication: the service's own user, two partners, two feeds."""

import asyncio
import json
from pathlib import Path

import nats
from nats.aio.client import Client
from platform_fixtures import Databases
from server_sources import Servers

from bezgranits import Partner
from chassis.db import connect_database
from chassis.nkeys import CredentialsFile, format_creds
from chassis.partner_jwt import PartnerGrant, mint_partner
from embedded.nats import NatsServer
from notifications.operations.delivery import append_to_feeds
from notifications.operations.organizations import keep_organization
from notifications.publisher import FeedPublisher

from .samples import lesson, offer, organization, received


async def sign_in(server: NatsServer, user: str) -> Client:
    file = CredentialsFile(server.credentials(user))
    return await nats.connect(server.url, user_jwt_cb=file.jwt, signature_cb=file.sign)


async def admit(server: NatsServer, name: str) -> PartnerGrant:
    assert server.auth is not None
    grant = mint_partner(server.auth.operator_signing_key, server.auth.platform_account, name)
    system = await sign_in(server, "system")
    answer = json.loads((await system.request("$SYS.REQ.CLAIMS.UPDATE", grant.account_jwt.encode(), timeout=5)).data)
    await system.close()
    assert answer["data"]["code"] == 200, answer
    (server.state_dir / f"{name}.creds").write_text(format_creds(grant.credentials))
    return grant


async def take(server: NatsServer, name: str, count: int) -> list[tuple[int, str, int]]:
    """Number, noun and pupils of the partner's next events."""
    found = []
    async with Partner(server.url, server.state_dir / f"{name}.creds") as partner, asyncio.timeout(20):
        events = partner.events(after=0)
        async for event in events:
            await event.ack()
            found.append((event.number, event.type.split(".")[1], len(event.data.get("attendances", ()))))
            if len(found) == count:
                break
        await events.aclose()
    return found


async def test_each_partner_takes_its_own_part_of_the_same_events(
    databases: Databases, servers: Servers, tmp_path: Path
) -> None:
    server = NatsServer(tmp_path / "nats")
    server.start()
    urls = databases.fresh("notifications")
    database = connect_database(urls.app_url, urls.worker_url)
    client: Client | None = None
    try:
        grants = {name: await admit(server, name) for name in ("home", "host")}
        home, host = (organization(name, account=grant.account) for name, grant in grants.items())
        async with database.worker() as session, session.begin():
            for one in (home, host):
                await keep_organization(session, received(one))
            own = lesson(host.organization_id, home.organization_id, host.organization_id)
            for event in (offer(host.organization_id), own, lesson(host.organization_id)):
                await append_to_feeds(session, received(event))
        client = await sign_in(server, "notifications")
        publishing = asyncio.create_task(FeedPublisher(client, urls.worker_url).run())
        try:
            async with asyncio.timeout(10):
                while not await consumers(client) >= {grant.account for grant in grants.values()}:
                    await asyncio.sleep(0.05)
            assert await take(server, "home", 2) == [(1, "offer", 0), (2, "lesson", 1)]
            assert await take(server, "host", 3) == [(1, "offer", 0), (2, "lesson", 2), (3, "lesson", 0)]
        finally:
            publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)
    finally:
        if client is not None:
            await client.close()
        await database.dispose()
        databases.drop(urls)
        server.stop()


async def consumers(client: Client) -> set[str]:
    try:
        return {one.name for one in await client.jetstream().consumers_info("FEED")}
    except nats.js.errors.NotFoundError:
        return set()
