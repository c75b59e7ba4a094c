import socket

import pytest

from embedded.ports import free_port, free_ports, is_free, keep_or_choose


def test_free_ports_are_different_and_can_be_bound() -> None:
    ports = free_ports(5)
    assert len(set(ports)) == 5
    for port in ports:
        with socket.socket() as server:
            server.bind(("127.0.0.1", port))


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - a foreign server may listen everywhere
def test_a_port_that_somebody_shares_counts_as_taken(address: str) -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind((address, 0))
        server.listen()
        assert not is_free(server.getsockname()[1])


def test_a_remembered_port_is_kept_until_somebody_takes_it() -> None:
    kept, lost = free_port(), free_port()
    with socket.socket() as server:
        server.bind(("127.0.0.1", lost))
        server.listen()
        chosen = keep_or_choose({"kept": kept, "lost": lost}, ["kept", "lost", "new"])
    assert chosen["kept"] == kept
    assert chosen["lost"] != lost
    assert len(set(chosen.values())) == 3
