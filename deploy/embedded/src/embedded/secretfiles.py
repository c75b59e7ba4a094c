"""Secrets on disk: made at the first start, readable by their owner alone, never printed."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def private_directory(path: Path) -> Path:
    """Create a folder only its owner may enter."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def write_private(path: Path, content: str) -> Path:
    """Write a file with mode 0600, whole or not at all."""
    private_directory(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return path


def read_or_create(path: Path, make: Callable[[], str]) -> str:
    """Return a secret kept in a file, made by `make` when there is none yet."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        value = make()
        write_private(path, value + "\n")
        return value


def password() -> str:
    """Make a password that needs no quoting anywhere: 32 hexadecimal digits."""
    return secrets.token_hex(16)
