"""How long a sign-in waits after failures: never a lock for ever, so that nobody can shut somebody else out."""

from dataclasses import dataclass
from math import ceil

FORGOTTEN_AFTER_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Bound:
    """`free` failures cost nothing; each further one doubles the pause, up to `pause_seconds_max`."""

    free: int
    pause_seconds_max: int


LOGIN_FROM_ADDRESS = Bound(free=5, pause_seconds_max=900)  # somebody guesses one password
LOGIN_FROM_ANYWHERE = Bound(free=20, pause_seconds_max=60)  # many computers guess it: its owner waits a minute at most
ADDRESS = Bound(free=50, pause_seconds_max=60)  # one computer, or a whole school behind one address


def wait_seconds(failures: int, silent_seconds: float, bound: Bound) -> int:
    """Whole seconds until the next attempt is looked at; `silent_seconds` have passed since the last failure."""
    if failures < bound.free or silent_seconds >= FORGOTTEN_AFTER_SECONDS:
        return 0
    pause = min(1 << min(failures - bound.free + 1, 16), bound.pause_seconds_max)
    return max(0, ceil(pause - silent_seconds))
