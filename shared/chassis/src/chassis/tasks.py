"""End background tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

END_SECONDS: Final = 10.0
AGAIN_SECONDS: Final = 0.5


async def end_tasks(tasks: Iterable["asyncio.Task[Any]"], *, seconds: float = END_SECONDS) -> None:
    """Cancel the tasks until they have ended, at most for `seconds`.

    Once is not enough on Python 3.11: `asyncio.wait_for`, which nats-py rests on, can swallow a cancellation that comes
    together with the result it waits for.
    """
    left = {task for task in tasks if not task.done()}
    deadline = asyncio.get_running_loop().time() + seconds
    while left and asyncio.get_running_loop().time() < deadline:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN_SECONDS)
