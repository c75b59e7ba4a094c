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

_LOOK_EVERY_SECONDS = 0.1


class AlreadyRunning(Exception):
    """Another process runs the network of this state folder."""

    def __init__(self, pid: int, state_dir: Path) -> None:
        super().__init__(f"the network in {state_dir} is already running (process {pid})")
        self.pid = pid


class StateLock:
    """The lock of one state folder; the file holds the holder's process id."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self._path = state_dir / "supervisor.pid"
        self._file: TextIO | None = None

    def acquire(self) -> None:
        """Take the lock; raises AlreadyRunning."""
        private_directory(self.state_dir)
        file = self._path.open("a+", encoding="utf-8")
        if not self._lock(file):
            file.close()
            raise AlreadyRunning(self._pid(), self.state_dir)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Give it back; no error when it was not held."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None

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

    def _lock(self, file: TextIO) -> bool:
        """Try a few times: whoever only asks for the holder takes the lock for a moment."""
        pause = threading.Event()
        for _ in range(5):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                pause.wait(_LOOK_EVERY_SECONDS / 2)
        return False

    def _pid(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            return int(self._path.read_text(encoding="utf-8"))
        return 0
