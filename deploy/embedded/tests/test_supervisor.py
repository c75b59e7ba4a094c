import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embedded.logfiles import BYTES_MAX, keep_bounded
from embedded.server import Server, ServerFailed
from embedded.spawn import Command
from embedded.statelock import AlreadyRunning, StateLock
from embedded.supervisor import Supervisor


class Dummy(Server):
    """Runs a line of Python; ready when it has left its mark."""

    ready_timeout_seconds = 5.0

    def __init__(self, name: str, directory: Path, program: str = "") -> None:
        super().__init__(name, directory / f"{name}.log")
        self.mark = directory / name
        self.program = f"open({str(self.mark)!r}, 'a').write('x')\n" + (program or "import time; time.sleep(60)")

    def command(self) -> Command:
        self.mark.unlink(missing_ok=True)
        return Command([sys.executable, "-c", self.program])

    def is_ready(self) -> bool:
        return self.mark.exists()


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def supervisor(lines: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(lines.append)
    yield supervisor
    supervisor.stop()


def until(condition: Callable[[], object], seconds: float = 8) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        threading.Event().wait(0.02)


def test_a_killed_process_comes_back_and_it_is_said(supervisor: Supervisor, lines: list[str], tmp_path: Path) -> None:
    server = Dummy("one", tmp_path)
    supervisor.start(server)
    supervisor.watch()
    first = server.pid
    server.kill()
    until(lambda: server.alive)
    assert server.pid != first
    assert any("one has ended" in line for line in lines)


def test_a_stopped_process_stays_stopped(supervisor: Supervisor, tmp_path: Path) -> None:
    server, other = Dummy("one", tmp_path), Dummy("two", tmp_path)
    supervisor.start(server, other)
    supervisor.watch()
    server.stop()
    other.kill()
    until(lambda: other.alive)
    assert not server.alive


def test_a_process_that_keeps_dying_is_tried_ever_less_often(
    supervisor: Supervisor, lines: list[str], tmp_path: Path
) -> None:
    server = Dummy("brief", tmp_path, program="import time; time.sleep(0.3)")
    supervisor.start(server)
    supervisor.watch()
    until(lambda: any("in 0.8 s" in line for line in lines))
    pauses = [line.split(" in ")[1].split(" s")[0] for line in lines if "has ended" in line]
    assert pauses[:3] == ["0.2", "0.4", "0.8"]


def test_groups_stop_in_the_opposite_order(supervisor: Supervisor, lines: list[str], tmp_path: Path) -> None:
    servers = [Dummy(name, tmp_path) for name in ("database", "service", "front")]
    for server in servers:
        supervisor.start(server)
    supervisor.stop()
    assert lines[-3:] == ["stopping front", "stopping service", "stopping database"]
    assert not any(server.alive for server in servers)


def test_a_failure_at_the_start_shows_the_log_and_does_not_wait_for_the_others(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    slow, broken = Dummy("slow", tmp_path), Dummy("broken", tmp_path)
    slow.program = "import time; time.sleep(60)"
    broken.program = "raise SystemExit('no disk')"
    slow.ready_timeout_seconds = 60
    began = time.monotonic()
    with pytest.raises(ServerFailed, match=r"(?s)broken ended with code 1.*no disk"):
        supervisor.start(slow, broken)
    assert time.monotonic() - began < 10
    supervisor.stop()
    assert not slow.alive


def test_a_process_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    ignoring = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    server = Dummy("stubborn", tmp_path)
    server.program = ignoring + server.program
    server.stop_timeout_seconds = 0.3
    server.start()
    server.stop()
    assert not server.alive


def test_children_die_with_a_killed_parent(tmp_path: Path) -> None:
    program = f"""
import sys, threading
from pathlib import Path
from embedded.nats import NatsServer
from embedded.postgres import PostgresServer
servers = [PostgresServer(Path({str(tmp_path / "pg")!r})), NatsServer(Path({str(tmp_path / "nats")!r}), auth=False)]
def start():
    for server in servers: server.start()
starting = threading.Thread(target=start)  # a thread that ends: its children must not end with it
starting.start(); starting.join()
print(*[server.pid for server in servers], flush=True)
threading.Event().wait()
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        threading.Event().wait(0.3)
        assert all(runs(pid) for pid in pids)
        parent.kill()
    until(lambda: not any(runs(pid) for pid in pids))


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_logs_of_the_last_runs_are_kept_and_bounded(tmp_path: Path) -> None:
    server = Dummy("one", tmp_path, program="print('run'); import sys; sys.stdout.flush(); import time; time.sleep(60)")
    for _ in range(6):
        server.start()
        until(lambda: "run" in server.log_path.read_text())
        server.stop()
    assert sorted(path.name for path in tmp_path.glob("one.log*")) == ["one.log", "one.log.1", "one.log.2", "one.log.3"]
    with server.log_path.open("ab") as log:
        log.truncate(BYTES_MAX + 1)
        keep_bounded(server.log_path)
        log.write(b"after")
    assert server.log_path.read_bytes() == b"after"
    assert (tmp_path / "one.log.1").stat().st_size > BYTES_MAX


def test_one_network_a_state_folder(tmp_path: Path) -> None:
    lock, other = StateLock(tmp_path), StateLock(tmp_path)
    assert other.holder() is None
    lock.acquire()
    with pytest.raises(AlreadyRunning, match="already running"):
        other.acquire()
    assert other.holder() is not None
    lock.release()
    other.acquire()
    other.release()
