"""`python -m embedded up|down|status|demo`: the network on one machine."""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from embedded.binaries import MissingProgram
from embedded.databases import SqlFailed
from embedded.installation import ADMINISTRATOR_LOGIN
from embedded.network import REPOSITORY, Network
from embedded.server import ServerFailed
from embedded.statelock import AlreadyRunning, LeftoversRun, StateLock
from embedded.status import report


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, do it, return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m embedded", description="the network on one machine")
    commands = parser.add_subparsers(dest="command", required=True)
    texts = {"up": "start and stay until Ctrl-C", "down": "stop it", "status": "say what runs"}
    for name, text in texts.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("--demo", action="store_true", help="the demonstration network (.data/demo)")
        command.add_argument("--state", type=Path, default=None, help="state folder (BG_STATE)")
    demo = commands.add_parser("demo", help="the whole story on a fresh network, with generated people, and stop")
    demo.add_argument("--base-url", default=os.environ.get("BASE_URL", ""), help="a network that runs already")
    demo.add_argument("--nats-url", default=os.environ.get("NATS_URL", "nats://127.0.0.1:4222"))
    demo.add_argument("--admin-password-file", type=Path, default=os.environ.get("BG_ADMIN_PASSWORD_FILE"))
    demo.add_argument("--report", type=Path, default=REPOSITORY / ".data" / "demo" / "report.json")
    options = parser.parse_args(arguments)
    if options.command == "demo":
        # only here: it reads the services' pure rules, which `up` does not need
        from embedded.demo import command as demo_command

        return demo_command.run(options, _state_dir(None, demo=True))
    state_dir = _state_dir(options.state, demo=options.demo)
    if options.command == "up":
        return up(state_dir, demo=options.demo)
    return down(state_dir) if options.command == "down" else report(state_dir)


def up(state_dir: Path, *, demo: bool) -> int:
    """Start the network and stay until a signal comes."""
    network = Network(state_dir, demo)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        network.start(_say)
    except AlreadyRunning as running:
        print(f"{running}. It stands at {_origin(state_dir)}; stop it with `make down`.")
        return 1
    except KeyboardInterrupt:
        _say("stopped while starting")
        return 130
    except (ServerFailed, SqlFailed, MissingProgram, LeftoversRun) as failure:
        print(f"The network cannot start: {failure}", file=sys.stderr)
        return 1
    try:
        _say(addresses(network))
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _patience)
        network.stop()
        _say("stopped")
    return 0


def down(state_dir: Path) -> int:
    """Stop the network that another process runs."""
    lock = StateLock(state_dir)
    pid = lock.holder()
    if pid is None:
        print(f"no network runs in {state_dir}")
        return 0
    if not lock.stop_holder():
        print(f"process {pid} has not stopped; its logs are in {state_dir / 'logs'}", file=sys.stderr)
        return 1
    print(f"stopped (process {pid})")
    return 0


def addresses(network: Network) -> str:
    """What people need to know once it runs."""
    lines = ["", f"  Школа без границ    {network.origin}/", ""]
    lines += [f"  {name:<20}{network.origin}/{name}/" for name in network.services]
    lines += [f"  {'mail':<20}{network.smtp.directory}", f"  {'logs':<20}{network.state_dir / 'logs'}", ""]
    accounts = network.state_dir / "accounts.json"
    if accounts.exists():
        lines.append("  Accounts:")
        for account in json.loads(accounts.read_text(encoding="utf-8")):
            lines.append("    " + "  ".join(str(value) for value in account.values()))
    else:
        lines.append(f"  Administrator: login {ADMINISTRATOR_LOGIN}, the password is in")
        lines.append(f"    {network.installation.administrator_password_file}")
    return "\n".join([*lines, "", "  Ctrl-C stops everything.", ""])


def _state_dir(chosen: Path | None, *, demo: bool) -> Path:
    named = chosen or (Path(os.environ["BG_STATE"]) if os.environ.get("BG_STATE") else None)
    return (named or REPOSITORY / ".data" / ("demo" if demo else "up")).absolute()


def _origin(state_dir: Path) -> str:
    try:
        return str(json.loads((state_dir / "status.json").read_text(encoding="utf-8"))["origin"])
    except (FileNotFoundError, ValueError, KeyError):
        return "an address it has not told yet (it is starting or stopping)"


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _patience(_number: int, _frame: FrameType | None) -> None:
    print("stopping already; services get up to 20 s", flush=True)


def _say(line: str) -> None:
    print(line, flush=True)
