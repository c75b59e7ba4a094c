from pathlib import Path

import nats
import pytest

from embedded.nats import NatsServer


@pytest.fixture
def open_server(tmp_path: Path) -> NatsServer:
    return NatsServer(tmp_path / "a b", auth=False)


async def test_acknowledged_messages_survive_a_kill(open_server: NatsServer) -> None:
    open_server.start()
    try:
        assert open_server.monitor("/jsz?config=1")["config"]["sync_always"] is True
        client = await nats.connect(open_server.url)
        js = client.jetstream()
        await js.add_stream(name="KEPT", subjects=["kept.>"])
        await js.publish("kept.one", b"1")
        await client.close()
        port = open_server.port
        open_server.kill()
        open_server.start()
        assert open_server.port == port
        client = await nats.connect(open_server.url)
        assert (await client.jetstream().stream_info("KEPT")).state.messages == 1
        await client.close()
    finally:
        open_server.stop()


def test_a_paused_server_answers_nothing_and_goes_on_afterwards(open_server: NatsServer) -> None:
    open_server.start()
    try:
        open_server.pause()
        assert open_server.alive
        with pytest.raises(TimeoutError):
            open_server.monitor("/healthz")
        open_server.resume()
        assert open_server.monitor("/healthz") == {"status": "ok"}
    finally:
        open_server.stop()
    assert not open_server.alive


def test_two_servers_stand_side_by_side(open_server: NatsServer, tmp_path: Path) -> None:
    other = NatsServer(tmp_path / "other", auth=False)
    try:
        open_server.start()
        other.start()
        assert open_server.url != other.url
        assert open_server.monitor("/varz")["server_id"] != other.monitor("/varz")["server_id"]
    finally:
        open_server.stop()
        other.stop()
