"""Says what of a network runs, asked from another process."""

import http.client
import json
from pathlib import Path
from urllib.parse import urlsplit

from embedded.statelock import StateLock


def report(state_dir: Path) -> int:
    """Print the condition of each part; 0 when all of it answers, 1 when something does not, 3 when nothing runs."""
    pid = StateLock(state_dir).holder()
    status_file = state_dir / "status.json"
    if pid is None:
        print(f"no network runs in {state_dir}")
        return 3
    if not status_file.exists():
        print(f"process {pid} is starting or stopping the network in {state_dir}")
        return 1
    status = json.loads(status_file.read_text(encoding="utf-8"))
    print(f"process {pid}, state in {state_dir}")
    probes = {"origin": (status["origin"] + "/", (302,)), "nats": (status["nats_monitor"] + "/healthz", (200,))}
    probes |= {name: (url + "/readyz", (200,)) for name, url in status["services"].items()}
    well = True
    for name, (url, expected) in probes.items():
        code = _ask(url)
        well = well and code in expected
        print(f"  {name:<14} {'ready' if code in expected else 'NOT READY'}  {url}")
    return 0 if well else 1


def _ask(url: str) -> int | None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=4)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
