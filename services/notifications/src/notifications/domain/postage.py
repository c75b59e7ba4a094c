"""When a letter is tried again, and when it is given up."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

ATTEMPTS_MAX: Final = 8
DELAY_SECONDS: Final = (5, 30, 120, 600, 1800, 3600, 7200)
WAITING_MAX: Final = timedelta(days=3)


def next_attempt(attempts: int, created_at: datetime, now: datetime) -> datetime | None:
    """When to try again after this many failures; None when the letter is given up: eight refusals, or three days."""
    if attempts >= ATTEMPTS_MAX or now - created_at > WAITING_MAX:
        return None
    return now + timedelta(seconds=DELAY_SECONDS[min(max(attempts, 1), len(DELAY_SECONDS)) - 1])


def message_id(event_id: UUID, organization_id: UUID, instance: str) -> str:
    """The same id each time one letter is sent, so that a mailbox can drop the copy of a second try."""
    return f"<{event_id}.{organization_id}@{instance}.bezgranits>"
