"""Offers come in by four ways; one is wrong and is refused with its reasons; pupils wish for what nobody offers."""

import asyncio
import io
import time
from collections.abc import Sequence

from openpyxl import Workbook

from bezgranits import Partner
from catalog.domain.workbook import COLUMNS
from embedded.demo.actors import StoryFailed
from embedded.demo.story import Story
from embedded.demo.world.model import Offer

WAYS = ("http", "xlsx", "nats_submit", "nats_ask")


async def publish_offers(story: Story) -> None:
    """Each organisation sends its offers the way its own system can."""
    await story.quiet()
    offers: dict[str, list[Offer]] = {way: [] for way in WAYS}
    for offer in story.world.offers:
        way = offer.channel if offer.channel in ("http", "xlsx") or offer.organisation_slug in story.creds else "http"
        offers[way].append(offer)
    refusals: list[list[dict[str, str]]] = []
    await _by_http(story, offers["http"], refusals)
    await _by_workbook(story, offers["xlsx"])
    await _by_broker(story, offers)
    await _learn_ids(story, [one for one in story.world.offers if one.is_lawful])
    story.figures["offers"] = {way: sum(one.is_lawful for one in offers[way]) for way in WAYS}
    story.figures["refused_offer"] = [f"{one['field']}: {one['message']}" for one in refusals[0]]


async def _by_http(story: Story, offers: Sequence[Offer], refusals: list[list[dict[str, str]]]) -> None:
    async def send(offer: Offer) -> None:
        actor = story.coordinator(offer.organisation_slug)
        body = offer.as_submission()
        answer = await actor.post("/catalog/api/v1/offers", body, accept=(200, 201, 422))
        if "errors" in answer and answer.get("status") == 422:
            if offer.is_lawful:
                raise StoryFailed(f"a lawful offer was refused: {answer}")
            refusals.append(answer["errors"])
        elif not offer.is_lawful:
            raise StoryFailed(f"an unlawful offer was taken: {offer.key}")

    await story.each(offers, send)
    if len(refusals) != sum(not one.is_lawful for one in offers):
        raise StoryFailed("the wrong offer was not refused")


async def _by_workbook(story: Story, offers: Sequence[Offer]) -> None:
    for slug in sorted({one.organisation_slug for one in offers}):
        own = [one for one in offers if one.organisation_slug == slug]
        content = await asyncio.to_thread(workbook, own)
        files = {"file": ("offers.xlsx", content)}
        answer = await story.coordinator(slug).call("POST", "/catalog/api/v1/offers/import", files=files)
        if answer["refused"]:
            raise StoryFailed(f"rows of {slug}'s workbook were refused: {answer['rows']}")


async def _by_broker(story: Story, offers: dict[str, list[Offer]]) -> None:
    for slug, creds in story.creds.items():
        async with Partner(story.nats_url, creds) as partner:
            for offer in offers["nats_ask"]:
                if offer.organisation_slug == slug:
                    verdict = await partner.ask_offer(offer.as_submission())
                    if not verdict.accepted:
                        raise StoryFailed(f"{slug} asked and was refused: {verdict}")
            for offer in offers["nats_submit"]:
                if offer.organisation_slug == slug:
                    await partner.submit_offer(offer.as_submission())


async def _learn_ids(story: Story, offers: Sequence[Offer]) -> None:
    """What a visitor can do too: read the public catalogue until everything stands in it."""
    deadline = time.monotonic() + 30
    titles = {(one.course_title, story.world.by_slug()[one.organisation_slug].short_name): one.key for one in offers}
    while time.monotonic() < deadline:
        story.offers.clear()
        page, pages = 1, 1
        while page <= pages:
            answer = (await story.http.get("/catalog/api/v1/offers", params={"page": page})).json()
            for item in answer["items"]:
                if key := titles.get((item["title"], item["organization"])):
                    story.offers[key] = item["id"]
            page, pages = page + 1, answer["pages"]
        if len(story.offers) == len(offers):
            return
        await asyncio.sleep(0.3)
    missing = sorted({one.key for one in offers} - story.offers.keys())
    raise StoryFailed(f"these offers have not appeared in the catalogue: {missing}")


async def express_wishes(story: Story) -> None:
    """Pupils say what they would like to learn, offered or not."""

    async def wish(key: str) -> None:
        for one in story.world.wishes:
            if one.pupil_key == key:
                body = {"topic_code": one.topic_code, "level": one.level}
                await story.accounts[key].post("/enrollment/api/v1/wishes", body)

    await story.quiet()
    await story.each(sorted({one.pupil_key for one in story.world.wishes}), wish)
    top = await story.operator.get("/enrollment/api/v1/wishes/top")
    story.figures["wishes"] = len(story.world.wishes)
    story.figures["top_wishes"] = [{"topic": one["title"], "pupils": one["pupils"]} for one in top[:5]]


def workbook(offers: Sequence[Offer]) -> bytes:
    """An XLSX as a coordinator fills it in."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([column.header for column in COLUMNS])
    days = ("", "Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс")
    for offer in offers:
        values = offer.as_submission()
        values["grades"] = ", ".join(map(str, offer.grades))
        values["slots"] = "; ".join(f"{days[day]} {start}–{end}" for day, start, end in offer.slots)
        sheet.append([values.get(column.field) for column in COLUMNS])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
