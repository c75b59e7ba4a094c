"""The JSON interface of the catalogue."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, File, Query, Response, UploadFile
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse

from catalog import queries
from catalog.operations.offers import Verdict, close_offer, submit_offer
from catalog.operations.workbooks import import_workbook
from catalog.schemas import ImportOut, OfferIn, OfferOut, OffersOut, RowOut, VerdictOut
from chassis.auth import Principal, require
from chassis.http.problems import problem_body
from chassis.http.unit import UnitRoute, session

router = APIRouter(prefix="/api/v1", route_class=UnitRoute, tags=["catalogue"])

Session = Annotated[AsyncSession, Depends(session)]
Coordinator = Annotated[Principal, Depends(require("coordinator", "administrator"))]


@router.get("/offers")
async def list_offers(
    current: Session,
    q: Annotated[str, Query(max_length=200)] = "",
    subject_code: Annotated[list[str] | None, Query()] = None,
    level: Annotated[list[str] | None, Query()] = None,
    mode: Annotated[list[str] | None, Query()] = None,
    settlement: Annotated[list[str] | None, Query()] = None,
    organization: Annotated[list[str] | None, Query()] = None,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> OffersOut:
    """Published offers, found by words and facets."""
    chosen = {"subject_code": subject_code, "level": level, "mode": mode, "settlement": settlement}
    chosen["organization"] = organization
    search = queries.Search(q, {name: tuple(values or ()) for name, values in chosen.items()}, page)
    found = await queries.search_offers(current, search)
    items = tuple(OfferOut.model_validate(offer) for offer in found.offers)
    return OffersOut(items=items, total=found.total, page=page, pages=found.pages)


@router.get("/offers/{offer_id}")
async def get_offer(offer_id: UUID, current: Session) -> OfferOut:
    """One published offer."""
    return OfferOut.model_validate(await queries.get_offer(current, offer_id))


@router.post("/offers", status_code=201, response_model=VerdictOut)
async def post_offer(body: OfferIn, who: Coordinator, current: Session, response: Response) -> Any:
    """Publish an offer of one's own organisation, or change it by its `external_id`; a refusal names every reason."""
    organization = await queries.find_organization(current, who.organization_id)
    verdict = await submit_offer(current, organization, body.model_extra or {}, channel="http")
    if not verdict.accepted:
        return refusal(verdict)
    response.status_code = 201 if verdict.changed else 200
    response.headers["location"] = f"/catalog/api/v1/offers/{verdict.offer_id}"
    return verdict_out(verdict)


@router.post("/offers/import")
async def post_workbook(file: Annotated[UploadFile, File()], who: Coordinator, current: Session) -> ImportOut:
    """Submit every row of an XLSX workbook; a wrong row never stops the good ones."""
    organization = await queries.find_organization(current, who.organization_id)
    verdicts = await import_workbook(current, organization, await file.read())
    accepted = sum(one.accepted for one in verdicts)
    rows = tuple(RowOut(**asdict(one)) for one in verdicts)
    return ImportOut(accepted=accepted, refused=len(verdicts) - accepted, rows=rows)


@router.post("/offers/{offer_id}/close")
async def post_close(offer_id: UUID, who: Coordinator, current: Session) -> dict[str, str]:
    """Take no more requests for an offer."""
    assert who.organization_id is not None
    offer = await close_offer(current, who.organization_id, offer_id)
    return {"offer_id": str(offer.id), "status": offer.status}


def verdict_out(verdict: Verdict) -> VerdictOut:
    """A verdict as an answer, the same on every channel."""
    return VerdictOut.model_validate({**asdict(verdict), "accepted": verdict.accepted})


def refusal(verdict: Verdict) -> JSONResponse:
    """A refused offer as problem details; the refusal is kept, so the transaction is committed."""
    body = problem_body(422, "offer.refused", "Предложение не принято.", verdict.errors)
    body["submission_id"] = str(verdict.submission_id)
    return JSONResponse(body, 422, media_type="application/problem+json")
