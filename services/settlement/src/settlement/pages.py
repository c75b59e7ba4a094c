"""The pages of settlement: a month at a glance, a pair down to its lessons, an act to sign and print."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from chassis.auth import Principal, require
from chassis.errors import FieldError, NotFound
from chassis.http.unit import UnitRoute, session
from chassis.pages import Pages
from settlement import steps
from settlement.domain.act import ACT_LABELS, Act, ActInvalid, Disagreement
from settlement.domain.method import ClaimFacts, FundingSource, MethodVerdict, lawful_methods
from settlement.domain.order import ORDER_LABELS
from settlement.domain.period import PERIOD_LABELS, PeriodKey, period_named
from settlement.operations import acts, closing, orders
from settlement.queries import acts as act_queries
from settlement.queries import orders as order_queries
from settlement.queries.figures import pair_figures, read_matrix
from settlement.queries.obligations import PAGE_ROWS, Filter, find_lessons, find_obligations
from settlement.queries.organizations import organization_names, parties
from settlement.queries.periods import list_periods
from settlement.queries.scope import EVERYTHING, READERS, scope_of
from settlement.wording import ACT_TONES, METHOD_TITLES, ORDER_TONES, PERIOD_TONES, period_title, price_text

router = APIRouter(route_class=UnitRoute, include_in_schema=False)

Session = Annotated[AsyncSession, Depends(session)]
Reader = Annotated[Principal, Depends(require(*READERS))]
Accountant = Annotated[Principal, Depends(require("accountant"))]
Officer = Annotated[Principal, Depends(require("operator", "department"))]
Version = Annotated[int, Form()]


@router.get("/")
async def index(
    request: Request,
    who: Reader,
    current: Session,
    period: Annotated[str, Query(max_length=12)] = "",
    view: Annotated[str, Query(pattern="^(before|after)$")] = "before",
) -> Response:
    """A month: figures, who owes whom before and after, acts, settlement orders."""
    scope = scope_of(who)
    periods = await list_periods(current, scope)
    key = period_named(period) if period else (PeriodKey.parse(periods[0].key) if periods else None)
    chosen = next((one for one in periods if key is not None and one.key == str(key)), None)
    if chosen is None or key is None:
        if period:
            raise NotFound("Такого расчётного периода нет: в нём не было занятий.")
        return _pages(request).render(request, "empty.html")
    matrix, totals = await read_matrix(current, scope, key)
    own_acts = await act_queries.list_acts(current, scope, period=key)
    own_orders = await order_queries.list_orders(current, scope, period=key)
    return _pages(request).render(
        request,
        "index.html",
        period=chosen,
        periods=periods,
        view=view,
        matrix=matrix,
        cells={(one.debtor_id, one.creditor_id): one for one in matrix.cells},
        totals=totals,
        acts=own_acts,
        orders=own_orders,
        waiting=steps.waiting_for(who, own_acts, own_orders),
    )


@router.get("/pairs/{creditor_id}/{debtor_id}")
async def pair(
    request: Request,
    creditor_id: UUID,
    debtor_id: UUID,
    who: Reader,
    current: Session,
    period: Annotated[str, Query(max_length=12)],
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """What one organisation owes another for a month: lawful methods, the act, and every lesson behind the sum."""
    scope, key = scope_of(who), period_named(period)
    wanted = Filter(key, creditor_id, debtor_id)
    found = await find_obligations(current, scope, wanted, rows=1)
    if not found.total:
        raise NotFound("Между этими организациями за период обязательств нет.")
    lessons, total = await find_lessons(current, scope, wanted, page=page)
    figures = await pair_figures(current, scope, period=key, pairs=[(creditor_id, debtor_id)])
    known = await parties(current)
    verdicts: tuple[MethodVerdict, ...] = ()
    if creditor_id in known and debtor_id in known:
        owed = figures[0].outstanding_kopecks if figures else 0
        facts = ClaimFacts(owed, datetime.now(UTC).date(), counter_source=await _counter(current, key, wanted))
        verdicts = lawful_methods(known[creditor_id], known[debtor_id], facts)
    own = [
        one
        for one in await act_queries.list_acts(current, scope, period=key)
        if (one.executor_id, one.customer_id) == (creditor_id, debtor_id)
    ]
    return _pages(request).render(
        request,
        "pair.html",
        names=await organization_names(current, {creditor_id, debtor_id}),
        creditor_id=creditor_id,
        debtor_id=debtor_id,
        key=key,
        figures=figures[0] if figures else None,
        found=found,
        lessons=lessons,
        page=page,
        pages_count=max(1, -(-total // PAGE_ROWS)),
        verdicts=verdicts,
        acts=own,
    )


@router.get("/acts/{act_id}")
async def act(request: Request, act_id: UUID, who: Reader, current: Session) -> Response:
    """An act, ready to print."""
    return _act_page(request, await act_queries.get_act(current, scope_of(who), act_id))


@router.post("/acts/{act_id}/send")
async def send(act_id: UUID, who: Accountant, current: Session, version: Version) -> Response:
    """Sign and send."""
    done = await acts.send_act(current, who, act_id, version=version)
    return _to_period(done.period)


@router.post("/acts/{act_id}/confirm")
async def confirm(act_id: UUID, who: Accountant, current: Session, version: Version) -> Response:
    """Sign and accept."""
    done = await acts.confirm_act(current, who, act_id, version=version)
    return _to_period(done.period)


@router.post("/acts/{act_id}/dispute")
async def dispute(request: Request, act_id: UUID, who: Accountant, current: Session, version: Version) -> Response:
    """Return with disagreements; the form has a figure and a reason for each line."""
    form = await request.form()
    known = await act_queries.get_act(current, scope_of(who), act_id)
    try:
        given = [
            Disagreement(
                one.line_id, _kopecks(f"amount_{one.line_id}", amount), str(form.get(f"reason_{one.line_id}", ""))
            )
            for one in known.lines
            if (amount := str(form.get(f"amount_{one.line_id}", "")).strip())
        ]
        await acts.dispute_act(current, who, act_id, given, version=version)
    except ActInvalid as error:
        return _act_page(request, known, errors=error.errors)
    return RedirectResponse(f"/settlement/acts/{act_id}", 303)


@router.post("/acts/{act_id}/correct")
async def correct(request: Request, act_id: UUID, who: Accountant, current: Session, version: Version) -> Response:
    """Answer the disagreements with corrected hours."""
    form = await request.form()
    known = await act_queries.get_act(current, scope_of(who), act_id)
    try:
        hours = {
            one.line_id: _decimal(f"hours_{one.line_id}", str(form.get(f"hours_{one.line_id}", one.quantity)))
            for one in known.lines
        }
        await acts.correct_act(current, who, act_id, hours, version=version)
    except ActInvalid as error:
        return _act_page(request, known, errors=error.errors)
    return RedirectResponse(f"/settlement/acts/{act_id}", 303)


@router.post("/periods/{period:path}/close")
async def close(period: str, _: Officer, current: Session) -> Response:
    """Close the month and draw up its acts."""
    key = period_named(period)
    await closing.close_period(current, key)
    return _to_period(key)


@router.post("/setoffs")
async def propose(_: Officer, current: Session, period: Annotated[str, Form(max_length=12)]) -> Response:
    """Propose set-offs and corrections."""
    key = period_named(period)
    await orders.propose_orders(current, key)
    return _to_period(key, "#orders")


@router.post("/setoffs/{order_id}/agree")
async def agree(order_id: UUID, who: Accountant, current: Session, version: Version) -> Response:
    """Agree for the own organisation."""
    row = await orders.agree_order(current, who, order_id, version=version)
    return _to_period(PeriodKey.parse(row.period), "#orders")


@router.post("/setoffs/{order_id}/reject")
async def reject(order_id: UUID, who: Accountant, current: Session, version: Version) -> Response:
    """Refuse for the own organisation."""
    row = await orders.reject_order(current, who, order_id, version=version)
    return _to_period(PeriodKey.parse(row.period), "#orders")


@router.post("/setoffs/{order_id}/execute")
async def execute(order_id: UUID, who: Officer, current: Session, version: Version) -> Response:
    """Reduce the claims."""
    row = await orders.execute_order(current, who, order_id, version=version)
    return _to_period(PeriodKey.parse(row.period), "#orders")


async def _counter(current: AsyncSession, key: PeriodKey, wanted: Filter) -> FundingSource | None:
    """The source of the counter-claim, if there is one."""
    assert wanted.creditor_id is not None
    assert wanted.debtor_id is not None
    against = await pair_figures(current, EVERYTHING, period=key, pairs=[(wanted.debtor_id, wanted.creditor_id)])
    return FundingSource.OWN_INCOME if any(one.outstanding_kopecks > 0 for one in against) else None


def _act_page(request: Request, act: Act, errors: tuple[FieldError, ...] = ()) -> Response:
    return _pages(request).render(request, "act.html", status=422 if errors else 200, act=act, errors=errors)


def _to_period(key: PeriodKey, place: str = "") -> RedirectResponse:
    return RedirectResponse(f"/settlement/?period={key}{place}", 303)


def _decimal(field: str, text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", ".").replace("\u00a0", "").replace(" ", ""))
        if not value.is_finite() or not 0 <= value <= 10**9 or value != round(value, 2):
            raise InvalidOperation
    except InvalidOperation as error:
        problem = FieldError(field, "Это не число с двумя знаками.", "Напишите, например, 1234,50.")
        raise ActInvalid("Исправьте числа.", errors=(problem,)) from error
    return value


def _kopecks(field: str, text: str) -> int:
    return int(_decimal(field, text) * 100)


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    pages.environment.globals.setdefault("steps", steps)
    for name, value in (
        ("act_labels", {state: (ACT_LABELS[state], ACT_TONES[state]) for state in ACT_LABELS}),
        ("order_labels", {state: (ORDER_LABELS[state], ORDER_TONES[state]) for state in ORDER_LABELS}),
        ("period_labels", {state: (PERIOD_LABELS[state], PERIOD_TONES[state]) for state in PERIOD_LABELS}),
        ("method_titles", METHOD_TITLES),
        ("period_title", period_title),
        ("price_text", price_text),
    ):
        pages.environment.globals.setdefault(name, value)
    return pages
