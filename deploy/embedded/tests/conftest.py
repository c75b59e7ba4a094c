from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.nats import NatsServer
from embedded.postgres import PostgresServer


@pytest.fixture(scope="session")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a space and a Cyrillic letter in its path."""
    path = tmp_path_factory.mktemp("embedded") / "школа one"
    path.mkdir()
    return path


@pytest.fixture(scope="session")
def postgres(state_dir: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(state_dir / "postgres", settings={"fsync": "off"})
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def nats_server(state_dir: Path) -> Iterator[NatsServer]:
    server = NatsServer(state_dir / "nats")
    server.start()
    yield server
    server.stop()
