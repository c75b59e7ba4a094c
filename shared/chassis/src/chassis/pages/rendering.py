"""The Jinja environment of a service and the rendering of whole pages, fragments and error pages."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from gettext import NullTranslations
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chassis.assets import Assets
from chassis.pages import charts, formats
from chassis.pages.navigation import MAIN_NAVIGATION, NavigationItem, current_item, visible_items
from chassis.pages.problems import explain
from chassis.pages.security import content_security_policy

SHARED_TEMPLATES = Path(__file__).parent / "templates"
PROBLEM_TEMPLATE = "problem.html"
DEFAULT_ZONE = ZoneInfo("Asia/Yekaterinburg")


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders the templates of one service inside the shared layout."""

    service: str
    environment: Environment
    assets: Assets
    navigation: tuple[NavigationItem, ...]
    footer: tuple[NavigationItem, ...]
    demo: bool

    def render(
        self,
        request: Request,
        name: str,
        *,
        status: int = 200,
        fragment: str | None = None,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """A page, or only its block `fragment` when htmx asks for a part of it.

        A GET answer carries an ETag, so an unchanged page costs 304 and no body. Error pages are marked with `X-Problem`.
        """
        if name == PROBLEM_TEMPLATE:
            headers = {"X-Problem": str(status), **(headers or {})}
            fragment = "problem"
        template = self.environment.get_template(name)
        values = {**self._layout(request, status), **context}
        if fragment and _asks_for_part(request):
            html = "".join(template.blocks[fragment](template.new_context(values)))
        else:
            html = template.render(values)
        response = HTMLResponse(html, status, headers=dict(headers or {}))
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers.setdefault("Vary", "HX-Request, Cookie")
        return _revalidated(request, response)

    def _layout(self, request: Request, status: int) -> dict[str, Any]:
        principal = getattr(request.state, "principal", None)
        items = visible_items(self.navigation, principal)
        query = request.query_params.multi_items()
        return {
            "request": request,
            "principal": principal,
            "nav": items,
            "footer_nav": visible_items(self.footer, principal),
            "nav_current": current_item(items, request.url.path) if status < 400 else None,
            "path": request.url.path,
            "sign_in_href": "/center/sign-in?" + urlencode({"next": _address(request)}),
            "back_href": _came_from(request),
            "csp": content_security_policy(),
            "query": partial(_query, query),
            "query_without": partial(_query_without, query),
        }


def build_pages(
    service: str,
    template_dirs: Iterable[Path],
    assets: Assets,
    *,
    navigation: Sequence[NavigationItem] = MAIN_NAVIGATION,
    footer: Sequence[NavigationItem] = (),
    translations: NullTranslations | None = None,
    zone: ZoneInfo = DEFAULT_ZONE,
    demo: bool = False,
) -> Pages:
    """The pages of a service: its own templates first, the shared ones (`base.html`, `ui.html`, `problem.html`) behind them.

    Every value is escaped, an unknown name is an error. `zone` is where times are shown unless the filter is told another.
    """
    environment = Environment(
        loader=FileSystemLoader([*template_dirs, SHARED_TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    # i18n adds this method at run time
    environment.install_gettext_translations(translations or NullTranslations(), newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        rubles=formats.rubles,
        hours=formats.hours,
        number=formats.number_ru,
        percent=formats.percent,
        date_ru=partial(formats.date_ru, zone=zone),
        month_ru=formats.month_ru,
        datetime_zone=partial(_datetime_zone, zone),
        plural_ru=formats.plural_ru,
        word_ru=formats.word_ru,
        sort_ru=formats.sort_ru,
        sort_key_ru=formats.sort_key_ru,
        field_errors=_errors_of_field,
    )
    environment.globals.update(
        asset=assets.url,
        demo=demo,
        service=service,
        idempotency_key=lambda: str(uuid4()),
        explain=explain,
        share=charts.share,
        spark=charts.spark,
        column_chart=charts.column_chart,
        heat=charts.heat,
        page_numbers=charts.page_numbers,
    )
    # globals, not imports: a fragment is rendered without the lines above its block
    for module in ("ui", "form", "chart"):
        environment.globals[module] = environment.get_template(f"{module}.html").module
    return Pages(service, environment, assets, tuple(navigation), tuple(footer), demo)


def _asks_for_part(request: Request) -> bool:
    """htmx wants a part, unless it follows a boosted link or restores its history: then it wants the page."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _came_from(request: Request) -> str:
    """The page of ours that led here, or nothing."""
    came = urlsplit(request.headers.get("Referer", ""))
    ours = came.netloc == request.headers.get("Host") and came.path != request.url.path
    return came.path + (f"?{came.query}" if came.query else "") if ours else ""


def _revalidated(request: Request, response: Response) -> Response:
    if request.method not in {"GET", "HEAD"} or response.status_code != 200:
        return response
    # weak: the server in front may compress, which changes the bytes and not the page
    etag = f'W/"{hashlib.sha256(response.body).hexdigest()[:20]}"'
    response.headers["ETag"] = etag
    known = {tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")}
    if etag not in known:
        return response
    kept = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary")}
    return Response(status_code=304, headers=kept)


def _datetime_zone(default: ZoneInfo, value: Any, zone: ZoneInfo | str | None = None) -> str:
    return formats.datetime_zone(value, zone or default)


def _query(pairs: Sequence[tuple[str, str]], **changes: object) -> str:
    """The query of this address with some values replaced (None removes a name): `query(page=2)`."""
    kept = [(name, value) for name, value in pairs if name not in changes]
    for name, value in changes.items():
        many = value if isinstance(value, list | tuple) else [value]
        kept += [(name, str(one)) for one in many if one is not None and one != ""]
    return "?" + urlencode(kept)


def _query_without(pairs: Sequence[tuple[str, str]], name: str, value: object) -> str:
    """The query without one value of a name, and from the first page again: the link that removes a chip."""
    return "?" + urlencode([pair for pair in pairs if pair != (name, str(value)) and pair[0] != "page"])


def _errors_of_field(errors: Iterable[Any], field: str) -> list[Any]:
    """Those of `chassis.errors.FieldError` (or equal mappings) that speak of one field."""
    return [one for one in errors if (one["field"] if isinstance(one, Mapping) else one.field) == field]
