"""Where the test session's servers come from: wheels by default, containers on request."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from embedded.nats import NatsServer
from embedded.postgres import PostgresServer

# the session's database dies with it: durability is tested with servers of their own
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Servers:
    """Addresses of the running servers."""

    postgres_url: str
    nats_url: str


@contextlib.contextmanager
def wheel_servers(state_dir: Path) -> Iterator[Servers]:
    """The servers of the embedded deployment."""
    postgres = PostgresServer(state_dir / "postgres", settings=_QUICK)
    broker = NatsServer(state_dir / "nats", auth=False)
    try:
        postgres.start()
        broker.start()
        yield Servers(postgres.superuser_url, broker.url)
    finally:
        broker.stop()
        postgres.stop()


@contextlib.contextmanager
def container_servers(_: Path) -> Iterator[Servers]:
    """The same servers in containers; fails plainly where no Docker engine answers."""
    import docker
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.waiting_utils import wait_for_logs

    try:
        docker.from_env().ping()
    except Exception as error:
        pytest.fail(f"--containers needs a Docker engine, and none answers: {error}", pytrace=False)
    postgres = DockerContainer("postgres:18").with_env("POSTGRES_PASSWORD", "test").with_exposed_ports(5432)
    broker = DockerContainer("nats:2.15").with_command("-js").with_exposed_ports(4222)
    with postgres, broker:
        wait_for_logs(postgres, "ready for start up", timeout=60)
        wait_for_logs(broker, "Server is ready", timeout=30)
        host = postgres.get_container_host_ip()
        yield Servers(
            f"postgresql://postgres:test@{host}:{postgres.get_exposed_port(5432)}/postgres",
            f"nats://{broker.get_container_host_ip()}:{broker.get_exposed_port(4222)}",
        )
