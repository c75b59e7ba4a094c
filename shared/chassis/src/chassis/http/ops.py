"""What operators read and decide: health, metrics, backbone figures, dead letters."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, PlainTextResponse

from chassis.audit import audit_consumer, audit_publisher
from chassis.auth import Principal, require
from chassis.errors import Conflict, DomainError, NotFound
from chassis.http.unit import UnitRoute, session
from chassis.inbox import durable, parking
from chassis.inbox.applying import database_is_away, words
from chassis.inbox.consumer import Consumer
from chassis.runtime import Runtime

OUTBOX_OLDEST_SECONDS_MAX = 60.0

Operator = Annotated[Principal, Depends(require("operator", "administrator"))]
Watcher = Annotated[Principal, Depends(require("operator", "administrator", "head", "department"))]
Session = Annotated[AsyncSession, Depends(session)]

probes = APIRouter(include_in_schema=False)
router = APIRouter(route_class=UnitRoute, prefix="/api/v1/ops", tags=["operators"])


@probes.get("/healthz")
async def alive() -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


@probes.get("/readyz")
async def ready(request: Request) -> Response:
    """Database, broker and relay really work; 503 names what does not."""
    runtime: Runtime = request.app.state.runtime
    checks = await runtime.checks(OUTBOX_OLDEST_SECONDS_MAX)
    return JSONResponse({"ready": all(checks.values()), "checks": checks}, 200 if all(checks.values()) else 503)


@probes.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus exposition, gauges measured now."""
    runtime: Runtime = request.app.state.runtime
    await runtime.refresh_gauges()
    return PlainTextResponse(runtime.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/status")
async def status(request: Request, _: Watcher, current: Session) -> dict[str, Any]:
    """The backbone of this service in figures."""
    runtime: Runtime = request.app.state.runtime
    published = await current.execute(
        text("SELECT event_type, count(*) FROM event_log GROUP BY event_type ORDER BY event_type")
    )
    counts = await parking.count_parked(current)
    backlog, oldest = await runtime.outbox_backlog()
    return {
        "service": runtime.service,
        "checks": await runtime.checks(OUTBOX_OLDEST_SECONDS_MAX),
        "outbox": {"backlog": backlog, "oldest_seconds": round(oldest, 3)},
        "published": dict(map(tuple, published)),
        "consumers": [
            {
                "name": consumer.name,
                "source": consumer.source,
                "lag": await _lag(runtime, consumer),
                "waiting": counts.get((consumer.name, "waiting"), 0),
                "dead": counts.get((consumer.name, "dead"), 0),
            }
            for consumer in runtime.consumers
        ],
    }


@router.get("/audit")
async def audit(request: Request, _: Watcher, current: Session) -> dict[str, Any]:
    """Recorded = in the stream = applied, by ids; expensive on a full stream, so asked for, never polled."""
    runtime: Runtime = request.app.state.runtime
    consumers = [await audit_consumer(runtime, current, one) for one in runtime.consumers]
    return {
        "publisher": asdict(await audit_publisher(runtime, current)),
        "consumers": [asdict(one) for one in consumers],
    }


async def _lag(runtime: Runtime, consumer: Consumer) -> int | None:
    try:
        return await durable.lag(runtime.broker.connection, consumer)
    except Exception:
        return None  # the broker is away; the checks say so


@router.get("/dead-letters")
async def dead_letters(
    _: Operator,
    current: Session,
    state: Annotated[str | None, Query(pattern="^(waiting|dead|discarded)$")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> list[dict[str, Any]]:
    """Events that wait for another try or for a decision."""
    return [_public(one) for one in await parking.list_parked(current, state=state, limit=limit, offset=offset)]


@router.get("/dead-letters/{consumer}/{event_id}")
async def dead_letter(consumer: str, event_id: UUID, _: Operator, current: Session) -> dict[str, Any]:
    """One of them, with its envelope and data."""
    return _public(await parking.get_parked(current, consumer, event_id))


@router.post("/dead-letters/{consumer}/{event_id}/retry")
async def retry(consumer: str, event_id: UUID, request: Request, _: Operator) -> dict[str, str]:
    """Apply it now: `applied`, or `superseded` where a newer state is in place already."""
    runtime: Runtime = request.app.state.runtime
    declared = next((one for one in runtime.consumers if one.name == consumer), None)
    if declared is None:
        raise NotFound("Такого потребителя здесь нет.")
    try:
        async with runtime.database.worker() as work, work.begin():
            outcome = await parking.retry(work, declared, event_id)
    except DomainError:
        raise
    except Exception as error:  # whatever the handler says, the operator needs its reason
        if database_is_away(error):
            raise
        raise Conflict(f"Событие снова не применилось: {words(error)}", code="still_failing") from error
    return {"outcome": outcome}


@router.post("/dead-letters/{consumer}/{event_id}/discard", status_code=204)
async def discard(consumer: str, event_id: UUID, who: Operator, current: Session) -> None:
    """Give it up for good; it stays readable."""
    await parking.discard(current, consumer, event_id, by=str(who.account_id))


def _public(one: parking.ParkedEvent) -> dict[str, Any]:
    return asdict(one)
