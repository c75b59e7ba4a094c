"""Kill everything that can be killed: what was committed is in the stream and was applied, in order and once."""

import asyncio
import json
import signal
import subprocess

import pytest
from platform_fixtures import eventually

from chassis.outbox.republish import republish
from chassis.settings import Settings
from chassis.streams import ensure_stream, event_stream

from .conftest import Stage

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]


async def written(stage: Stage, count: int) -> None:
    async def enough() -> bool:
        return int(await stage.value("SELECT coalesce(sum(version), 0)::bigint FROM kept")) >= count

    await eventually(enough, seconds=60)


async def test_the_relay_is_killed_between_publish_and_move(stage: Stage) -> None:
    writer = stage.act("writer")
    stage.act("consumer")
    for _ in range(3):
        relay = stage.act("relay", "die")
        await asyncio.to_thread(relay.wait, 30)
        assert relay.returncode == -signal.SIGKILL
    assert len(await stage.stream()) > 0
    stage.act("relay")
    await written(stage, 300)
    stage.kill(writer)
    await stage.settle()
    assert await stage.assert_exact() >= 300


async def test_a_consumer_is_killed_between_commit_and_acknowledgement(stage: Stage) -> None:
    writer = stage.act("writer")
    stage.act("relay")
    for _ in range(3):
        consumer = stage.act("consumer", "die")
        await asyncio.to_thread(consumer.wait, 30)
        assert consumer.returncode == -signal.SIGKILL
    assert int(await stage.value("SELECT count(*) FROM done")) > 0
    stage.act("consumer")
    await written(stage, 300)
    stage.kill(writer)
    await stage.settle()
    assert await stage.assert_exact() >= 300


async def test_the_broker_is_killed_under_load(stage: Stage) -> None:
    writer = stage.act("writer")
    stage.act("relay")
    stage.act("consumer")
    for target in (150, 400, 650):
        await written(stage, target)
        stage.broker.kill()
        await asyncio.sleep(0.5)
        await asyncio.to_thread(stage.broker.restart)
    await written(stage, 900)
    stage.kill(writer)
    await stage.settle()
    assert await stage.assert_exact() >= 900


async def test_the_database_is_killed_under_load(stage: Stage) -> None:
    writer = stage.act("writer")
    stage.act("relay")
    stage.act("consumer")
    for target in (150, 400):
        await written(stage, target)
        stage.postgres.kill()
        await asyncio.sleep(0.5)
        await asyncio.to_thread(stage.postgres.restart)
    await written(stage, 600)
    stage.kill(writer)
    await stage.settle()
    assert await stage.assert_exact() >= 600


async def test_an_outage_longer_than_the_dedupe_window(stage: Stage) -> None:
    stage.window_seconds = 0.5
    client = await stage.client()
    short = event_stream("catalog", max_age_days=30) | {"duplicate_window": 500_000_000}
    await ensure_stream(client, short)
    await client.close()
    writer = stage.act("writer")
    stage.act("consumer")
    relay = stage.act("relay", "die")  # published, not moved
    await asyncio.to_thread(relay.wait, 30)
    stage.broker.kill()
    await asyncio.sleep(2)  # the broker forgets the message ids
    await asyncio.to_thread(stage.broker.restart)
    await asyncio.sleep(1)
    stage.act("relay")
    await written(stage, 300)
    stage.kill(writer)
    await stage.settle()
    await stage.assert_exact()


async def test_two_relays_of_which_the_leader_freezes_with_rows_in_its_hands(stage: Stage) -> None:
    stage.window_seconds = 0.5
    client = await stage.client()
    await ensure_stream(client, event_stream("catalog", max_age_days=30) | {"duplicate_window": 500_000_000})
    await client.close()
    frozen = stage.act("relay", "freeze")
    await asyncio.sleep(1.5)
    writer = stage.act("writer")
    stage.act("consumer")
    await eventually(lambda: "frozen" in stage.log_of(frozen), seconds=60)
    stage.act("relay")  # waits until the server ends the silent leader's session, then leads
    await eventually(lambda: _has_rows(stage), seconds=40)
    await asyncio.sleep(1)
    frozen.send_signal(signal.SIGCONT)  # and now tries to publish what it held
    await written(stage, 300)
    stage.kill(writer)
    await stage.settle()
    await stage.assert_exact()
    assert frozen.poll() is None, "the former leader must step down, not die"


async def _has_rows(stage: Stage) -> bool:
    return bool(await stage.value("SELECT count(*) FROM event_log"))


async def test_a_deleted_stream_is_refilled_from_the_log(stage: Stage) -> None:
    writer = stage.act("writer")
    relay = stage.act("relay")
    consumer = stage.act("consumer")
    await written(stage, 200)
    stage.kill(writer)
    await stage.settle()
    before = await stage.stream()
    client = await stage.client()
    await client.request("$JS.API.STREAM.DELETE.CATALOG", b"", timeout=5)
    await ensure_stream(client, event_stream("catalog", max_age_days=30))
    assert json.loads((await client.request("$JS.API.STREAM.INFO.CATALOG", b"")).data)["state"]["messages"] == 0
    since = (await stage.value("SELECT min(created_at) FROM event_log")).astimezone()
    settings = Settings(
        database_app_url=stage.urls.app_url, database_worker_url=stage.urls.worker_url, nats_url=stage.broker.url
    )
    assert await republish("catalog", settings, since) == len(before)
    await eventually(lambda: _outbox_is_empty(stage), seconds=30)
    assert await republish("catalog", settings, since) == 0
    await client.close()
    assert await stage.stream() == before
    await stage.assert_exact()
    assert _alive(relay)
    assert _alive(consumer)


async def _outbox_is_empty(stage: Stage) -> bool:
    return not await stage.value("SELECT count(*) FROM outbox")


def _alive(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is None
