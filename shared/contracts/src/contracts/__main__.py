"""`python -m contracts write | check | docs`: the stored contracts and the page about them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from contracts import documents, store

PAGE = store.FOLDER.parents[1] / "docs" / "events.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, do it, return the exit code: 1 when a promise would be broken."""
    parser = argparse.ArgumentParser(
        prog="python -m contracts", description="stored schemas and examples of the events"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("write", help="store what is new or compatibly changed")
    commands.add_parser("check", help="compare the stored files with the code")
    docs = commands.add_parser("docs", help="write the page of all events")
    docs.add_argument("--out", type=Path, default=PAGE)
    options = parser.parse_args(arguments)
    if options.command == "docs":
        options.out.write_text(documents.page(), "utf-8")
        return 0
    findings = store.write() if options.command == "write" else store.check()
    for finding in findings:
        sys.stderr.write(f"{finding}\n")
    if not findings:
        stored = len(list((store.FOLDER / "schemas").glob("*.json")))
        sys.stdout.write(f"{stored} stored event types agree with the code\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
