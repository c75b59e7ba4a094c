"""A POST that changes a row and records an event, against a no-op; a commit that wakes the relay, against one that does not."""

import asyncio
import time
import uuid
from typing import Annotated, Any

import httpx
from backbone_sample import offer
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bench.harness import Ground, Result, compare, connected, interleaved
from chassis.http.unit import UnitRoute, session
from chassis.outbox import record
from chassis.outbox.wake import Waker
from contracts.catalog import OfferPublished

REQUESTS = 600
CONCURRENT = 8
ADVANCE = text(
    "INSERT INTO kept (id, version, title) VALUES (:id, 1, '') "
    "ON CONFLICT (id) DO UPDATE SET version = kept.version + 1 RETURNING version"
)


def build(database: Any) -> FastAPI:
    router = APIRouter(route_class=UnitRoute)
    plain = APIRouter()

    @router.post("/offers")
    async def post(body: dict[str, Any], current: Annotated[AsyncSession, Depends(session)]) -> dict[str, Any]:
        one = uuid.UUID(body["id"])
        version = int(await current.scalar(ADVANCE, {"id": one}) or 0)
        await record(current, OfferPublished(**offer(one)), sequence=version)
        return {"version": version}

    @plain.post("/nothing")
    async def nothing(body: dict[str, Any]) -> dict[str, Any]:
        return {"version": 1}

    app = FastAPI()
    app.state.database = database
    app.include_router(router)
    app.include_router(plain)
    return app


async def bench(ground: Ground) -> list[Result]:
    """Requests a second with eight at once."""
    async with connected(ground.database(), pool_size=CONCURRENT) as database:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=build(database)), base_url="http://bench")
        waker = Waker(database.worker_engine)
        woken = async_sessionmaker(database.app_engine, expire_on_commit=False, info={"waker": waker})
        values = await interleaved(
            5,
            post=lambda: _requests(client, "/offers"),
            nothing=lambda: _requests(client, "/nothing"),
            woken=lambda: _writes(woken),
            plain=lambda: _writes(database.app),
        )
        await client.aclose()
        await waker.close()
    return [
        compare("post_with_event", values, "post", "nothing", goal=0.35, unit="req/s", peer_name="FastAPI no-op"),
        compare("commit_with_wake_up", values, "woken", "plain", goal=0.9, unit="tx/s", peer_name="without wake-up"),
    ]


async def _requests(client: httpx.AsyncClient, path: str) -> float:
    async def some() -> None:
        for _ in range(REQUESTS // CONCURRENT):
            answer = await client.post(path, json={"id": str(uuid.uuid4())})
            assert answer.status_code == 200, answer.text

    started = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(CONCURRENT)))
    return REQUESTS / (time.perf_counter() - started)


async def _writes(sessions: async_sessionmaker[AsyncSession]) -> float:
    async def some() -> None:
        for _ in range(REQUESTS // CONCURRENT):
            one = uuid.uuid4()
            async with sessions() as current, current.begin():
                version = int(await current.scalar(ADVANCE, {"id": one}) or 0)
                await record(current, OfferPublished(**offer(one)), sequence=version)

    started = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(CONCURRENT)))
    return REQUESTS / (time.perf_counter() - started)
