"""A broker with authentication, and partners of the platform on it."""

import json
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig

from chassis.nkeys import CredentialsFile, format_creds
from chassis.partner_jwt import mint_partner
from embedded.nats import NatsServer


async def sign_in(server: NatsServer, user: str) -> Client:
    file = CredentialsFile(server.credentials(user))
    return await nats.connect(server.url, user_jwt_cb=file.jwt, signature_cb=file.sign)


@dataclass
class Admitted:
    """A partner as the platform admitted it: its file, and its feed, which the test fills."""

    server: NatsServer
    tools: Client
    account: str
    creds: Path
    organization_id: uuid.UUID

    async def publish(self, *numbers: int) -> None:
        """Put events on the feed, as notifications publishes them."""
        for number in numbers:
            headers = {
                "Nats-Msg-Id": f"{self.organization_id}:{number}",
                "ce-specversion": "1.0",
                "ce-id": str(uuid.uuid4()),
                "ce-type": "catalog.offer.published.v1",
                "ce-source": "/services/catalog",
                "ce-subject": str(uuid.uuid4()),
                "ce-time": "2026-11-24T10:00:00Z",
                "ce-sequence": "3",
                "ce-feedsequence": str(number),
            }
            subject = f"feed.{self.organization_id}.catalog.offer.published.v1"
            await self.tools.jetstream().publish(subject, json.dumps({"n": number}).encode(), headers=headers)

    async def pending(self) -> tuple[int, int]:
        """Events not delivered, and delivered but not acknowledged."""
        info = await self.tools.jetstream().consumer_info("FEED", self.account)
        return info.num_pending or 0, info.num_ack_pending or 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    made = NatsServer(tmp_path_factory.mktemp("sdk") / "nats")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
async def tools(server: NatsServer) -> AsyncIterator[Client]:
    client = await sign_in(server, "tools")
    await client.jetstream().add_stream(name="FEED", subjects=["feed.>"])
    await client.jetstream().add_stream(name="SUBMISSIONS", subjects=["submit.*.offer"])
    yield client
    await client.close()


async def admit(server: NatsServer, tools: Client, name: str) -> Admitted:
    assert server.auth is not None
    grant = mint_partner(server.auth.operator_signing_key, server.auth.platform_account, name)
    system = await sign_in(server, "system")
    answer = json.loads((await system.request("$SYS.REQ.CLAIMS.UPDATE", grant.account_jwt.encode(), timeout=5)).data)
    await system.close()
    assert answer["data"]["code"] == 200, answer
    creds = server.state_dir / f"{name}-{uuid.uuid4()}.creds"
    creds.write_text(format_creds(grant.credentials))
    made = Admitted(server, tools, grant.account, creds, uuid.uuid4())
    config = ConsumerConfig(
        durable_name=grant.account,
        filter_subject=f"feed.{made.organization_id}.>",
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=1,
    )
    await tools.jetstream().add_consumer("FEED", config)
    return made


@pytest.fixture
async def college(server: NatsServer, tools: Client) -> Admitted:
    return await admit(server, tools, "college")


@pytest.fixture
async def club(server: NatsServer, tools: Client) -> Admitted:
    return await admit(server, tools, "club")
