"""What a partner of «Школа без границ» installs: take the own feed, ask about offers, submit offers.

async with Partner("nats://host:4222", "college.creds") as partner:
    async for event in partner.events(after=checkpoint):
        keep(event)
        await event.ack()
"""

from bezgranits.credentials import BadCredentials
from bezgranits.events import FeedEvent, FeedGap
from bezgranits.partner import Partner
from bezgranits.verdicts import Objection, Stored, Verdict

__all__ = ["BadCredentials", "FeedEvent", "FeedGap", "Objection", "Partner", "Stored", "Verdict"]
