"""Partners and services against a real server: what they may, and what the server keeps from them."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig

from chassis.nkeys import Credentials, CredentialsFile, KeyKind, KeyPair, format_creds, mint, read_claims
from chassis.partner_jwt import PartnerGrant, mint_closed_account, mint_partner
from embedded.nats import NatsServer

Connect = Callable[[str], Awaitable[Client]]


@dataclass
class Partner:
    grant: PartnerGrant
    client: Client
    refusals: list[str]

    @property
    def account(self) -> str:
        return self.grant.account


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def mentioned(refusals: list[str], text: str) -> None:
    """Wait until the server's refusals name it; they come beside the answers, not in order with them."""
    await until(lambda: any(text.lower() in refusal for refusal in refusals))


async def sign_in(server: NatsServer, creds: Path, **options: Any) -> Client:
    file = CredentialsFile(creds)
    return await nats.connect(server.url, user_jwt_cb=file.jwt, signature_cb=file.sign, **options)


async def push_account(server: NatsServer, account_jwt: str) -> None:
    system = await sign_in(server, server.credentials("system"))
    try:
        answer = json.loads((await system.request("$SYS.REQ.CLAIMS.UPDATE", account_jwt.encode(), timeout=5)).data)
        assert answer["data"]["code"] == 200, answer
    finally:
        await system.close()


async def connect(server: NatsServer, grant: PartnerGrant) -> Partner:
    refusals: list[str] = []

    async def refused(error: Exception) -> None:
        refusals.append(str(error).lower())

    creds = server.state_dir / f"{grant.user}.creds"
    creds.write_text(format_creds(grant.credentials))
    client = await sign_in(server, creds, error_cb=refused, allow_reconnect=False, max_reconnect_attempts=1)
    return Partner(grant, client, refusals)


async def may_sign_in(server: NatsServer, grant: PartnerGrant) -> bool:
    """By hand, because nats-py leaves a socket open when it is refused."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    challenge = json.loads((await reader.readline()).removeprefix(b"INFO "))["nonce"]
    signature = base64.b64encode(KeyPair.from_seed(grant.credentials.seed).sign(challenge.encode())).decode()
    writer.write(b"CONNECT " + json.dumps({"jwt": grant.credentials.jwt, "sig": signature}).encode() + b"\r\nPING\r\n")
    answer = b""
    while not answer.startswith((b"PONG", b"-ERR")):
        answer = await reader.readline()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return answer.startswith(b"PONG")


async def admit(server: NatsServer, name: str, account: str | None = None) -> Partner:
    assert server.auth is not None
    grant = mint_partner(server.auth.operator_signing_key, server.auth.platform_account, name, account=account)
    await push_account(server, grant.account_jwt)
    return await connect(server, grant)


@pytest.fixture(scope="module")
async def tools(nats_server: NatsServer) -> AsyncIterator[Client]:
    client = await sign_in(nats_server, nats_server.credentials("tools"))
    js = client.jetstream()
    await js.add_stream(name="FEED", subjects=["feed.>"])
    await js.add_stream(name="SUBMISSIONS", subjects=["submit.*.offer"])
    await js.add_stream(name="CATALOG", subjects=["evt.catalog.>"])
    await js.add_stream(name="CENTER", subjects=["evt.center.>"])
    yield client
    await client.close()


@pytest.fixture(scope="module")
async def partners(nats_server: NatsServer, tools: Client) -> AsyncIterator[tuple[Partner, Partner]]:
    pair = (await admit(nats_server, "college"), await admit(nats_server, "club"))
    for partner in pair:
        config = ConsumerConfig(
            durable_name=partner.account, filter_subject=f"feed.{partner.account}.>", ack_policy=AckPolicy.EXPLICIT
        )
        await tools.jetstream().add_consumer("FEED", config)
    yield pair
    for partner in pair:
        await partner.client.close()


async def test_a_partner_takes_its_feed_with_a_standard_client(
    tools: Client, partners: tuple[Partner, Partner]
) -> None:
    college, club = partners
    for partner in partners:
        for number in range(3):
            await tools.jetstream().publish(f"feed.{partner.account}.offer", f"{partner.account} {number}".encode())
    js = college.client.jetstream(prefix="BG.API")
    feed = await js.pull_subscribe_bind(consumer=college.account, stream="FEED")
    taken: list[bytes] = []
    while len(taken) < 3:
        for message in await feed.fetch(3, timeout=2):
            taken.append(message.data)
            await message.ack_sync()
    assert taken == [f"{college.account} {number}".encode() for number in range(3)]
    await college.client.flush()
    info = await js.consumer_info("FEED", college.account)
    assert (info.num_ack_pending, info.num_pending) == (0, 0)
    assert (await tools.jetstream().consumer_info("FEED", club.account)).num_pending == 3
    with pytest.raises(nats.errors.TimeoutError):
        await feed.fetch(1, timeout=0.3)
    assert college.refusals == []


async def test_everything_else_does_not_exist_for_a_partner(tools: Client, partners: tuple[Partner, Partner]) -> None:
    college, club = partners
    heard: list[str] = []

    async def hear(message: Msg) -> None:
        heard.append(message.subject)

    for subject in ("evt.>", "feed.>", "submit.>"):
        await tools.subscribe(subject, cb=hear)
    await tools.flush()
    foreign = [
        f"BG.API.CONSUMER.MSG.NEXT.FEED.{club.account}",
        f"BG.API.CONSUMER.INFO.FEED.{club.account}",
        f"$JS.API.CONSUMER.MSG.NEXT.FEED.{club.account}",
        f"$JS.API.CONSUMER.MSG.NEXT.FEED.{college.account}",
        "$JS.API.STREAM.INFO.FEED",
        f"$JS.ACK.FEED.{club.account}.1.1.1.1.0",
        "evt.catalog.offer.published.v1.x",
        f"feed.{club.account}.offer",
        f"submit.{club.account}.offer",
        f"ask.{club.account}.offer",
        "$SYS.REQ.SERVER.PING",
    ]
    for subject in foreign:
        with pytest.raises((nats.errors.TimeoutError, nats.errors.NoRespondersError)):
            await college.client.request(subject, b"{}", timeout=0.15)
        await mentioned(college.refusals, subject)
    for subject in ("evt.>", "feed.>", "$SYS.>", "$JS.API.>"):
        await college.client.subscribe(subject)
        await college.client.flush()
        await mentioned(college.refusals, f'subscription to "{subject}"')
    await tools.flush()
    assert heard == []


async def test_an_import_of_a_foreign_feed_does_not_bind(
    nats_server: NatsServer, tools: Client, partners: tuple[Partner, Partner]
) -> None:
    """Even claims that we signed by mistake reach no foreign feed: the export itself looks at who asks."""
    assert nats_server.auth is not None
    club = partners[1]
    rogue = await admit(nats_server, "rogue")
    await rogue.client.close()
    foreign = {"name": "x", "type": "service", "account": nats_server.auth.platform_account, "local_subject": "x"}
    claims = read_claims(rogue.grant.account_jwt)["nats"]
    claims["imports"] = [{**foreign, "subject": f"$JS.API.CONSUMER.INFO.FEED.{club.account}"}]
    signer, user = KeyPair.create(KeyKind.ACCOUNT), KeyPair.create(KeyKind.USER)
    claims["signing_keys"] = [signer.public]
    await push_account(
        nats_server, mint(nats_server.auth.operator_signing_key, rogue.account, "rogue", "account", claims)
    )
    everything = {"pub": {}, "sub": {}, "subs": -1, "data": -1, "payload": -1}
    user_jwt = mint(signer, user.public, "rogue", "user", {"issuer_account": rogue.account, **everything})
    grant = replace(rogue.grant, user=user.public, credentials=Credentials(user_jwt, user.seed))
    again = await connect(nats_server, grant)
    with pytest.raises(nats.errors.NoRespondersError):
        await again.client.request("x", b"", timeout=2)
    await again.client.close()


async def test_a_submission_carries_the_account_the_server_saw(
    tools: Client, partners: tuple[Partner, Partner]
) -> None:
    college, _ = partners
    acknowledged = json.loads((await college.client.request("submit.offer", b'{"title":"x"}', timeout=2)).data)
    assert acknowledged["stream"] == "SUBMISSIONS"
    stored = await tools.jetstream().get_msg("SUBMISSIONS", acknowledged["seq"])
    assert (stored.subject, stored.data) == (f"submit.{college.account}.offer", b'{"title":"x"}')
    by_client = await college.client.jetstream(prefix="BG.API").publish(
        "submit.offer", b"2", headers={"Nats-Msg-Id": "1"}
    )
    assert by_client.stream == "SUBMISSIONS"


async def test_a_question_is_answered_by_catalog(nats_server: NatsServer, partners: tuple[Partner, Partner]) -> None:
    college, _ = partners
    catalog = await sign_in(nats_server, nats_server.credentials("catalog"))

    async def answer(message: Msg) -> None:
        await message.respond(message.subject.encode())

    await catalog.subscribe("ask.*.offer", cb=answer)
    await catalog.flush()
    reply = await college.client.request("ask.offer", b"{}", timeout=2)
    assert reply.data.decode() == f"ask.{college.account}.offer"
    await catalog.close()


async def test_minting_again_ends_the_old_credentials_and_keeps_the_account(
    nats_server: NatsServer, tools: Client
) -> None:
    old = await admit(nats_server, "renewed")
    new = await admit(nats_server, "renewed", account=old.account)
    assert new.account == old.account
    await until(lambda: old.client.is_closed)
    assert await may_sign_in(nats_server, new.grant)
    assert not await may_sign_in(nats_server, old.grant)
    assert (await new.client.request("submit.offer", b"{}", timeout=2)).data
    assert nats_server.auth is not None
    await push_account(nats_server, mint_closed_account(nats_server.auth.operator_signing_key, new.account, "renewed"))
    await until(lambda: new.client.is_closed)
    assert not await may_sign_in(nats_server, new.grant)


async def test_a_service_publishes_its_own_events_only(nats_server: NatsServer, tools: Client) -> None:
    refusals: list[str] = []

    async def refused(error: Exception) -> None:
        refusals.append(str(error).lower())

    catalog = await sign_in(nats_server, nats_server.credentials("catalog"), error_cb=refused)
    js = catalog.jetstream()
    assert (await js.publish("evt.catalog.offer.published.v1.x", b"{}")).stream == "CATALOG"
    config = ConsumerConfig(durable_name="catalog-center", ack_policy=AckPolicy.ALL)
    await js.add_consumer("CENTER", config)
    await tools.jetstream().publish("evt.center.organization.registered.v1.x", b"{}")
    messages = await (await js.pull_subscribe_bind("catalog-center", stream="CENTER")).fetch(1, timeout=2)
    await messages[0].ack_sync()
    assert refusals == []
    for subject in (
        "evt.center.organization.registered.v1.x",
        "feed.x.offer",
        "submit.x.offer",
        "$KV.access.x",
        "$JS.API.STREAM.CREATE.CENTER",
        "$JS.API.STREAM.UPDATE.CENTER",
        "$JS.API.STREAM.DELETE.CATALOG",
        "$JS.API.STREAM.PURGE.CENTER",
        "$JS.API.CONSUMER.CREATE.FEED.x",
        "$JS.API.CONSUMER.DURABLE.CREATE.FEED.x",
        "$JS.API.CONSUMER.MSG.NEXT.FEED.x",
        "$JS.API.DIRECT.GET.FEED",
    ):
        await catalog.publish(subject, b"{}")
        await catalog.flush()
        await mentioned(refusals, f'publish to "{subject}"')
    await catalog.close()


async def test_each_service_declares_its_streams_and_center_its_buckets(nats_server: NatsServer, tools: Client) -> None:
    notifications = await sign_in(nats_server, nats_server.credentials("notifications"))
    js = notifications.jetstream()
    await js.add_stream(name="NOTIFICATIONS", subjects=["evt.notifications.>"])
    assert (await js.publish("feed.x.offer", b"{}")).stream == "FEED"
    center = await sign_in(nats_server, nats_server.credentials("center"))
    bucket = await center.jetstream().create_key_value(bucket="revocations", history=1)
    await bucket.put("person", b"1")
    read = await js.key_value("revocations")
    assert (await read.get("person")).value == b"1"
    changes = await read.watchall()
    assert await anext(aiter(changes)) is not None
    await changes.stop()  # type: ignore[no-untyped-call]
    await notifications.close()
    await center.close()
