"""What the background jobs share."""

import asyncio


def heed_cancellation() -> None:
    """Raise a cancellation that was swallowed on the way; endless loops call it once a round.

    Until Python 3.12 `asyncio.wait_for`, on which the NATS client rests, drops a cancellation that comes in the moment
    when the answer does (bpo-37658). A job would go on, and the service would wait for it for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
