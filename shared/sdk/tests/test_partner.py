"""A partner's day: its feed in order whatever crashes, its questions, its submissions, and nobody else's."""

import asyncio
import json
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import NoRespondersError

from bezgranits import BadCredentials, FeedEvent, FeedGap, Objection, Partner

from .conftest import Admitted, sign_in


async def take(
    partner: Partner, count: int, *, after: int | None = None, ack: bool = True, seconds: float = 20
) -> list[FeedEvent]:
    """The next events, acknowledged or not."""
    found: list[FeedEvent] = []
    async with asyncio.timeout(seconds):
        events = partner.events(after)
        async for event in events:
            found.append(event)
            if ack:
                await event.ack()
            if len(found) == count:
                break
        await events.aclose()
    return found


async def test_the_own_feed_comes_in_order_and_is_acknowledged(college: Admitted, club: Admitted) -> None:
    await club.publish(1, 2)
    await college.publish(*range(1, 121))
    async with Partner(college.server.url, college.creds) as partner:
        events = await take(partner, 120, after=0)
    assert [one.number for one in events] == list(range(1, 121))
    assert (events[6].data, events[6].sequence, events[6].type) == ({"n": 7}, 3, "catalog.offer.published.v1")
    assert events[6].time.tzinfo is not None
    assert await college.pending() == (0, 0)
    assert await club.pending() == (2, 0), "nobody else's events were taken"


async def test_after_a_crash_the_order_holds_and_nothing_is_missing(college: Admitted) -> None:
    await college.publish(*range(1, 11))
    async with Partner(college.server.url, college.creds) as partner:
        kept = await take(partner, 4, after=0)
        assert [one.number for one in kept] == [1, 2, 3, 4]
    # 5 to 10 were delivered and never acknowledged; the server hands out 11 and 12 before them
    await college.publish(11, 12)
    async with Partner(college.server.url, college.creds) as partner:
        rest = await take(partner, 8, after=4)
    assert [one.number for one in rest] == list(range(5, 13))


async def test_what_was_kept_but_not_acknowledged_is_dropped(college: Admitted) -> None:
    await college.publish(1, 2, 3)
    async with Partner(college.server.url, college.creds) as partner:
        await take(partner, 2, after=0, ack=False)
    async with Partner(college.server.url, college.creds) as partner:
        again = await take(partner, 1, after=2)
    assert [one.number for one in again] == [3]
    assert await college.pending() == (0, 0)


async def test_without_a_checkpoint_unacknowledged_events_come_again(college: Admitted) -> None:
    await college.publish(1, 2)
    async with Partner(college.server.url, college.creds) as partner:
        first = await take(partner, 2, ack=False)
        again = await take(partner, 2)
    assert [one.id for one in first] == [one.id for one in again]


async def test_a_hole_that_the_stream_cannot_fill_is_told(college: Admitted) -> None:
    await college.publish(5, 6)
    async with Partner(college.server.url, college.creds, gap_seconds=0.5) as partner:
        with pytest.raises(FeedGap) as gap:
            await take(partner, 1, after=2)
        assert (gap.value.expected, gap.value.available) == (3, 5)
        assert [one.number for one in await take(partner, 2, after=4)] == [5, 6]


async def test_a_question_is_answered_with_the_verdict(college: Admitted) -> None:
    catalog = await sign_in(college.server, "catalog")
    error = {"field": "capacity", "message": "Мест: 0.", "cure": "Укажите, сколько."}

    async def judge(message: Msg) -> None:
        assert message.subject == f"ask.{college.account}.offer", "the server says who asks"
        refused = json.loads(message.data)["capacity"] == 0
        answer = {"accepted": not refused, "submission_id": "s", "offer_id": None if refused else "o"}
        await message.respond(json.dumps(answer | {"errors": [error] if refused else []}).encode())

    await catalog.subscribe("ask.*.offer", cb=judge)
    await catalog.flush()
    async with Partner(college.server.url, college.creds) as partner:
        refused = await partner.ask_offer({"capacity": 0})
        accepted = await partner.ask_offer({"capacity": 12})
    assert (refused.accepted, refused.objections) == (False, (Objection(**error),))
    assert (accepted.accepted, accepted.offer_id, accepted.objections) == (True, "o", ())
    await catalog.close()


async def test_a_submission_is_stored_once(college: Admitted, tools: Client) -> None:
    async with Partner(college.server.url, college.creds) as partner:
        first = await partner.submit_offer({"capacity": 12}, reference="0b9c1f7e")
        again = await partner.submit_offer({"capacity": 12}, reference="0b9c1f7e")
        other = await partner.submit_offer({"capacity": 12})
    assert (first.duplicate, again.duplicate, other.duplicate) == (False, True, False)
    assert other.reference not in (first.reference, "")
    stored = await tools.jetstream().get_last_msg("SUBMISSIONS", f"submit.{college.account}.offer")
    assert stored.data is not None
    assert json.loads(stored.data) == {"capacity": 12}


async def test_another_organisations_feed_is_out_of_reach(college: Admitted, club: Admitted) -> None:
    await club.publish(1)
    async with Partner(college.server.url, college.creds) as partner:
        partner._credentials = type(partner._credentials)(club.account, "", partner._credentials._key)
        with pytest.raises((TimeoutError, NoRespondersError)):
            await take(partner, 1, after=0, seconds=2)
    assert await club.pending() == (1, 0)


def test_a_damaged_file_is_refused_before_anything_is_sent(college: Admitted, tmp_path: Path) -> None:
    text = college.creds.read_text()
    seed = text.rindex("-----BEGIN USER NKEY SEED-----\nS") + 40
    for broken in (
        "",
        "hello",
        text[: len(text) // 2],
        text[:seed] + ("A" if text[seed] != "A" else "B") + text[seed + 1 :],
    ):
        file = tmp_path / "broken.creds"
        file.write_text(broken)
        with pytest.raises(BadCredentials):
            Partner("nats://127.0.0.1:1", file)
