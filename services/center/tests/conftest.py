"""Center, running, with its own signing key and the password of the first administrator in files."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from nats.aio.client import Client
from platform_fixtures import Databases, eventually
from server_sources import Servers
from service_fixtures import INSTANCE, Running, running_service
from sqlalchemy import text

from center.domain.identifiers import complete_inn10, complete_ogrn
from center.main import service
from center.pages.sign_in import session_cookie_name
from chassis.auth import KeySet, Principal, Verifier, cookie_name

API = "/center/api/v1"
ADMIN_PASSWORD = "first password of all"
TOKEN_COOKIE, SESSION_COOKIE = cookie_name(INSTANCE), session_cookie_name(INSTANCE)


def school(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "slug": f"school-{number}",
        "full_name": f"Муниципальное бюджетное общеобразовательное учреждение «Школа {number}»",
        "short_name": f"Школа {number}",
        "legal_type": "budgetary",
        "budget_level": "municipal",
        "network_roles": ["base", "participant"],
        "settlement": "Тазовский",
        "time_zone": "Asia/Yekaterinburg",
        "inn": complete_inn10(f"89100{number:04}"),
        "kpp": "891001001",
        "ogrn": complete_ogrn(f"10289000{number:04}"),
        "oktmo": "71923000",
        "mailbox": f"school-{number}@school.example",
        "licences": [{"kind": "general", "number": f"Л-{number}", "issued_on": "2015-03-01"}],
        **changes,
    }


def pupil(organization_id: UUID, **changes: Any) -> dict[str, Any]:
    return {
        "full_name": "Образцова Анна Сергеевна",
        "home_organization_id": str(organization_id),
        "grade": 10,
        "cohort_year": 2026,
        "residence": "Гыда",
        "enrolled_on": "2026-09-01",
        **changes,
    }


def cookies_of(answer: httpx.Response) -> SimpleCookie:
    found: SimpleCookie = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        found.load(line)
    return found


def cookie(**values: str) -> dict[str, str]:
    """Headers of a browser; the names are `token` and `session`."""
    names = {"token": TOKEN_COOKIE, "session": SESSION_COOKIE}
    pairs = "; ".join(f"{names[name]}={value}" for name, value in values.items())
    return {"cookie": pairs, "accept": "text/html"}


@dataclass
class Center:
    run: Running
    keys: Path

    async def post(self, path: str, body: Any, *, role: str = "operator", **who: Any) -> httpx.Response:
        return await self.run.client.post(f"{API}{path}", json=body, headers=self.run.bearer(role, **who))

    async def get(self, path: str, *, role: str = "operator", **who: Any) -> httpx.Response:
        return await self.run.client.get(f"{API}{path}", headers=self.run.bearer(role, **who))

    async def organization(self, number: int = 1, **changes: Any) -> UUID:
        answer = await self.post("/organizations", school(number, **changes))
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["id"])

    async def pupils(self, *bodies: dict[str, Any]) -> list[UUID]:
        answer = await self.post("/pupils", {"pupils": list(bodies)})
        assert answer.status_code == 201, answer.text
        return [UUID(one) for one in answer.json()["ids"]]

    async def account(self, login: str, *roles: str, **changes: Any) -> httpx.Response:
        body = {"login": login, "password": "a long enough secret", "roles": list(roles), "name": "Иванов Пётр"}
        return await self.post("/accounts", {**body, **changes}, role="administrator")

    async def sign_in(
        self, login: str, password: str, headers: dict[str, str] | None = None, **form: str
    ) -> httpx.Response:
        return await self.run.client.post(
            "/center/sign-in", data={"login": login, "password": password, **form}, headers=headers or {}
        )

    async def sql(self, statement: str) -> None:
        """Change rows behind the service's back, to let time pass."""
        async with self.run.runtime.database.app() as session, session.begin():
            await session.execute(text(statement))

    async def principal(self, token: str) -> Principal:
        """Verify a token as the other services do."""
        return await Verifier(KeySet(path=self.keys), INSTANCE).principal(token)


@pytest.fixture
async def center(databases: Databases, servers: Servers, nats_client: Client, tmp_path: Path) -> AsyncIterator[Center]:
    password = tmp_path / "admin.password"
    password.write_text(ADMIN_PASSWORD + "\n")
    async with running_service(service, databases, servers, nats_client, tmp_path, admin_password_file=password) as run:
        keys = tmp_path / "keys.json"
        published = (await run.client.get("/center/.well-known/jwks.json")).json()
        # tokens of the tests and tokens that center signs are both good in this installation
        keys.write_text(json.dumps({"keys": json.loads(keys.read_text())["keys"] + published["keys"]}))
        await eventually(lambda: run.scalar("SELECT count(*) = 1 FROM account"))
        yield Center(run, keys)


DAY = date(2026, 10, 1)
