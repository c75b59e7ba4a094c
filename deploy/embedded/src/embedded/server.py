"""A process that is started, waited for until ready, and stopped: what all parts of the network have in common."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path

from embedded.logfiles import open_log, tail
from embedded.spawn import Command, spawn

_POLL_SECONDS = 0.03
_ATTEMPTS_MAX = 20


class ServerFailed(Exception):
    """The process ended, or was not ready in time; the message ends with the last lines of its log."""


class Server(ABC):
    """One child process. Starting one that runs and stopping one that does not are no errors; all calls block.

    `wanted` says whether it is meant to run: a killed process stays wanted (a supervisor brings it back), a stopped one
    does not. `kept_open` are descriptors the process inherits.
    """

    stop_signal = signal.SIGTERM
    stop_timeout_seconds = 20.0
    ready_timeout_seconds = 60.0

    def __init__(self, name: str, log_path: Path) -> None:
        self.name = name
        self.log_path = log_path
        self.wanted = False
        self.kept_open: tuple[int, ...] = ()
        self._process: subprocess.Popen[bytes] | None = None
        self._changing = threading.RLock()

    @abstractmethod
    def command(self) -> Command:
        """Say how to start the process, after preparing whatever it needs."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Tell whether it answers already; asked again and again while it starts."""

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    @property
    def alive(self) -> bool:
        """Whether the process runs (which a paused one does, too)."""
        return self.pid is not None

    def launch(self) -> None:
        """Start the process without waiting until it is ready."""
        with self._changing:
            self.wanted = True
            if self.alive:
                return
            command = replace(self.command(), kept_open=self.kept_open)
            with open_log(self.log_path) as log:
                self._process = spawn(command, log.fileno())

    def wait_ready(self) -> None:
        """Wait until it answers; raises ServerFailed when it ends first or takes too long."""
        deadline = time.monotonic() + self.ready_timeout_seconds
        pause = threading.Event()
        while not self.is_ready():
            if not self.wanted:
                raise ServerFailed(f"{self.name} was stopped while it was starting")
            if not self.alive:
                code = self._process.returncode if self._process else None
                raise ServerFailed(f"{self.name} ended with code {code} while starting\n{tail(self.log_path)}")
            if time.monotonic() > deadline:
                limit = f"{self.ready_timeout_seconds:.0f} s"
                raise ServerFailed(f"{self.name} was not ready in {limit}\n{tail(self.log_path)}")
            pause.wait(_POLL_SECONDS)

    def recover(self, failure: str) -> bool:
        """Mend the cause of a failed start, a port taken meanwhile for one; say whether trying again makes sense."""
        return False

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self._changing:
            for attempt in range(1, _ATTEMPTS_MAX + 1):
                self.launch()
                try:
                    self.wait_ready()
                    return
                except ServerFailed as failure:
                    if not self.wanted or attempt == _ATTEMPTS_MAX or not self.recover(str(failure)):
                        raise

    def revive(self) -> bool:
        """Launch it again if it is wanted and has died; False when somebody else is at it. Does not wait."""
        if not self._changing.acquire(blocking=False):
            return False
        try:
            if self.alive or not self.wanted:
                return False
            self.recover(tail(self.log_path))
            self.launch()
            return True
        finally:
            self._changing.release()

    def stop(self) -> None:
        """Ask it to end, wait, and kill it when it takes longer than its `stop_timeout_seconds`."""
        self.wanted = False
        with self._changing:
            process = self._process
            if process is None or process.poll() is not None:
                return
            self.signal(signal.SIGCONT)
            self.signal(self.stop_signal)
            try:
                process.wait(self.stop_timeout_seconds)
            except subprocess.TimeoutExpired:
                self.kill()

    def restart(self) -> None:
        """Stop it if it runs, and start it again on the same port."""
        with self._changing:
            self.stop()
            self.start()

    def terminate(self) -> None:
        """Ask it to end and do not wait; it stays wanted, so a supervisor brings it back."""
        self.signal(self.stop_signal)

    def kill(self) -> None:
        """End it at once (SIGKILL) and wait until the system has taken it away; it stays wanted."""
        process = self._process
        if process is not None and process.poll() is None:
            self.signal(signal.SIGKILL)
            process.wait()

    def pause(self) -> None:
        """Freeze it (SIGSTOP) and wait until it is: it holds its connections and answers nothing."""
        pid = self.pid
        if pid is not None:
            self.signal(signal.SIGSTOP)
            os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)  # its threads stop one by one

    def resume(self) -> None:
        """Let a paused process go on."""
        self.signal(signal.SIGCONT)

    def signal(self, number: int) -> None:
        """Send a signal if it runs."""
        pid = self.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
