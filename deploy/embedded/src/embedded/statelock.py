"""One network a state folder: a lock that the system takes back when its holder dies, however it dies."""

import contextlib
import fcntl
import os
import signal
import threading
import time
from pathlib import Path
from typing import TextIO

from embedded.secretfiles import private_directory

_LOOK_EVERY_SECONDS = 0.05
_LOOK_SECONDS = 0.3


class AlreadyRunning(Exception):
    """Another process runs the network of this state folder."""

    def __init__(self, pid: int, state_dir: Path) -> None:
        super().__init__(f"the network in {state_dir} is already running (process {pid})")
        self.pid = pid


class LeftoversRun(Exception):
    """Processes of a run that was killed are still ending."""


class StateLock:
    """The lock of one state folder; the file holds the holder's process id.

    A second lock lies on `children.lock`: processes that inherit its descriptor (`children`) hold it together with us, so
    whoever comes after a killed holder can wait until the last of them has let go of ports and data.
    """

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self._path = state_dir / "supervisor.pid"
        self._file: TextIO | None = None
        self._children: TextIO | None = None

    @property
    def children(self) -> tuple[int, ...]:
        """The descriptor for child processes to inherit, while the lock is held."""
        return () if self._children is None else (self._children.fileno(),)

    def acquire(self, leftovers_timeout_seconds: float = 45.0) -> None:
        """Take the lock; raises AlreadyRunning, or LeftoversRun when processes of a killed run do not end in time."""
        private_directory(self.state_dir)
        file = self._path.open("a+", encoding="utf-8")
        if not _lock(file, _LOOK_SECONDS):
            file.close()
            raise AlreadyRunning(self._pid(), self.state_dir)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        self._children = (self.state_dir / "children.lock").open("a+", encoding="utf-8")
        if not _lock(self._children, leftovers_timeout_seconds):
            self.release()
            raise LeftoversRun(f"processes of an interrupted run in {self.state_dir} have not ended yet")

    def release(self) -> None:
        """Give it back; no error when it was not held."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None
        if self._children is not None:
            self._children.close()
            self._children = None

    def holder(self) -> int | None:
        """Process id of whoever holds it, None when nobody does."""
        if not self._path.exists():
            return None
        with self._path.open("r+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return self._pid()
        return None

    def stop_holder(self, timeout_seconds: float = 90.0) -> bool:
        """Ask the holder to stop and wait; False when it still runs after that. True also when nobody holds it."""
        pid = self.holder()
        if pid is None:
            return True
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + timeout_seconds
        pause = threading.Event()
        while self.holder() is not None:
            if time.monotonic() > deadline:
                return False
            pause.wait(_LOOK_EVERY_SECONDS)
        return True

    def _pid(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            return int(self._path.read_text(encoding="utf-8"))
        return 0


def _lock(file: TextIO, patience_seconds: float) -> bool:
    """Try for a while; even a free lock is taken for a moment by whoever only asks for its holder."""
    deadline = time.monotonic() + patience_seconds
    pause = threading.Event()
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            pause.wait(_LOOK_EVERY_SECONDS)
