"""The catalogue's pages: what everybody sees, and what a coordinator adds."""

from dataclasses import asdict
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, File, Query, Request, Response, UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from catalog import queries
from catalog.domain.draft import LEVEL_TITLES, MODE_TITLES, WEEKDAY_TITLES, Level, Mode
from catalog.domain.subjects import SUBJECTS
from catalog.operations.workbooks import import_workbook
from chassis.auth import Principal, require
from chassis.errors import DomainError
from chassis.http.unit import UnitRoute, session
from chassis.pages import Pages

router = APIRouter(route_class=UnitRoute, include_in_schema=False)

Session = Annotated[AsyncSession, Depends(session)]
Coordinator = Annotated[Principal, Depends(require("coordinator", "administrator"))]
Chosen = Annotated[list[str] | None, Query()]

FACET_TITLES = {
    "level": "Уровень",
    "subject_code": "Предмет или направление",
    "mode": "Форма",
    "settlement": "Где",
    "organization": "Кто проводит",
}


def label(facet: str, value: str) -> str:
    """A facet's value in words."""
    if facet == "subject_code":
        return SUBJECTS[value].title if value in SUBJECTS else value
    if facet == "level":
        return LEVEL_TITLES[Level(value)] if value in set(Level) else value
    if facet == "mode":
        return MODE_TITLES[Mode(value)] if value in set(Mode) else value
    return value


def without(request: Request, name: str, value: str) -> str:
    """The address without one chosen value, from the first page again."""
    kept = [pair for pair in request.query_params.multi_items() if pair != (name, value) and pair[0] != "page"]
    return f"/catalog/?{urlencode(kept)}"


@router.get("/")
async def index(
    request: Request,
    current: Session,
    q: Annotated[str, Query(max_length=200)] = "",
    level: Chosen = None,
    subject_code: Chosen = None,
    mode: Chosen = None,
    settlement: Chosen = None,
    organization: Chosen = None,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """The open catalogue: words, facets with counts, removable chips; the address holds the state."""
    given = {"level": level, "subject_code": subject_code, "mode": mode, "settlement": settlement}
    chosen = {name: tuple(values or ()) for name, values in {**given, "organization": organization}.items()}
    found = await queries.search_offers(current, queries.Search(q, chosen, page))
    facets = [
        (title, name, [{**asdict(one), "label": label(name, one.value)} for one in found.facets[name]])
        for name, title in FACET_TITLES.items()
    ]
    chips = [(label(name, value), without(request, name, value)) for name, many in chosen.items() for value in many]
    return _pages(request).render(
        request, "index.html", fragment="results", found=found, facets=facets, chips=chips, q=q, page=page
    )


@router.get("/offers/{offer_id}")
async def offer(request: Request, offer_id: UUID, current: Session) -> Response:
    """One offer with its timetable."""
    return _pages(request).render(request, "offer.html", offer=await queries.get_offer(current, offer_id))


@router.get("/mine")
async def mine(request: Request, who: Coordinator, current: Session) -> Response:
    """A coordinator's offers and the verdicts on what was sent."""
    return await _mine(request, who, current)


@router.post("/mine/import")
async def upload(request: Request, who: Coordinator, current: Session, file: Annotated[UploadFile, File()]) -> Response:
    """Take a workbook and show what became of every row; the good rows stand already."""
    organization = await queries.find_organization(current, who.organization_id)
    try:
        verdicts = await import_workbook(current, organization, await file.read())
    except DomainError as error:
        return await _mine(request, who, current, errors=error.errors, status=422)
    return await _mine(request, who, current, verdicts=tuple(verdicts))


async def _mine(
    request: Request,
    who: Principal,
    current: AsyncSession,
    *,
    verdicts: tuple[object, ...] = (),
    errors: tuple[object, ...] = (),
    status: int = 200,
) -> Response:
    organization = await queries.find_organization(current, who.organization_id)
    return _pages(request).render(
        request,
        "mine.html",
        status=status,
        organization=organization.short_name,
        offers=await queries.offers_of(current, organization.id),
        submissions=await queries.submissions_of(current, organization.id),
        verdicts=verdicts,
        errors=errors,
    )


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    pages.environment.globals.setdefault("label", label)
    pages.environment.globals.setdefault("weekdays", WEEKDAY_TITLES)
    return pages
