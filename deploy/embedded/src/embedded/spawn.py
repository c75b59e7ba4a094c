"""The one thread that starts processes.

The kernel's parent-death signal follows the *thread* that forked, not the process: a child started from a worker thread
would be told to stop as soon as that thread ended. This thread lives exactly as long as the process does.
"""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

_LEASH = Path(__file__).with_name("leash.py")


@dataclass(frozen=True, slots=True)
class Command:
    """What a process is: its program, and how it is started.

    `launcher` is put before everything (`unshare …`), `death_signal` is what it gets when this process dies, `kept_open`
    are descriptors that it inherits.
    """

    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    launcher: Sequence[str] = ()
    working_directory: Path | None = None
    death_signal: int = 15
    kept_open: Sequence[int] = ()


_Job = tuple[Command, int, "Future[subprocess.Popen[bytes]]"]
_jobs: "queue.SimpleQueue[_Job]" = queue.SimpleQueue()
_starting = threading.Lock()
_thread: threading.Thread | None = None


def spawn(command: Command, output: int) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own: Ctrl-C in the terminal is ours to pass on."""
    global _thread  # noqa: PLW0603 - one spawning thread a process is the whole idea
    with _starting:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_serve, name="spawn", daemon=True)
            _thread.start()
    future: Future[subprocess.Popen[bytes]] = Future()
    _jobs.put((command, output, future))
    return future.result()


def _serve() -> None:
    while True:
        command, output, future = _jobs.get()
        try:
            future.set_result(_start(command, output))
        except OSError as error:
            future.set_exception(error)


def _start(command: Command, output: int) -> subprocess.Popen[bytes]:
    leash = [sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), str(command.death_signal)]
    return subprocess.Popen(
        [*command.launcher, *leash, *command.argv],
        env=dict(command.environment),
        cwd=command.working_directory,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=tuple(command.kept_open),
    )
