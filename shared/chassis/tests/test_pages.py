"""What every service's pages rely on: formats, rendering, headers, escaping, and front-end files with stable names."""

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from chassis.assets import Assets, AssetsMissing, publish
from chassis.errors import FieldError
from chassis.pages import MAIN_NAVIGATION, NavigationItem, Pages, SecurityHeaders, build_pages, charts, formats
from chassis.pages.navigation import current_item, visible_items

NBSP = "\u00a0"
HOSTILE = "<script>alert('x')</script>\" onmouseover=\"alert(1)"


@dataclass(frozen=True)
class Reader:
    name: str = "Снежинкина Айна"
    roles: frozenset[str] = frozenset({"pupil"})
    org_name: str | None = "Тазовская СОШ"


def pages_of(folder: Path, **templates: str) -> Pages:
    for name, text in templates.items():
        (folder / f"{name}.html").write_text(text, "utf-8")
    return build_pages("demo", [folder], Assets(folder / "assets"), demo=True)


@asynccontextmanager
async def browser(endpoint, principal=None, **headers: str) -> AsyncIterator[httpx.AsyncClient]:  # type: ignore[no-untyped-def]
    async def with_reader(request: Request) -> Response:
        request.state.principal = principal
        return endpoint(request)

    app = Starlette(
        routes=[Route("/{path:path}", with_reader, methods=["GET", "POST"])], middleware=[Middleware(SecurityHeaders)]
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://school", headers=headers
    ) as client:
        yield client


@pytest.mark.parametrize(
    ("kopecks", "text"),
    [
        (123456, "1\u00a0234,56\u00a0₽"),
        (5, "0,05\u00a0₽"),
        (0, "0,00\u00a0₽"),
        (-123456700, "\u22121\u00a0234\u00a0567,00\u00a0₽"),
        (-1, "\u22120,01\u00a0₽"),
        (None, "—"),
    ],
)
def test_rubles(kopecks: int | None, text: str) -> None:
    assert formats.rubles(kopecks) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(34, "34\u00a0ч"), (1190, "1\u00a0190\u00a0ч"), (Decimal("1.50"), "1,5\u00a0ч"), (0.5, "0,5\u00a0ч"), (None, "—")],
)
def test_hours(value: formats.Number | None, text: str) -> None:
    assert formats.hours(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.264, "26,4\u00a0%"),
        (0.3, "30\u00a0%"),
        (Decimal(1) / 3, "33,3\u00a0%"),
        (-0.05, "\u22125\u00a0%"),
        (-0.00001, "0\u00a0%"),
    ],
)
def test_percent(share: formats.Number, text: str) -> None:
    assert formats.percent(share) == text


def test_number_keeps_asked_digits_for_aligned_columns() -> None:
    assert formats.number_ru(98, 1, 1) == "98,0"
    assert formats.number_ru(Decimal("2.345")) == "2,35"
    assert formats.number_ru(1_000_000) == f"1{NBSP}000{NBSP}000"


def test_dates() -> None:
    assert formats.date_ru(date(2026, 9, 1)) == f"1{NBSP}сентября{NBSP}2026"
    assert formats.month_ru(date(2026, 11, 30)) == f"ноябрь{NBSP}2026"
    assert (
        formats.date_ru(datetime(2026, 8, 31, 20, tzinfo=UTC), ZoneInfo("Asia/Yekaterinburg"))
        == f"1{NBSP}сентября{NBSP}2026"
    )


def test_time_is_shown_in_the_zone_and_needs_one() -> None:
    moment = datetime(2026, 11, 24, 21, 5, tzinfo=UTC)
    assert formats.datetime_zone(moment, "Asia/Yekaterinburg") == f"25{NBSP}ноября{NBSP}2026, 02:05"
    assert formats.datetime_zone(moment, ZoneInfo("Europe/Moscow")) == f"25{NBSP}ноября{NBSP}2026, 00:05"
    with pytest.raises(ValueError, match="without a zone"):
        formats.datetime_zone(moment.replace(tzinfo=None), "UTC")


@pytest.mark.parametrize(
    ("count", "word"),
    [(1, "ученик"), (2, "ученика"), (4, "ученика"), (5, "учеников"), (11, "учеников"), (12, "учеников"), (14, "учеников"),
     (21, "ученик"), (22, "ученика"), (111, "учеников"), (0, "учеников"), (1001, "ученик")],
)  # fmt: skip
def test_counted_nouns(count: int, word: str) -> None:
    assert formats.plural_ru(count, "ученик", "ученика", "учеников") == f"{formats.number_ru(count)}{NBSP}{word}"


def test_yo_is_folded_in_order() -> None:
    words = ["яблоко", "Ёлка", "ель", "жук", "елка"]
    assert formats.sort_ru(words) == ["Ёлка", "елка", "ель", "жук", "яблоко"]
    assert [row["name"] for row in formats.sort_ru([{"name": "Юла"}, {"name": "ёж"}], "name")] == ["ёж", "Юла"]


async def test_page_or_fragment(tmp_path: Path) -> None:
    pages = pages_of(
        tmp_path,
        list="{% extends 'base.html' %}{% block title %}Курсы{% endblock %}{% block main %}<h1>Курсы</h1>"
        "{% block results %}{{ ui.badge(found|plural_ru('курс', 'курса', 'курсов')) }}{% endblock %}{% endblock %}",
    )

    def endpoint(request: Request) -> Response:
        return pages.render(request, "list.html", fragment="results", found=3)

    async with browser(endpoint) as client:
        whole = await client.get("/catalog/")
        part = await client.get("/catalog/", headers={"HX-Request": "true"})
        boosted = await client.get("/catalog/", headers={"HX-Request": "true", "HX-Boosted": "true"})
        restored = await client.get("/catalog/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert whole.text.lower().startswith("<!doctype html>")
    assert "<title>Курсы · Школа без границ</title>" in whole.text
    assert part.text == f'<span class="badge">3{NBSP}курса</span>'
    assert part.headers["vary"] == "HX-Request, Cookie"
    assert boosted.text == whole.text == restored.text


async def test_unchanged_page_is_not_sent_again(tmp_path: Path) -> None:
    shown = {"text": "один"}
    pages = pages_of(tmp_path, plain="{{ text }}")
    async with browser(lambda request: pages.render(request, "plain.html", **shown)) as client:
        first = await client.get("/")
        again = await client.get("/", headers={"If-None-Match": first.headers["etag"]})
        shown["text"] = "два"
        changed = await client.get("/", headers={"If-None-Match": first.headers["etag"]})
        posted = await client.post("/", headers={"If-None-Match": changed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "private, no-cache"
    assert (changed.status_code, changed.text) == (200, "два")
    assert posted.status_code == 200


async def test_a_name_that_nobody_gave_is_an_error(tmp_path: Path) -> None:
    pages = pages_of(tmp_path, plain="{{ forgotten }}")
    async with browser(lambda request: pages.render(request, "plain.html")) as client:
        with pytest.raises(Exception, match="'forgotten' is undefined"):
            await client.get("/")


async def test_hostile_text_stays_text(tmp_path: Path) -> None:
    template = """{% extends "base.html" %}{% block title %}{{ text }}{% endblock %}{% block main %}
    {{ ui.page_header(text, text, crumbs=[(text, "/")], badge_text=text) }}{{ ui.stat(text, text, text) }}
    {% call ui.card(text, note=text) %}{{ ui.chips([(text, query(q=text))]) }}{% endcall %}{{ ui.empty(text, text, text, "/") }}
    {% call ui.table(text, [(text, "")]) %}<tr>{{ ui.th(text, text) }}{{ ui.td(text, text) }}</tr>{% endcall %}
    {{ ui.timeline([{"title": text, "time": text, "text": text}]) }}{{ ui.alert(text, title=text) }}{{ ui.code(text, "code") }}
    {{ ui.post_button("/", text, confirm=text, fields={"a": text}, attrs={"hx-target": text}) }}{{ ui.facts([(text, text)]) }}
    {{ form.error_summary(errors) }}{{ form.field("a", text, text, hint=text, errors=errors, attrs={"data-a": text}) }}
    {{ form.area("b", text, text) }}{{ form.select("c", text, [(text, text)], text) }}
    {{ form.choices("d", text, [(text, text, text)]) }}
    {{ chart.meter(text, 1, 2, text) }}{{ chart.bars(text, [(text, 1, text)]) }}{{ chart.columns(text, [(text, 1, text)]) }}
    {{ chart.sparkline([1, 2], text) }}{{ ui.status(text, {}) }}
    {{ ui.week([text], [(text, [{"text": text, "note": text}])], text) }}
    {{ ui.facet(text, "f", [{"value": text, "label": text, "count": 1, "checked": true}]) }}
    {{ ui.search("q", text, text, text) }}
    {% endblock %}"""
    pages = pages_of(tmp_path, hostile=template)
    errors = (FieldError("a", HOSTILE, HOSTILE),)
    reader = Reader(name=HOSTILE, org_name=HOSTILE)
    async with browser(
        lambda request: pages.render(request, "hostile.html", text=HOSTILE, errors=errors), reader
    ) as client:
        page = (await client.get("/catalog/", params={"q": HOSTILE})).text
    assert "alert(&#39;x&#39;)" in page
    assert "<script>" not in page
    assert '" onmouseover="' not in page
    assert " style=" not in page
    assert "javascript:" not in page


async def test_security_headers(tmp_path: Path) -> None:
    async with browser(lambda _: PlainTextResponse("x")) as client:
        headers = (await client.get("/")).headers
    assert headers["content-security-policy"] == (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers


async def test_another_site_may_be_allowed_to_show_a_page() -> None:
    app = SecurityHeaders(PlainTextResponse("x"), frame_ancestors=("https://edu.example",), https=True)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://school") as client:
        headers = (await client.get("/")).headers
    assert "frame-ancestors https://edu.example;" in headers["content-security-policy"]
    assert "x-frame-options" not in headers
    assert headers["strict-transport-security"].startswith("max-age=31536000")


async def test_error_page_speaks_to_people_and_names_the_code(tmp_path: Path) -> None:
    pages = pages_of(tmp_path)
    problem = {"status": 409, "code": "seats_taken", "title": "Мест не осталось.", "correlation_id": "c-1",
               "errors": [{"field": "group", "message": "Группа заполнена.", "cure": "Выберите другую."}]}  # fmt: skip
    async with browser(lambda request: pages.render(request, "problem.html", status=409, problem=problem)) as client:
        whole = await client.get("/enrollment/", headers={"Referer": "http://school/catalog/?q=1"})
        part = await client.get("/enrollment/", headers={"HX-Request": "true", "Referer": "http://elsewhere/"})
    assert (whole.status_code, whole.headers["x-problem"]) == (409, "409")
    for text in (
        "Мест не осталось.",
        "Группа заполнена.",
        "Выберите другую.",
        "seats_taken",
        "c-1",
        'href="/catalog/?q=1"',
    ):
        assert text in whole.text
    assert "data-problem" in part.text
    assert "<html" not in part.text


async def test_header_shows_what_the_reader_may_open(tmp_path: Path) -> None:
    pages = pages_of(tmp_path, page="{% extends 'base.html' %}")
    async with browser(lambda request: pages.render(request, "page.html")) as client:
        guest = (await client.get("/catalog/offers/7?x=1")).text
    async with browser(lambda request: pages.render(request, "page.html"), Reader()) as client:
        pupil = (await client.get("/enrollment/")).text
    assert 'href="/center/sign-in?next=%2Fcatalog%2Foffers%2F7%3Fx%3D1"' in guest
    assert "Мой план" not in guest
    assert "Данные демонстрационные" in guest
    assert '<a href="/enrollment/" aria-current="page">Мой план</a>' in pupil
    assert "Взаимозачёт" not in pupil
    assert 'action="/center/sign-out"' in pupil


def test_current_section_is_the_longest_match() -> None:
    items = visible_items(MAIN_NAVIGATION, Reader(roles=frozenset({"tutor"})))
    assert [item.label for item in items] == ["Каталог", "Мой план", "Заявки", "Сообщения"]
    assert current_item(items, "/enrollment/requests/7") == items[2] == current_item(items, "/enrollment/requests")
    assert current_item(items, "/enrollment/plan") == items[1]
    assert current_item(items, "/other/") is None
    assert not NavigationItem("Центр", "/center/", roles=frozenset({"head"})).visible_to(None)


async def test_addresses_keep_the_rest_of_the_search(tmp_path: Path) -> None:
    pages = pages_of(
        tmp_path, page="{{ query(page=2) }}|{{ query_without('level', 'b') }}|{{ query(level=None, page=None) }}"
    )
    async with browser(lambda request: pages.render(request, "page.html")) as client:
        text = (await client.get("/?level=a&level=b&q=химия&page=7")).text
    chemistry = "q=%D1%85%D0%B8%D0%BC%D0%B8%D1%8F"
    assert text.replace("&amp;", "&").split("|") == [
        f"?level=a&level=b&{chemistry}&page=2", f"?level=a&{chemistry}", f"?{chemistry}"
    ]  # fmt: skip


async def test_form_repeats_what_was_typed_and_says_what_is_wrong(tmp_path: Path) -> None:
    pages = pages_of(
        tmp_path,
        page="{{ form.error_summary(errors) }}{{ form.field('seats', 'Мест', 0, 'number', errors=errors) }}"
        "{{ ui.post_button('/a', 'Принять', fields={'version': 3}) }}",
    )
    errors = (FieldError("seats", "Мест должно быть больше нуля.", "Укажите от 1 до 100."),)
    async with browser(lambda request: pages.render(request, "page.html", errors=errors)) as client:
        first, second = (await client.get("/")).text, (await client.get("/")).text
    assert '<a href="#field-seats">Мест должно быть больше нуля.</a>' in first
    assert (
        'id="field-seats" name="seats" type="number" value="0" aria-describedby="error-seats" aria-invalid="true" required'
        in first
    )
    assert '<input type="hidden" name="version" value="3">' in first
    key = 'name="idempotency_key" value="'
    assert first.split(key)[1][:36] != second.split(key)[1][:36]


@pytest.mark.parametrize(
    ("page", "pages", "numbers"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (4, 12, [1, 2, 3, 4, 5, None, 12]),
        (7, 12, [1, None, 6, 7, 8, None, 12]),
        (12, 12, [1, None, 11, 12]),
    ],
)
def test_page_numbers(page: int, pages: int, numbers: list[int | None]) -> None:
    assert charts.page_numbers(page, pages) == numbers


def test_chart_geometry_stays_in_its_box() -> None:
    assert [charts.share(value, 40) for value in (-1, 0, 10, 35, 400)] == ["0%", "0%", "25%", "87.5%", "100%"]
    assert charts.share(1, 0) == "0%"
    assert charts.spark([]).line == ""
    assert charts.spark([5]).line == "M0.0 25.0L100.0 25.0"
    assert charts.spark([0, 10, 5]).line == "M0.0 25.0L50.0 3.0L100.0 14.0"
    assert [charts.heat(value, 100) for value in (0, 1, 50, 100, 200)] == [0, 1, 3, 5, 5]
    chart = charts.column_chart([("сен", 50), ("окт", 100, "сто", "ok")], goal=200)
    assert (chart.columns[0].text, chart.columns[1].text, chart.goal_y) == ("50", "сто", "22.0")
    assert float(chart.columns[1].height) == pytest.approx((chart.floor - 22) / 2, abs=0.1)


def test_published_names_follow_the_content(tmp_path: Path) -> None:
    plain, out, other = tmp_path / "plain", tmp_path / "out", tmp_path / "other"
    plain.mkdir()
    (plain / "golos.woff2").write_bytes(b"font")
    (plain / "app.css").write_text('@font-face{src:url("asset:golos.woff2")}')
    first = publish(plain, out)
    assert publish(plain, other) == first
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        path.name: path.read_bytes() for path in other.iterdir()
    }
    assert json.loads((out / "manifest.json").read_text()) == first
    assert f'url("{first["golos.woff2"]}")' in (out / first["app.css"]).read_text()
    assert gzip.decompress((out / f"{first['app.css']}.gz").read_bytes()) == (out / first["app.css"]).read_bytes()

    (plain / "golos.woff2").write_bytes(b"another font")
    second = publish(plain, out)
    assert second["golos.woff2"] != first["golos.woff2"]
    assert second["app.css"] != first["app.css"], "a stylesheet changes its name with the font it loads"
    assert (out / first["app.css"]).exists(), "a running service still names it"
    publish(plain, out)
    assert not (out / first["app.css"]).exists()


async def test_files_are_served_compressed_and_for_ever(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "app.js").write_text("let a = 1;")
    publish(tmp_path / "plain", tmp_path / "assets")
    assets = Assets(tmp_path / "assets")
    app = Starlette(routes=[Mount("/assets", assets.files())])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://school") as client:
        packed = await client.get(assets.url("app.js"))
        plain = await client.get(assets.url("app.js"), headers={"Accept-Encoding": "identity"})
        missing = await client.get("/assets/none.js")
    assert (packed.headers["content-encoding"], packed.text) == ("gzip", "let a = 1;")
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert "immutable" in packed.headers["cache-control"]
    assert "content-encoding" not in plain.headers
    assert missing.status_code == 404


def test_a_name_that_was_not_built_is_an_error(tmp_path: Path) -> None:
    assert Assets(tmp_path).url("app.css") == "/assets/app.css", "pages can be read before the front-end is built"
    (tmp_path / "manifest.json").write_text('{"app.css": "app.1.css"}')
    assert Assets(tmp_path).url("app.css") == "/assets/app.1.css"
    with pytest.raises(AssetsMissing, match=r"app\.js is not"):
        Assets(tmp_path).url("app.js")


def test_time_filter_uses_the_zone_of_the_service(tmp_path: Path) -> None:
    pages = pages_of(tmp_path)
    moment = datetime(2026, 11, 24, 20, tzinfo=UTC) + timedelta(minutes=5)
    show = pages.environment.from_string("{{ at|datetime_zone }} / {{ at|datetime_zone('Europe/Moscow') }}").render
    assert show(at=moment) == f"25{NBSP}ноября{NBSP}2026, 01:05 / 24{NBSP}ноября{NBSP}2026, 23:05"
