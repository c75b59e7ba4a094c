"""One service, really running: its own migrated database, the session's broker, signed tokens, an HTTP client."""

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from nats.aio.client import Client
from platform_fixtures import Databases
from server_sources import Servers

from chassis.auth import ISSUER, cookie_name
from chassis.runtime import Runtime
from chassis.service import Service, create_app
from chassis.settings import Settings
from chassis.streams import ensure_stream, event_stream
from contracts.base import Event, service_of
from contracts.envelope import Envelope
from contracts.registry import EVENTS, SERVICES
from embedded.databases import ServiceDatabase

INSTANCE = "test"
KEY_ID = "test-key"


@dataclass
class Running:
    """A service under test."""

    app: FastAPI
    client: httpx.AsyncClient
    nats: Client
    urls: ServiceDatabase
    signing_key: Ed25519PrivateKey
    settings: Settings
    sequences: dict[uuid.UUID, int] = field(default_factory=dict)

    @property
    def runtime(self) -> Runtime:
        """The service's parts."""
        runtime: Runtime = self.app.state.runtime
        return runtime

    def token(
        self,
        *roles: str,
        organization_id: uuid.UUID | None = None,
        person_id: uuid.UUID | None = None,
        account_id: uuid.UUID | None = None,
        name: str = "Проверяющий",
    ) -> str:
        """An access token as center would sign it."""
        claims = {
            "sub": str(account_id or uuid.uuid4()),
            "iss": ISSUER,
            "aud": INSTANCE,
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "roles": list(roles),
            "name": name,
        }
        if organization_id:
            claims["org"] = str(organization_id)
        if person_id:
            claims["person"] = str(person_id)
        return jwt.encode(claims, self.signing_key, algorithm="EdDSA", headers={"kid": KEY_ID})

    def bearer(self, *roles: str, **who: Any) -> dict[str, str]:
        """Headers of a program."""
        return {"authorization": f"Bearer {self.token(*roles, **who)}"}

    def browser(self, *roles: str, **who: Any) -> dict[str, str]:
        """Headers of a browser that has signed in."""
        return {"cookie": f"{cookie_name(INSTANCE)}={self.token(*roles, **who)}", "accept": "text/html"}

    async def publish(
        self, event: Event, *, sequence: int | None = None, event_id: uuid.UUID | None = None
    ) -> uuid.UUID:
        """Put another service's event into its stream, as its relay would; sequences count up by aggregate."""
        sequence = sequence or self.sequences.get(event.aggregate_id, 0) + 1
        self.sequences[event.aggregate_id] = max(sequence, self.sequences.get(event.aggregate_id, 0))
        envelope = Envelope(
            id=event_id or uuid.uuid4(),
            type=event.event_type,
            source=f"/services/{service_of(event.event_type)}",
            subject=str(event.aggregate_id),
            time=datetime.now(UTC),
            sequence=sequence,
            audience=event.audience(),
        )
        headers = envelope.headers()
        headers["Nats-Msg-Id"] = f"{envelope.id}:{uuid.uuid4()}"  # a test may send the same event twice
        await self.nats.request(envelope.nats_subject(), event.model_dump_json().encode(), timeout=5, headers=headers)
        return envelope.id

    async def rows(self, query: str, **values: Any) -> list[Any]:
        """Rows of the service's database, read as the application."""
        from sqlalchemy import text

        async with self.runtime.database.app() as session:
            return list((await session.execute(text(query), values)).all())

    async def scalar(self, query: str, **values: Any) -> Any:
        """The first value of the first row, None without rows."""
        found = await self.rows(query, **values)
        return found[0][0] if found else None

    async def recorded(self, kind: type[Event]) -> list[Any]:
        """What the service has recorded of one event type, published or not, in order."""
        rows = await self.rows(
            "SELECT payload FROM (SELECT id, event_type, payload FROM outbox UNION ALL "
            "SELECT outbox_id, event_type, payload FROM event_log) t WHERE event_type = :type ORDER BY id",
            type=kind.event_type,
        )
        return [EVENTS[kind.event_type].model_validate_json(payload) for (payload,) in rows]


@contextlib.asynccontextmanager
async def running_service(
    service: Service,
    databases: Databases,
    servers: Servers,
    nats_client: Client,
    tmp_path: Path,
    **settings: Any,
) -> AsyncIterator[Running]:
    """Start the service's application with its consumers, relay and background work; stop everything afterwards."""
    urls = databases.fresh(service.name)
    signing_key = Ed25519PrivateKey.generate()
    keys = tmp_path / "keys.json"
    public = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(signing_key.public_key()))
    keys.write_text(json.dumps({"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "EdDSA"}]}))
    for name in SERVICES:
        await ensure_stream(nats_client, event_stream(name, max_age_days=30))
    chosen = {
        "instance": INSTANCE,
        "database_owner_url": urls.owner_url,
        "database_app_url": urls.app_url,
        "database_worker_url": urls.worker_url,
        "nats_url": servers.nats_url,
        "state_dir": tmp_path,
        "assets_dir": tmp_path / "no-assets",
        "jwks_file": keys,
        "public_url": "http://test",
        **settings,
    }
    made = service.settings(**chosen)
    app = create_app(service, made)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield Running(app, client, nats_client, urls, signing_key, made)
    await asyncio.sleep(0)
    databases.drop(urls)
