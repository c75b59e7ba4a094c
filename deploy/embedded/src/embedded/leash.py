"""Run as a script before a server's own program: ties the process to its parent, then becomes that program.

`python -I -S leash.py <parent pid> <signal> <program> <arguments…>`: when the parent dies, however it dies, the kernel
sends the signal. Where the kernel has no such thing (anything but Linux) the program simply starts.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_PARENT_IS_GONE = 125


def main() -> None:
    """Tie the knot and replace this process by the program."""
    parent, death_signal, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # it died before the knot was tied
            sys.exit(_PARENT_IS_GONE)
    os.execvp(command[0], command)  # noqa: S606 - becoming the program is the point; no shell is involved


if __name__ == "__main__":
    main()
