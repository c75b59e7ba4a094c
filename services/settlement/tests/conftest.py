"""Settlement, running, with a small network: three schools, a boarding school (казённая), a college, their founder."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from nats.aio.client import Client
from platform_fixtures import Databases, eventually
from server_sources import Servers
from service_fixtures import Running, running_service

from chassis.inbox import Received
from contracts.catalog import OfferPublished
from contracts.center import OrganizationRegistered
from contracts.enrollment import Attendance, LessonDelivered
from contracts.envelope import Envelope
from settlement.main import service

API = "/settlement/api/v1"
PUPIL_HOUR = {"kind": "pupil_hour", "norm_kopecks": 400_000_00, "share": "1", "hours_a_year": 1156}
NAMES = {
    "department": ("Департамент", "treasury", "municipal"),
    "school": ("Тазовская СОШ", "budgetary", "municipal"),
    "club": ("Дом творчества", "budgetary", "municipal"),
    "centre": ("Спортивный центр", "autonomous", "municipal"),
    "boarding": ("Школа-интернат", "treasury", "municipal"),
    "college": ("Колледж", "regional_budgetary", "regional"),
}


def organization(slug: str) -> OrganizationRegistered:
    name, kind, level = NAMES[slug]
    return OrganizationRegistered(
        organization_id=uuid.uuid5(uuid.NAMESPACE_DNS, slug),
        slug=slug,
        short_name=name,
        legal_type=kind,  # type: ignore[arg-type]
        budget_level=level,  # type: ignore[arg-type]
        network_roles=("founder",) if slug == "department" else ("participant",),
        settlement="Тазовский",
        time_zone="Asia/Yekaterinburg",
    )


@dataclass
class Network:
    """The service and the organisations it has heard of; `offers` by host and tariff."""

    run: Running
    ids: dict[str, uuid.UUID]
    offers: dict[tuple[str, str], uuid.UUID] = field(default_factory=dict)

    def accountant(self, slug: str) -> dict[str, str]:
        return self.run.bearer("accountant", organization_id=self.ids[slug])

    @property
    def operator(self) -> dict[str, str]:
        return self.run.bearer("operator")

    @property
    def department(self) -> dict[str, str]:
        return self.run.bearer("department", organization_id=self.ids["department"])

    async def post(self, path: str, body: dict[str, Any] | None = None, *, by: dict[str, str]) -> httpx.Response:
        return await self.run.client.post(f"{API}/{path}", json=body or {}, headers=by)

    async def get(self, path: str, *, by: dict[str, str] | None = None) -> Any:
        answer = await self.run.client.get(f"{API}/{path}", headers=by or self.operator)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def tariff(self, code: str, terms: dict[str, Any], valid_from: str = "2026-01-01") -> None:
        body = {"code": code, "valid_from": valid_from, "valid_to": None, "terms": terms}
        answer = await self.post("tariffs", body, by=self.operator)
        assert answer.status_code == 201, answer.text

    async def contract(self, host: str, home: str, number: str = "1") -> httpx.Response:
        body = {
            "number": number,
            "host_organization_id": str(self.ids[host]),
            "home_organization_id": str(self.ids[home]),
            "valid_from": "2026-09-01",
            "valid_to": "2027-05-31",
        }
        return await self.post("contracts", body, by=self.operator)

    async def offer(self, host: str, tariff: str) -> uuid.UUID:
        event = OfferPublished(
            offer_id=uuid.uuid4(),
            organization_id=self.ids[host],
            title=f"Курс «{host}»",
            level="advanced",
            grades=(10,),
            hours_total="68",
            hours_per_week="2",
            capacity=12,
            mode="online",
            settlement="Тазовский",
            starts_on=date(2026, 9, 1),
            ends_on=date(2027, 5, 31),
            tariff_code=tariff,
            status="published",
        )
        await self.run.publish(event)
        await eventually(lambda: self.run.scalar("SELECT 1 FROM offer WHERE id = :id", id=event.offer_id))
        self.offers[host, tariff] = event.offer_id
        return event.offer_id

    def lesson(
        self,
        host: str,
        *homes: str,
        day: date = date(2026, 10, 5),
        hours: str = "1",
        tariff: str = "ph",
        offer_id: uuid.UUID | None = None,
        lesson_id: uuid.UUID | None = None,
        pupils: tuple[uuid.UUID, ...] = (),
    ) -> LessonDelivered:
        """A lesson with a new pupil of each named home organisation."""
        who = pupils or tuple(uuid.uuid4() for _ in homes)
        return LessonDelivered(
            lesson_id=lesson_id or uuid.uuid4(),
            offer_id=offer_id or self.offers[host, tariff],
            host_organization_id=self.ids[host],
            delivered_on=day,
            hours=hours,
            attendances=tuple(
                Attendance(pupil_id=pupil, home_organization_id=self.ids[home], accepted_hours=hours)
                for pupil, home in zip(who, homes, strict=True)
            ),
        )

    async def deliver(self, *lessons: LessonDelivered) -> None:
        """Publish lessons and wait until all their obligations stand."""
        for one in lessons:
            await self.run.publish(one)
        expected = sum(
            1 for one in lessons for at in one.attendances if at.home_organization_id != one.host_organization_id
        )
        ids = [one.lesson_id for one in lessons]
        await eventually(
            lambda: self.run.scalar(
                "SELECT count(*) = :n FROM obligation WHERE lesson_id = ANY(:ids)", n=expected, ids=ids
            )
        )

    async def reconciled(self) -> dict[str, Any]:
        """The reconciliation, which must find nothing."""
        found: dict[str, Any] = await self.get("reconciliation")
        assert found["reconciled"], found["differences"]
        assert found["ledger_sum_kopecks"] == 0
        return found


def received(lesson: LessonDelivered) -> Received[LessonDelivered]:
    """The lesson as a consumer hands it to the operation."""
    envelope = Envelope(
        uuid.uuid4(), lesson.event_type, "/services/enrollment", str(lesson.lesson_id), datetime.now(UTC), 1
    )
    return Received(envelope, lesson, 1)


@pytest.fixture
async def network(
    databases: Databases, servers: Servers, nats_client: Client, tmp_path: Path
) -> AsyncIterator[Network]:
    """Organisations known, the tariff `ph` published, an offer of each host by it, contracts between all three schools."""
    async with running_service(service, databases, servers, nats_client, tmp_path) as run:
        made = Network(run, {})
        for slug in NAMES:
            event = organization(slug)
            made.ids[slug] = event.organization_id
            await run.publish(event)
        await eventually(lambda: run.scalar("SELECT count(*) = :n FROM organization", n=len(NAMES)))
        await made.tariff("ph", PUPIL_HOUR)
        for host in ("school", "club", "centre", "boarding", "college"):
            await made.offer(host, "ph")
            for home in ("school", "club", "centre", "boarding"):
                if host != home:
                    answer = await made.contract(host, home)
                    assert answer.status_code == 201, answer.text
        yield made
