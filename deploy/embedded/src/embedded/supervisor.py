"""Starts servers in groups, brings back those that die, stops them in the opposite order."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from embedded.logfiles import keep_bounded
from embedded.server import Server

Say = Callable[[str], None]

_LOOK_EVERY_SECONDS = 0.25
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 15.0
_STEADY_AFTER_SECONDS = 20.0
_LOOKS_A_LOG_CHECK = 40


@dataclass
class _Care:
    """What is known about one server: how often it died in a row, when it was last started, when to try again."""

    failures: int = 0
    started_at: float = 0.0
    due_at: float | None = None


class Supervisor:
    """Servers in groups: a later group needs the earlier ones. `say` gets a line for people at each turn.

    `kept_open` are descriptors that all of them inherit.
    """

    def __init__(self, say: Say = print) -> None:
        self.say = say
        self.kept_open: tuple[int, ...] = ()
        self._groups: list[list[Server]] = []
        self._care: dict[str, _Care] = {}
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None

    @property
    def servers(self) -> list[Server]:
        """All of them, in the order of their start."""
        return [server for group in self._groups for server in group]

    def start(self, *servers: Server) -> None:
        """Start a group side by side and wait until all of it is ready; after a failure the others are not waited for."""
        began = time.monotonic()
        self._groups.append(list(servers))  # before they start, so that stop() finds them whatever happens
        for server in servers:
            server.kept_open = self.kept_open
            self._care[server.name] = _Care(started_at=began)
        _side_by_side(lambda server: server.start(), servers, give_up=_unwant)
        names = ", ".join(server.name for server in servers)
        self.say(f"{names}: ready after {time.monotonic() - began:.1f} s")

    def watch(self) -> None:
        """Begin to bring back what dies."""
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._keep_watching, name="supervisor", daemon=True)
            self._watcher.start()

    def stop(self) -> None:
        """Stop everything, the last group first; each group side by side."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None
        for group in reversed(self._groups):
            running = [server for server in group if server.alive]
            if running:
                self.say("stopping " + ", ".join(server.name for server in running))
            _side_by_side(lambda server: server.stop(), group, give_up=lambda _: None)
        self._groups.clear()
        self._stopping.clear()

    def _keep_watching(self) -> None:
        looks = 0
        while not self._stopping.wait(_LOOK_EVERY_SECONDS):
            looks += 1
            for server in self.servers:
                self._look_after(server, time.monotonic())
                if looks % _LOOKS_A_LOG_CHECK == 0:
                    keep_bounded(server.log_path)

    def _look_after(self, server: Server, now: float) -> None:
        care = self._care[server.name]
        if server.alive or not server.wanted:
            care.due_at = None
            return
        if care.due_at is None:
            if now - care.started_at > _STEADY_AFTER_SECONDS:
                care.failures = 0
            pause = min(_FIRST_PAUSE_SECONDS * 2**care.failures, _LONGEST_PAUSE_SECONDS)
            care.failures += 1
            care.due_at = now + pause
            self.say(f"{server.name} has ended; starting it again in {pause:.1f} s (log: {server.log_path})")
        elif now >= care.due_at:
            care.due_at = None
            care.started_at = now
            try:
                if server.revive():
                    self.say(f"{server.name} is started again")
            except Exception as failure:  # whatever hinders the start: it is said, and tried again
                self.say(f"{server.name} cannot be started: {failure}")


def _unwant(server: Server) -> None:
    server.wanted = False  # whoever waits for it to be ready stops waiting


def _side_by_side(
    act: Callable[[Server], None], servers: Sequence[Server], *, give_up: Callable[[Server], None]
) -> None:
    if not servers:
        return
    with ThreadPoolExecutor(max_workers=len(servers)) as pool:
        try:
            for future in as_completed([pool.submit(act, server) for server in servers]):
                future.result()
        except BaseException:
            for server in servers:
                give_up(server)
            raise
