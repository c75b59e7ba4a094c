"""`python -m embedded demo`: a fresh network, the whole story, the summary, and nothing left running."""

import argparse
import asyncio
import shutil
import sys
import time
from pathlib import Path

import httpx

from embedded.demo.actors import StoryFailed
from embedded.demo.summary import summary, write_accounts, write_report
from embedded.demo.telling import tell
from embedded.installation import ADMINISTRATOR_LOGIN
from embedded.network import Network
from embedded.server import ServerFailed
from embedded.statelock import AlreadyRunning, StateLock


def run(options: argparse.Namespace, state_dir: Path) -> int:
    """Tell the story, on a network of its own or at `base_url`; 0 only if every reconciliation holds."""
    if options.base_url:
        if options.admin_password_file is None:
            print(
                "BASE_URL needs BG_ADMIN_PASSWORD_FILE: the administrator's password of that network", file=sys.stderr
            )
            return 2
        password = Path(options.admin_password_file).read_text(encoding="utf-8").strip()
        folder = options.report.parent / "remote"
        folder.mkdir(parents=True, exist_ok=True)
        return _tell(options.base_url, options.nats_url, folder, password, options.report)
    if StateLock(state_dir).holder() is not None:
        print("The demo network is running; stop it first: make down DEMO=1", file=sys.stderr)
        return 1
    shutil.rmtree(state_dir, ignore_errors=True)
    network = Network(state_dir, demo=True)
    print("Сеть запускается: nats-server, PostgreSQL, Caddy и пять служб", flush=True)
    try:
        network.start(lambda line: print(f"      {line}", flush=True))
    except (ServerFailed, AlreadyRunning) as failure:
        print(f"The network cannot start: {failure}", file=sys.stderr)
        return 1
    try:
        password = network.installation.administrator_password_file.read_text(encoding="utf-8").strip()
        return _tell(network.origin, network.nats.url, state_dir, password, options.report)
    finally:
        network.stop()


def _tell(base_url: str, nats_url: str, state_dir: Path, password: str, report: Path) -> int:
    started = time.monotonic()
    say = lambda line: print(line, flush=True)  # noqa: E731
    try:
        story, checks = asyncio.run(tell(base_url, nats_url, state_dir, ADMINISTRATOR_LOGIN, password, say))
    except (StoryFailed, ExceptionGroup, httpx.HTTPError) as failure:
        print(f"\nИстория прервалась: {_first(failure)}\nЖурналы: {state_dir / 'logs'}", file=sys.stderr)
        return 1
    seconds = time.monotonic() - started
    write_report(report, story, checks, seconds)
    write_accounts(state_dir / "accounts.json", story)
    print(summary(story, checks, seconds))
    print(f"  Отчёт: {report}\n  Посмотреть самому: make up DEMO=1\n")
    return 0 if all(one.holds for one in checks) else 1


def _first(failure: BaseException) -> BaseException:
    """The failure that ended a group of steps that went on at once."""
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure
