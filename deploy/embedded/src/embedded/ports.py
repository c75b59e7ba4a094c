"""Free TCP ports on the loopback interface, chosen so that they are still free when a server comes back to them."""

import random
import socket
from collections.abc import Iterable
from pathlib import Path

_LOWEST = 15000
_EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_given: set[int] = set()


class NoFreePort(Exception):
    """Every port of the range that was tried is taken."""


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen on `port` now.

    Binds without SO_REUSEPORT, so a listener that shares its port (Caddy does) counts as taken. SO_REUSEADDR only looks
    past connections in TIME_WAIT, which do not hinder a server that is started again.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nothing listens on and that this process has not given out before.

    The port lies below the system's ephemeral range: a client that keeps dialling a server that is down can otherwise
    be given the server's own port as its source port, and the server cannot come back.
    """
    highest = _lowest_ephemeral() - 1
    for _ in range(1000):
        port = random.randint(_LOWEST, highest)
        if port not in _given and is_free(port, host):
            _given.add(port)
            return port
    raise NoFreePort(f"no free port between {_LOWEST} and {highest} on {host}")


def free_ports(count: int, host: str = "127.0.0.1") -> list[int]:
    """Return `count` different free ports."""
    return [free_port(host) for _ in range(count)]


def keep_or_choose(remembered: dict[str, int], names: Iterable[str], host: str = "127.0.0.1") -> dict[str, int]:
    """Give each name the port it had before where that is still free, and a new one where it is taken."""
    chosen: dict[str, int] = {}
    for name in names:
        port = remembered.get(name)
        chosen[name] = port if port is not None and is_free(port, host) else free_port(host)
    return chosen


def _lowest_ephemeral() -> int:
    try:
        return max(int(_EPHEMERAL_RANGE.read_text().split()[0]), _LOWEST + 1000)
    except (OSError, ValueError):
        return 32768
