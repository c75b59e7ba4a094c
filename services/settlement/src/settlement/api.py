"""The JSON interface of settlement."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal, require
from chassis.http.unit import UnitRoute, session
from settlement import schemas
from settlement.domain.period import period_named
from settlement.operations import acts, closing, orders
from settlement.operations.contracts import sign_contract
from settlement.operations.tariffs import publish_tariff
from settlement.queries import acts as act_queries
from settlement.queries import figures, obligations, terms
from settlement.queries import orders as order_queries
from settlement.queries.figures import Cell
from settlement.queries.obligations import ObligationView
from settlement.queries.orders import OrderView
from settlement.queries.periods import PeriodView, find_period, list_periods
from settlement.queries.reconciling import read_reconciliation
from settlement.queries.scope import READERS, scope_of
from settlement.queries.terms import ContractView, TariffView
from settlement.stored_terms import terms_from_json

router = APIRouter(prefix="/api/v1", route_class=UnitRoute, tags=["settlement"])

Session = Annotated[AsyncSession, Depends(session)]
Reader = Annotated[Principal, Depends(require(*READERS))]
Accountant = Annotated[Principal, Depends(require("accountant"))]
Officer = Annotated[Principal, Depends(require("operator", "department"))]
TariffKeeper = Annotated[Principal, Depends(require("department", "administrator", "operator"))]
Reconciler = Annotated[Principal, Depends(require("operator", "department", "head", "accountant"))]
Period = Annotated[str | None, Query(max_length=12, description="ГГГГ-ММ, уточняющий период ГГГГ-ММ/N.")]


class ObligationsOut(BaseModel):
    """A page of obligations with the sums over all pages."""

    items: tuple[ObligationView, ...]
    total: int
    page: int
    pages: int
    amount_kopecks: int


class MatrixOrganization(BaseModel):
    """An organisation of the matrix."""

    id: UUID
    name: str


class MatrixOut(BaseModel):
    """Claims, organisations × organisations: before, now (`after`), and once open proposals are executed (`projected`)."""

    period: str
    organizations: tuple[MatrixOrganization, ...]
    cells: tuple[Cell, ...]


@router.post("/tariffs", status_code=201)
async def post_tariff(body: schemas.TariffIn, _: TariffKeeper, current: Session) -> TariffView:
    """Publish a version of a tariff; an open-ended version before it ends the day before."""
    terms_given = terms_from_json(body.terms)
    values = body.model_dump(exclude={"terms"})
    return terms.tariff_view(await publish_tariff(current, terms=terms_given, **values))


@router.get("/tariffs")
async def get_tariffs(_: Reader, current: Session) -> tuple[TariffView, ...]:
    """Every version of every tariff."""
    return await terms.list_tariffs(current)


@router.post("/contracts", status_code=201)
async def post_contract(body: schemas.ContractIn, _: Officer, current: Session) -> ContractView:
    """Record a signed contract between a host and a home organisation."""
    return terms.contract_view(await sign_contract(current, **body.model_dump()))


@router.get("/contracts")
async def get_contracts(who: Reader, current: Session) -> tuple[ContractView, ...]:
    """Contracts that the reader may see."""
    return await terms.list_contracts(current, scope_of(who))


@router.get("/obligations")
async def get_obligations(
    who: Reader,
    current: Session,
    period: Period = None,
    creditor: UUID | None = None,
    debtor: UUID | None = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    rows: Annotated[int, Query(ge=1, le=500)] = obligations.PAGE_ROWS,
) -> ObligationsOut:
    """Obligations, one for each lesson and pupil, in the order of their lessons."""
    wanted = obligations.Filter(period_named(period) if period else None, creditor, debtor)
    found = await obligations.find_obligations(current, scope_of(who), wanted, page=page, rows=rows)
    pages = max(1, -(-found.total // rows))
    return ObligationsOut(
        items=found.items, total=found.total, page=page, pages=pages, amount_kopecks=found.amount_kopecks
    )


@router.get("/periods")
async def get_periods(who: Reader, current: Session) -> tuple[PeriodView, ...]:
    """All periods, the newest first."""
    return await list_periods(current, scope_of(who))


@router.post("/periods/{period:path}/close")
async def post_close(period: str, who: Officer, current: Session) -> PeriodView:
    """Close a period and draw up its acts; a month without lessons closes too, a closed one answers 409."""
    key = period_named(period)
    await closing.close_period(current, key)
    return await find_period(current, scope_of(who), key)


@router.post("/periods/{period:path}/settle")
async def post_settle(period: str, who: Officer, current: Session) -> PeriodView:
    """Mark a closed period settled; 409 while a pair still owes something for it."""
    key = period_named(period)
    found = await figures.pair_figures(current, scope_of(who), period=key)
    await closing.settle_period(current, key, sum(1 for one in found if one.outstanding_kopecks))
    return await find_period(current, scope_of(who), key)


@router.get("/acts")
async def get_acts(who: Reader, current: Session, period: Period = None) -> tuple[schemas.ActOut, ...]:
    """Acts with their lines."""
    key = period_named(period) if period else None
    return tuple(schemas.ActOut.of(one) for one in await act_queries.list_acts(current, scope_of(who), period=key))


@router.get("/acts/{act_id}")
async def get_act(act_id: UUID, who: Reader, current: Session) -> schemas.ActOut:
    """One act."""
    return schemas.ActOut.of(await act_queries.get_act(current, scope_of(who), act_id))


@router.post("/acts/{act_id}/send")
async def post_send(act_id: UUID, body: schemas.SignatureIn, who: Accountant, current: Session) -> schemas.ActOut:
    """The creditor's accountant signs and sends; a stale version answers 409."""
    return schemas.ActOut.of(await acts.send_act(current, who, act_id, version=body.version, post=body.post))


@router.post("/acts/{act_id}/confirm")
async def post_confirm(act_id: UUID, body: schemas.SignatureIn, who: Accountant, current: Session) -> schemas.ActOut:
    """The debtor's accountant signs; from here the claim may be settled."""
    return schemas.ActOut.of(await acts.confirm_act(current, who, act_id, version=body.version, post=body.post))


@router.post("/acts/{act_id}/dispute")
async def post_dispute(act_id: UUID, body: schemas.DisputeIn, who: Accountant, current: Session) -> schemas.ActOut:
    """The debtor's accountant returns the act with own figures."""
    given = schemas.disagreements_of(body)
    return schemas.ActOut.of(await acts.dispute_act(current, who, act_id, given, version=body.version))


@router.post("/acts/{act_id}/correct")
async def post_correct(act_id: UUID, body: schemas.CorrectionIn, who: Accountant, current: Session) -> schemas.ActOut:
    """The creditor's accountant answers a dispute with corrected hours and signs anew."""
    hours = {one.line_id: one.hours for one in body.lines}
    act = await acts.correct_act(current, who, act_id, hours, version=body.version, post=body.post)
    return schemas.ActOut.of(act)


@router.post("/setoffs", status_code=201)
async def post_setoffs(
    body: schemas.PeriodIn, who: Officer, current: Session, response: Response
) -> tuple[OrderView, ...]:
    """Propose set-offs and founder corrections over confirmed acts; 200 and an empty list when nothing can be cleared."""
    created = await orders.propose_orders(current, period_named(body.period))
    response.status_code = 201 if created else 200
    return tuple([await order_queries.get_order(current, scope_of(who), one) for one in created])


@router.get("/setoffs")
async def get_setoffs(who: Reader, current: Session, period: Period = None) -> tuple[OrderView, ...]:
    """Settlement orders with their clearings and agreements."""
    key = period_named(period) if period else None
    return await order_queries.list_orders(current, scope_of(who), period=key)


@router.get("/setoffs/{order_id}")
async def get_setoff(order_id: UUID, who: Reader, current: Session) -> OrderView:
    """One settlement order."""
    return await order_queries.get_order(current, scope_of(who), order_id)


@router.post("/setoffs/{order_id}/agree")
async def post_agree(order_id: UUID, body: schemas.VersionIn, who: Accountant, current: Session) -> OrderView:
    """A party's accountant agrees; the last one makes the order agreed."""
    await orders.agree_order(current, who, order_id, version=body.version)
    return await order_queries.get_order(current, scope_of(who), order_id)


@router.post("/setoffs/{order_id}/reject")
async def post_reject(order_id: UUID, body: schemas.VersionIn, who: Accountant, current: Session) -> OrderView:
    """A party's accountant refuses; the order is off for all."""
    await orders.reject_order(current, who, order_id, version=body.version)
    return await order_queries.get_order(current, scope_of(who), order_id)


@router.post("/setoffs/{order_id}/execute")
async def post_execute(order_id: UUID, body: schemas.VersionIn, who: Officer, current: Session) -> OrderView:
    """Reduce the claims in the ledger; a founder's correction needs the department."""
    await orders.execute_order(current, who, order_id, version=body.version)
    return await order_queries.get_order(current, scope_of(who), order_id)


@router.get("/matrix")
async def get_matrix(who: Reader, current: Session, period: Annotated[str, Query(max_length=12)]) -> MatrixOut:
    """Who owes whom, before and after set-off."""
    matrix, _ = await figures.read_matrix(current, scope_of(who), period_named(period))
    named = tuple(MatrixOrganization(id=one, name=name) for one, name in matrix.organizations)
    return MatrixOut(period=period, organizations=named, cells=matrix.cells)


@router.get("/reconciliation")
async def get_reconciliation(who: Reconciler, current: Session) -> schemas.ReconciliationOut:
    """Whether balances, postings, obligations and acts tell the same story; an accountant gets the own pairs."""
    return schemas.ReconciliationOut.of(await read_reconciliation(current, scope_of(who)))
