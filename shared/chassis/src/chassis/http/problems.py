"""Errors as RFC 9457 problem details for programs, as a readable page for people."""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse

from chassis import trace
from chassis.errors import Conflict, DomainError, FieldError, Unauthenticated
from chassis.logs import logger

log = logger("http")

_TITLES = {
    400: "Запрос составлен неверно.",
    404: "Такой страницы нет.",
    405: "Этот адрес не принимает такой запрос.",
    413: "Запрос слишком велик.",
    422: "Данные не прошли проверку.",
    503: "Служба временно недоступна.",
}
_MESSAGES = {
    "missing": ("Поле обязательно.", "Добавьте его."),
    "json_invalid": ("Это не JSON.", "Проверьте кавычки и запятые; кодировка UTF-8."),
    "uuid_parsing": ("Это не UUID.", "Возьмите идентификатор из ответа платформы."),
    "int_parsing": ("Нужно целое число.", ""),
    "date_from_datetime_parsing": ("Нужна дата ГГГГ-ММ-ДД.", ""),
    "extra_forbidden": ("Такого поля нет.", "Уберите его или исправьте имя."),
}


def problem_body(status: int, code: str, title: str, errors: tuple[FieldError, ...] = ()) -> dict[str, Any]:
    """The members of a problem document; `errors` names each field, what is wrong, and the cure."""
    body: dict[str, Any] = {
        "type": f"urn:bezgranits:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "correlation_id": trace.correlation_id.get(),
    }
    if errors:
        body["errors"] = [{"field": one.field, "message": one.message, "cure": one.cure} for one in errors]
    return body


def wants_html(request: Request) -> bool:
    """Whether a person's browser asked, rather than a program."""
    return "/api/" not in request.url.path and "text/html" in request.headers.get("accept", "")


def _answer(request: Request, status: int, code: str, title: str, errors: tuple[FieldError, ...] = ()) -> Response:
    body = problem_body(status, code, title, errors)
    pages = getattr(request.app.state, "pages", None)
    if pages is not None and wants_html(request):
        response: Response = pages.render(request, "problem.html", status=status, problem=body)
        return response
    return JSONResponse(body, status, media_type="application/problem+json")


def _field_errors(error: RequestValidationError) -> tuple[FieldError, ...]:
    found = []
    for one in error.errors()[:50]:
        place = [str(part) for part in one["loc"] if part not in ("body", "query", "path", "header")]
        message, cure = _MESSAGES.get(one["type"], (one["msg"], ""))
        found.append(FieldError(".".join(place) or "body", message, cure))
    return tuple(found)


def install_problems(app: FastAPI, *, sign_in_url: str = "/center/sign-in") -> None:
    """Register the handlers; only this module knows how a domain error becomes HTTP."""

    @app.exception_handler(DomainError)
    async def domain(request: Request, error: DomainError) -> Response:
        if isinstance(error, Unauthenticated) and wants_html(request) and request.method == "GET":
            target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(str(_with_next(sign_in_url, target)), 303)
        return _answer(request, error.status, error.error_code, error.message, error.errors)

    @app.exception_handler(StaleDataError)
    async def stale(request: Request, _: StaleDataError) -> Response:
        conflict = Conflict("Запись изменилась, пока вы её правили. Обновите страницу и повторите.")
        return _answer(request, 409, "stale_version", conflict.message)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        broken_json = any(one["type"] == "json_invalid" for one in error.errors())
        status, code = (400, "broken_json") if broken_json else (422, "invalid")
        return _answer(request, status, code, _TITLES[status], _field_errors(error))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        title = _TITLES.get(error.status_code, str(error.detail))
        return _answer(request, error.status_code, f"http_{error.status_code}", title)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        log.error("http.failed", path=request.url.path, error=type(error).__name__, exc_info=error)
        return _answer(request, 500, "internal", "Сбой на нашей стороне. Ничего не потеряно, повторите запрос.")


def _with_next(url: str, target: str) -> Any:
    import httpx

    return httpx.URL(url, params={"next": target})
