"""Every page, as the people who need it see it: no error, no foreign request, readable by everybody, on a phone too."""

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from .conftest import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

PAGES = [
    ("", "/catalog/"),
    ("", "/catalog/?q=химия&level=advanced"),
    ("", "/catalog/?q=нет-такого-курса"),
    ("", "/center/sign-in"),
    ("", "/enrollment/wishes"),
    ("coordinator.tazovskaya-sosh", "/catalog/mine"),
    ("coordinator.tazovskaya-sosh", "/enrollment/"),
    ("coordinator.tazovskaya-sosh", "/enrollment/requests"),
    ("coordinator.tazovskaya-sosh", "/notifications/feed"),
    ("accountant.tazovskaya-sosh", "/settlement/"),
    ("accountant.tazovskaya-sosh", "/notifications/"),
    ("department", "/settlement/"),
    ("operator", "/center/"),
    ("operator", "/center/operations"),
    ("operator", "/center/organizations"),
    ("operator", "/notifications/mail"),
    ("head", "/center/"),
    ("tutor.3", "/enrollment/"),
    ("pupil-004", "/enrollment/"),
    ("pupil-004", "/notifications/"),
]


@pytest.mark.parametrize(("login", "path"), PAGES, ids=[f"{login or 'guest'} {path}" for login, path in PAGES])
async def test_a_page_is_sound_at_both_widths(browsers: Browsers, login: str, path: str) -> None:
    visitor = await browsers.of(_key(browsers, login))
    visitor.faults.clear()
    for narrow in (False, True):
        page = await visitor.open(path, narrow=narrow)
        assert await page.locator("h1").count() == 1
        sideways = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert sideways <= 1, f"scrolls sideways by {sideways} px (narrow: {narrow})"
        assert await _serious(page) == []
        await page.close()
    assert visitor.faults == []


def _key(browsers: Browsers, login: str) -> str:
    """Tutors' accounts are kept under their key of the generated world."""
    accounts = browsers.told.story.accounts
    return next((key for key, actor in accounts.items() if actor.login == login), login)


async def _serious(page: Page) -> list[str]:
    found = await Axe().run(page)
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


async def test_the_catalogue_finds_a_course_from_the_keyboard_alone(browsers: Browsers) -> None:
    page = await (await browsers.of()).open("/catalog/")
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip-link")).to_be_focused()
    await page.locator("input[name=q]").focus()
    await page.keyboard.type("робототехника")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/catalog/\?.*q=."))
    await expect(page.locator("#results article").first).to_contain_text("обототехник")
    await page.close()


async def test_facets_change_the_list_and_the_address(browsers: Browsers) -> None:
    page = await (await browsers.of()).open("/catalog/")
    await page.locator("label", has_text="углублённый").first.click()
    await page.wait_for_url(re.compile("level=advanced"))
    badges = page.locator("#results article .badge-accent")
    await expect(badges.first).to_have_text("углублённый")
    await page.locator(".chip").first.click()
    await page.wait_for_load_state()
    assert "level=advanced" not in page.url
    await page.close()


async def test_the_catalogue_works_without_scripts(browsers: Browsers) -> None:
    context = await browsers.chromium.new_context(java_script_enabled=False, locale="ru-RU")
    page = await context.new_page()
    await page.goto(browsers.told.network.origin + "/catalog/")
    await page.fill("input[name=q]", "химия")
    await page.click("main button[type=submit] >> nth=0")
    await page.wait_for_load_state()
    assert await page.locator("#results article").count() > 0
    await context.close()


async def test_a_guest_is_led_to_sign_in_and_back(browsers: Browsers) -> None:
    page = await (await browsers.of()).open("/settlement/")
    assert "/center/sign-in" in page.url
    assert "next=" in page.url
    await page.close()
