"""How to run PostgreSQL, which refuses to run as root, when we are root: a launcher to put before its programs."""

import os
import pwd
import shutil
import subprocess
from functools import cache
from pathlib import Path

_FIRST_ORDINARY_USER = 1000


@cache
def launcher() -> tuple[str, ...]:
    """Return what to put before the program: nothing for an ordinary user.

    For root, a user namespace in which root's own files belong to an ordinary user: nothing changes hands and no folder
    is opened to others. Where namespaces are forbidden (many containers), another user with the right to pass folders.
    """
    if os.geteuid() != 0:
        return ()
    user = _ordinary_user()
    namespace = ("unshare", "--user", f"--map-user={user}", f"--map-group={user}", "--")
    if shutil.which("unshare"):
        probe = subprocess.run([*namespace, "true"], capture_output=True, check=False)
        if probe.returncode == 0:
            return namespace
    passing = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    return ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *passing, "--")


def give_ownership(directory: Path) -> None:
    """Make a data folder belong to whoever the launcher runs as; PostgreSQL insists on it."""
    chosen = launcher()
    if os.geteuid() != 0 or not directory.exists():
        return
    owner = _ordinary_user() if chosen[0] == "setpriv" else 0
    if directory.stat().st_uid == owner:
        return
    for path in [directory, *directory.rglob("*")]:
        os.chown(path, owner, owner, follow_symlinks=False)


def _ordinary_user() -> int:
    """User id that has a name, which initdb asks for."""
    try:
        pwd.getpwuid(_FIRST_ORDINARY_USER)
    except KeyError:
        return pwd.getpwnam("nobody").pw_uid
    return _FIRST_ORDINARY_USER
