"""Enrollment, running, with three organisations, offers and pupils that other services have announced."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from nats.aio.client import Client
from platform_fixtures import Databases, eventually
from server_sources import Servers
from service_fixtures import Running, running_service

from contracts.catalog import OfferPublished
from contracts.center import OrganizationRegistered, PupilRegistered, TutorAssigned
from enrollment.main import service

API = "/enrollment/api/v1"
TUESDAY = (
    {"weekday": 2, "starts_at": "15:10", "ends_at": "16:40"},
    {"weekday": 4, "starts_at": "15:10", "ends_at": "15:55"},
)


def organization(slug: str, settlement: str = "Тазовский") -> OrganizationRegistered:
    return OrganizationRegistered(
        organization_id=uuid.uuid4(),
        slug=slug,
        short_name=f"Школа {slug}",
        legal_type="budgetary",
        budget_level="municipal",
        network_roles=("base", "participant"),
        settlement=settlement,
        time_zone="Asia/Yekaterinburg",
    )


def offer(host: OrganizationRegistered, title: str = "Физика онлайн", **changes: Any) -> OfferPublished:
    values: dict[str, Any] = {
        "offer_id": uuid.uuid4(),
        "organization_id": host.organization_id,
        "title": title,
        "subject_code": "physics",
        "level": "advanced",
        "grades": (10, 11),
        "hours_total": "102",
        "hours_per_week": "3",
        "capacity": 12,
        "mode": "online",
        "settlement": host.settlement,
        "starts_on": date(2026, 9, 14),
        "ends_on": date(2027, 5, 21),
        "slots": TUESDAY,
        "tariff_code": "pupil-hour-2026",
        "status": "published",
    }
    return OfferPublished(**{**values, **changes})


@dataclass
class Enrollment:
    run: Running
    home: OrganizationRegistered = field(default_factory=lambda: organization("home"))
    host: OrganizationRegistered = field(default_factory=lambda: organization("host"))
    far: OrganizationRegistered = field(default_factory=lambda: organization("far", "Гыда"))
    tutor_id: uuid.UUID = field(default_factory=uuid.uuid4)

    async def pupil(self, home: OrganizationRegistered | None = None, **changes: Any) -> uuid.UUID:
        """A pupil of grade 10 with the tutor, known to the service."""
        (pupil_id,) = await self.pupils(1, home, **changes)
        return pupil_id

    async def pupils(self, count: int, home: OrganizationRegistered | None = None, **changes: Any) -> list[uuid.UUID]:
        made = [uuid.uuid4() for _ in range(count)]
        school = (home or self.home).organization_id
        values = {
            "grade": 10,
            "cohort_year": 2026,
            "enrolled_on": date(2026, 9, 1),
            "residence": "Тазовский",
            **changes,
        }
        for pupil_id in made:
            await self.run.publish(PupilRegistered(pupil_id=pupil_id, home_organization_id=school, **values))
            tutor = TutorAssigned(pupil_id=pupil_id, tutor_id=self.tutor_id, home_organization_id=school)
            await self.run.publish(tutor)
        known = "SELECT count(*) = :count FROM pupil JOIN tutor_assignment ON pupil_id = id WHERE id = ANY(:ids)"
        await eventually(lambda: self.run.scalar(known, count=count, ids=made))
        return made

    async def offer(self, host: OrganizationRegistered | None = None, **changes: Any) -> uuid.UUID:
        """A published offer, known to the service."""
        event = offer(host or self.host, **changes)
        await self.run.publish(event)
        await eventually(lambda: self.run.scalar("SELECT id FROM offer WHERE id = :id", id=event.offer_id))
        return event.offer_id

    def as_pupil(self, pupil_id: uuid.UUID) -> dict[str, str]:
        return self.run.bearer("pupil", person_id=pupil_id)

    def as_tutor(self, tutor_id: uuid.UUID | None = None) -> dict[str, str]:
        return self.run.bearer("tutor", person_id=tutor_id or self.tutor_id)

    def coordinator(self, of: OrganizationRegistered) -> dict[str, str]:
        return self.run.bearer("coordinator", organization_id=of.organization_id)

    async def get(self, path: str, headers: dict[str, str], **query: Any) -> Any:
        answer = await self.run.client.get(f"{API}{path}", headers=headers, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, headers: dict[str, str], body: Any = None, *, expect: int = 200) -> Any:
        answer: Response = await self.run.client.post(f"{API}{path}", headers=headers, json=body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def plan(self, pupil_id: uuid.UUID, *offers: uuid.UUID, profile: str = "technological") -> Any:
        """The pupil's draft."""
        body = {"profile": profile, "offer_ids": [str(one) for one in offers]}
        return await self.post("/plans", self.as_pupil(pupil_id), body, expect=201)

    async def approved(
        self, pupil_id: uuid.UUID, *offers: uuid.UUID, home: OrganizationRegistered | None = None
    ) -> Any:
        """The pupil's plan after pupil, tutor and school."""
        plan = await self.plan(pupil_id, *offers)
        path = f"/plans/{plan['id']}"
        plan = await self.post(f"{path}/submit", self.as_pupil(pupil_id), {"version": plan["version"]})
        plan = await self.post(f"{path}/tutor-approval", self.as_tutor(), {"version": plan["version"]})
        body = {"version": plan["version"], "approved_on": "2026-09-10"}
        return await self.post(f"{path}/approval", self.coordinator(home or self.home), body)

    async def seated(self, offer_id: uuid.UUID, count: int = 1) -> list[uuid.UUID]:
        """Pupils with a confirmed seat."""
        made = await self.pupils(count)
        for pupil_id in made:
            await self.approved(pupil_id, offer_id)
        await self.post(f"/offers/{offer_id}/allocation", self.coordinator(self.host))
        return made


@pytest.fixture
async def enrollment(
    databases: Databases, servers: Servers, nats_client: Client, tmp_path: Path
) -> AsyncIterator[Enrollment]:
    async with running_service(service, databases, servers, nats_client, tmp_path) as run:
        made = Enrollment(run)
        for one in (made.home, made.host, made.far):
            await run.publish(one)
        await eventually(lambda: run.scalar("SELECT count(*) = 3 FROM organization"))
        yield made
