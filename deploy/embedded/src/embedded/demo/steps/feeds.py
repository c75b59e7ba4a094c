"""Everyone is told: inbox, e-mail, and each organisation's own feed, which no other can read."""

import asyncio
from contextlib import aclosing
from typing import Any

import nats
from nats.errors import NoRespondersError
from nats.js.errors import APIError

from bezgranits import Partner
from bezgranits.credentials import PartnerCredentials
from embedded.demo.actors import StoryFailed
from embedded.demo.story import Story

READER, OTHER = "novy-urengoy-college", "gyda-internat"
READ_SECONDS = 30


async def read_feed(story: Story) -> None:
    """The college reads its own feed with its own credentials, whole and in order; another's is refused to it."""
    await story.quiet()
    state = await story.coordinator(READER).get("/notifications/api/v1/feed", limit=1)
    numbers: list[int] = []
    async with Partner(story.nats_url, story.creds[READER]) as partner, aclosing(partner.events(after=0)) as events:
        try:
            async with asyncio.timeout(READ_SECONDS):
                async for event in events:
                    numbers.append(event.number)
                    await event.ack()
                    if event.number >= state["last"]:
                        break
        except TimeoutError as error:
            raise StoryFailed(f"the feed stands at {numbers[-1:]} of {state['last']}") from error
    if numbers != list(range(1, state["last"] + 1)):
        raise StoryFailed("the feed has a hole or a double")
    story.figures["feed"] = {"organization": READER, "events": len(numbers), "refused": await _try_foreign(story)}


async def _try_foreign(story: Story) -> str:
    """Try the consumer of another organisation: the server must not let it through."""
    own, other = (PartnerCredentials.read(story.creds[slug]) for slug in (READER, OTHER))
    refusals: list[str] = []

    async def note(error: Exception) -> None:
        refusals.append(str(error))

    client = await nats.connect(story.nats_url, user_jwt_cb=own.jwt, signature_cb=own.sign, error_cb=note)
    try:
        await client.request(f"BG.API.CONSUMER.MSG.NEXT.FEED.{other.account}", b'{"batch":1}', timeout=1)
    except (TimeoutError, NoRespondersError, APIError) as error:
        refusals.append(type(error).__name__)
    else:
        raise StoryFailed("a partner has read another's feed")
    finally:
        await client.close()
    return refusals[0]


async def count_messages(story: Story) -> None:
    """Figures of inbox and e-mail; letters go out in their own time, so they are waited for."""
    stats: dict[str, Any] = {}
    for _ in range(150):
        stats = await story.operator.get("/notifications/api/v1/stats")
        if not stats["mails"].get("queued"):
            break
        await asyncio.sleep(0.2)
    story.figures["notifications"] = stats
