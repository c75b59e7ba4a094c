"""Prints the part of requirements.lock that a container needs: `select_packages.py requirements.lock [name …]`.

What runs in production is what [project] of pyproject.toml asks for, with everything beneath it; names on the command
line come along. The lock's own notes ("via …") tell who asks for whom, and every hash stays.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

_ENTRY = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==")
_VIA = re.compile(r"^\s+#\s+(?:via\s+)?([^\s].*)$")
_PRODUCTION = "bezgranits-platform (pyproject.toml)"


def select(lock: str, named: Iterable[str]) -> str:
    """The lines of the packages that production needs; raises ValueError for a name the lock does not hold."""
    lines: dict[str, list[str]] = {}
    asked_by: dict[str, set[str]] = {}
    current = ""
    for line in lock.splitlines():
        if entry := _ENTRY.match(line):
            current = entry[1]
            lines[current], asked_by[current] = [], set()
        if not current:
            continue
        lines[current].append(line)
        if (via := _VIA.match(line)) and via[1] != "via":
            asked_by[current].add(via[1].strip())
    chosen = {name for name, by in asked_by.items() if _PRODUCTION in by} | set(named)
    if strangers := chosen - set(lines):
        raise ValueError(f"the lock holds no {', '.join(sorted(strangers))}")
    while more := {name for name, by in asked_by.items() if by & chosen} - chosen:
        chosen |= more
    return "\n".join(line for name in lines if name in chosen for line in lines[name]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(select(Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2:]))
