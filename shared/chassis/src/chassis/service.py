"""Compose a service: what it serves, what it consumes, what it publishes. Each service's `main.py` calls this, once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from faststream.nats import NatsBroker
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.middleware import Middleware

from chassis import streams
from chassis.assets import Assets
from chassis.auth import KeySet, Verifier
from chassis.broker import build_broker
from chassis.db import Database, connect_database
from chassis.http import ops
from chassis.http.asyncapi import asyncapi_document
from chassis.http.identity import Identity
from chassis.http.middleware import BoundedBody, Correlation, SameSite
from chassis.http.problems import install_problems
from chassis.inbox.consumer import Consumer
from chassis.inbox.subscriber import subscribe
from chassis.logs import logger
from chassis.metrics import Metrics
from chassis.outbox.relay import Relay
from chassis.outbox.wake import Waker
from chassis.pages import SecurityHeaders, build_pages
from chassis.runtime import Runtime
from chassis.settings import BODY_BYTES_MAX, Settings
from chassis.tasks import end_tasks
from contracts.base import Event
from contracts.registry import EVENTS, stream_of

log = logger("service")

STOP_SECONDS: Final = 15
START_SECONDS: Final = 60

Background = Callable[[Runtime], Awaitable[None]]


@dataclass(frozen=True)
class Service:
    """The table of contents of a service."""

    name: str
    title: str
    routers: tuple[APIRouter, ...]
    consumers: tuple[Consumer, ...] = ()
    templates: Path | None = None
    streams: tuple[Callable[..., dict[str, Any]], ...] = ()
    on_broker: Callable[[NatsBroker, Runtime], None] | None = None
    background: tuple[Background, ...] = ()
    settings: type[Settings] = Settings
    body_bytes_max: int = BODY_BYTES_MAX
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def publishes(self) -> tuple[type[Event], ...]:
        """The event types of the contracts that belong to this service."""
        return tuple(event for name, event in EVENTS.items() if name.startswith(f"{self.name}."))


def create_app(service: Service, settings: Settings | None = None) -> FastAPI:
    """Build the application; nothing is connected before its lifespan starts."""
    settings = settings or service.settings()
    metrics = Metrics(service.name)
    database = connect_database(
        settings.database_app_url, settings.database_worker_url, pool_size=settings.database_pool_size
    )
    waker = Waker(database.worker_engine)
    database = _with_waker(database, waker)
    broker = build_broker(service.name, settings)
    runtime = Runtime(service.name, settings, database, broker, metrics, waker, service.consumers)
    for consumer in service.consumers:
        subscribe(
            broker, consumer, sessions=database.worker, database_url=settings.database_worker_url, metrics=metrics
        )
    for event in service.publishes:
        broker.publisher(f"evt.{event.event_type}.*", title=event.event_type, description=event.__doc__, schema=event)
    if service.on_broker is not None:
        service.on_broker(broker, runtime)

    prefix = f"/{service.name}"
    keys = KeySet(url=f"{settings.center_url}/center/.well-known/jwks.json", path=settings.jwks_file)
    app = FastAPI(
        title=service.title,
        version="1",
        openapi_url=f"{prefix}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lambda _: running(service, runtime),
        middleware=[
            Middleware(Correlation, metrics=metrics),
            Middleware(
                SecurityHeaders,
                frame_ancestors=tuple(map(str, settings.frame_ancestors)),
                https=settings.public_url.startswith("https:"),
            ),
            Middleware(BoundedBody, bytes_max=service.body_bytes_max),
            Middleware(SameSite, public_url=settings.public_url),
            Middleware(Identity, verifier=Verifier(keys, settings.instance), instance=settings.instance),
        ],
    )
    app.state.runtime = runtime
    app.state.database = database
    app.state.settings = settings
    assets = Assets(settings.assets_dir)
    app.state.pages = build_pages(
        service.name, [service.templates] if service.templates else [], assets, demo=settings.demo
    )
    install_problems(app)
    app.include_router(ops.probes)
    app.include_router(ops.router, prefix=prefix)
    for router in service.routers:
        app.include_router(router, prefix=prefix)
    app.add_api_route(f"{prefix}/asyncapi.json", asyncapi_document(service.title, broker), include_in_schema=False)
    if assets.built:
        app.mount("/assets", assets.files())
    return app


def _with_waker(database: Database, waker: Waker) -> Database:
    def sessions(engine: Any) -> async_sessionmaker[AsyncSession]:
        return async_sessionmaker(engine, expire_on_commit=False, info={"waker": waker})

    return Database(
        database.app_engine, database.worker_engine, sessions(database.app_engine), sessions(database.worker_engine)
    )


@contextlib.asynccontextmanager
async def running(service: Service, runtime: Runtime) -> AsyncIterator[None]:
    """Start broker, streams, consumers, relay and background work; stop them in the opposite order."""
    broker, settings = runtime.broker, runtime.settings
    await _connect(broker)

    async def ensure() -> None:
        days = settings.stream_max_age_days
        await streams.ensure_stream(broker.connection, streams.event_stream(service.name, max_age_days=days))
        for extra in service.streams:
            await streams.ensure_stream(broker.connection, extra(max_age_days=days))

    await ensure()
    await broker.start()
    runtime.relay = relay = Relay(
        service=service.name,
        database_url=settings.database_worker_url,
        client=broker.connection,
        stream=stream_of(service.name),
        metrics=runtime.metrics,
        ensure_stream=ensure,
        waker=runtime.waker,
    )
    relaying = asyncio.create_task(relay.run(), name="relay")
    others = [asyncio.create_task(_keep_running(work, runtime)) for work in service.background]
    log.info("service.started", service=service.name)
    try:
        yield
    finally:
        await end_tasks(others)
        relay.stop()
        await asyncio.wait({relaying}, timeout=STOP_SECONDS if relay.leading else 0.1)
        await end_tasks([relaying])
        await broker.stop()
        await runtime.waker.close()
        await runtime.database.dispose()
        log.info("service.stopped", service=service.name)


async def _connect(broker: NatsBroker) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                await broker.connect()
                return
            except Exception as error:  # nats-py raises several kinds while the server is not there yet
                log.info("service.waiting_for_broker", reason=str(error))
                await asyncio.sleep(0.5)


async def _keep_running(work: Background, runtime: Runtime) -> None:
    """A background job that fails is logged and begun again; it never takes the service with it."""
    pause = 0.5
    while True:
        try:
            await work(runtime)
            return
        except Exception as error:
            log.exception("background.failed", job=getattr(work, "__name__", "job"), error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 30)
