"""«Заявки»: seats and results, from the host's side and from the home school's."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response

from chassis.errors import DomainError
from chassis.http.unit import UnitRoute
from enrollment.access import Coordinator, RequestReader, Session, Teacher
from enrollment.domain.half_years import half_year_days, half_year_of, half_year_title
from enrollment.operations.placements import allocate_seats, decline_placement
from enrollment.operations.results import ResultGiven, issue_results, recognize_result, return_result
from enrollment.pages.render import render, see
from enrollment.pages.request_lines import course_seats
from enrollment.pages.words import today
from enrollment.queries.copies import organization_names
from enrollment.queries.figures import figures
from enrollment.queries.offers import list_offers
from enrollment.queries.placements import find_placement, list_placements
from enrollment.queries.results import find_result, list_results
from enrollment.sides import OVERSEERS, acting_for, as_home, as_host

router = APIRouter(route_class=UnitRoute, include_in_schema=False)

PAGE = "/enrollment/requests"
Version = Annotated[int, Form()]
Reason = Annotated[str, Form(max_length=60)]
HalfYear = Annotated[str, Query(max_length=10)]


@router.get("/requests")
async def requests(request: Request, who: RequestReader, current: Session, half_year: HalfYear = "") -> Response:
    """Courses of the host with their queues, seats and results of the home school's pupils, figures of the centre."""
    half_year = half_year or half_year_of(today())
    half_year_days(half_year)
    placements = await list_placements(current, who)
    results = await list_results(current, who)
    is_host = who.has("coordinator", "teacher") and who.organization_id is not None
    offers = await list_offers(current, host_id=who.organization_id) if is_host else ()
    return render(
        request,
        "requests.html",
        half_year=half_year,
        half_years=_choices(half_year),
        courses=await course_seats(current, offers, placements, results, half_year),
        home_placements=[one for one in placements if not is_host or one.home_organization_id == who.organization_id],
        home_results=[one for one in results if not is_host or one.home_organization_id == who.organization_id],
        is_host=is_host,
        is_coordinator=who.has("coordinator"),
        is_tutor=who.has("tutor"),
        figures=await figures(current) if who.has(*OVERSEERS) else None,
        all_offers={one.id: one for one in await list_offers(current)} if who.has(*OVERSEERS) else {},
        names=await organization_names(current),
    )


@router.post("/offers/{offer_id}/allocation")
async def allocation(offer_id: UUID, who: Coordinator, current: Session) -> Response:
    """Give the free seats of the own course."""
    await allocate_seats(current, acting_for(who), offer_id)
    return see(f"{PAGE}#offer-{offer_id}")


@router.post("/placements/{placement_id}/decline")
async def decline(placement_id: UUID, who: Coordinator, current: Session, reason_code: Reason) -> Response:
    """Refuse a request without a seat."""
    placement = await find_placement(current, placement_id, as_host(who))
    await decline_placement(current, placement, reason_code)
    return see(f"{PAGE}#offer-{placement.offer_id}")


@router.post("/offers/{offer_id}/results")
async def issue(
    request: Request, offer_id: UUID, who: Teacher, current: Session, half_year: Annotated[str, Form(max_length=10)]
) -> Response:
    """Issue the marks that were chosen; pupils without a choice are left for later."""
    marks = {
        name.removeprefix("mark-"): value
        for name, value in (await request.form()).items()
        if name.startswith("mark-") and isinstance(value, str) and value
    }
    try:
        given = [ResultGiven(UUID(placement_id), half_year, mark) for placement_id, mark in marks.items()]
    except ValueError as error:
        raise DomainError("Форма устарела. Обновите страницу и повторите.", code="form.broken") from error
    await issue_results(current, acting_for(who), given)
    return see(f"{PAGE}?half_year={half_year}#offer-{offer_id}")


@router.post("/results/{result_id}/recognition")
async def recognition(result_id: UUID, who: Coordinator, current: Session, version: Version) -> Response:
    """The home school recognises a result."""
    result, placement = await find_result(current, result_id, as_home(who))
    await recognize_result(current, result, placement, version)
    return see(f"{PAGE}#results")


@router.post("/results/{result_id}/return")
async def give_back(
    result_id: UUID, who: Coordinator, current: Session, version: Version, reason_code: Reason
) -> Response:
    """The home school returns a result with a reason."""
    result, placement = await find_result(current, result_id, as_home(who))
    await return_result(current, result, placement, version, reason_code)
    return see(f"{PAGE}#results")


def _choices(half_year: str) -> list[tuple[str, str]]:
    year = int(half_year[:4])
    return [(code, half_year_title(code)) for code in (f"{year}-H1", f"{year}-H2")]
