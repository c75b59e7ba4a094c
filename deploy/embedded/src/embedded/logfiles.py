"""Log files of the processes: one a run, the last few runs kept, each bounded."""

import contextlib
import shutil
from pathlib import Path
from typing import BinaryIO

RUNS_KEPT = 3
BYTES_MAX = 20_000_000
_TAIL_LINES = 15


def open_log(path: Path) -> BinaryIO:
    """Open an empty log for a new run, after moving the former runs one place back."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for age in range(RUNS_KEPT, 0, -1):
        older = _aged(path, age - 1)
        if older.exists() and (age > 1 or older.stat().st_size):
            older.replace(_aged(path, age))
    path.touch(mode=0o600)
    return path.open("ab")  # appending, so that cutting the file under a running process works


def keep_bounded(path: Path) -> None:
    """Move the content of a log that has grown over its bound to `<name>.log.1`, under the process that writes it."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > BYTES_MAX:
            shutil.copyfile(path, _aged(path, 1))
            with path.open("r+b") as log:
                log.truncate(0)


def tail(path: Path, lines: int = _TAIL_LINES) -> str:
    """Return the last lines of a log, with its path above them."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        text = ""
    return "\n".join([f"{path}:", *text.splitlines()[-lines:]])


def _aged(path: Path, age: int) -> Path:
    return path.with_name(f"{path.name}.{age}") if age else path
