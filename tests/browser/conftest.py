"""A real Chromium before the running network, signed in as the people of the story."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from network_fixtures import Told
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 800}


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    path = os.environ.get("BG_CHROMIUM") or next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@dataclass
class Visitor:
    """One person's browser; what a page must not do is noted."""

    told: Told
    context: BrowserContext
    faults: list[str] = field(default_factory=list)

    async def open(self, path: str, *, narrow: bool = False) -> Page:
        page = await self.context.new_page()
        await page.set_viewport_size(NARROW if narrow else WIDE)  # type: ignore[arg-type]
        page.on(
            "console", lambda line: line.type in ("error", "warning") and self.faults.append(f"{path}: {line.text}")
        )
        page.on("pageerror", lambda error: self.faults.append(f"{path}: {error}"))
        page.on("request", lambda request: self._note_foreign(path, request.url))
        answer = await page.goto(self.told.network.origin + path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        return page

    def _note_foreign(self, path: str, url: str) -> None:
        own = urlsplit(self.told.network.origin)
        asked = urlsplit(url)
        if asked.scheme in ("http", "https") and asked.netloc != own.netloc:
            self.faults.append(f"{path}: foreign request {url}")


@dataclass
class Browsers:
    """Browsers of several people at once."""

    told: Told
    chromium: Browser
    visitors: dict[str, Visitor] = field(default_factory=dict)

    async def of(self, login: str = "") -> Visitor:
        if login not in self.visitors:
            context = await self.chromium.new_context(locale="ru-RU")
            visitor = self.visitors[login] = Visitor(self.told, context)
            if login:
                await self._sign_in(visitor, login)
        return self.visitors[login]

    async def _sign_in(self, visitor: Visitor, login: str) -> None:
        page = await visitor.open("/center/sign-in")
        await page.fill("input[name=login]", login)
        await page.fill("input[name=password]", self.told.story.accounts[login].password)
        await page.click("main button[type=submit]")
        await page.wait_for_load_state()
        assert "/center/sign-in" not in page.url, await page.inner_text("main")
        await page.close()


@pytest.fixture(scope="session")
async def browsers(told: Told, chromium: Browser) -> AsyncIterator[Browsers]:
    made = Browsers(told, chromium)
    yield made
    for visitor in made.visitors.values():
        await visitor.context.close()
