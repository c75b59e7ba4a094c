"""The catalogue, running, with two organisations that center has announced."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from platform_fixtures import Databases, eventually
from server_sources import Servers
from service_fixtures import Running, running_service

from catalog.main import service
from contracts.center import Licence, OrganizationRegistered


def organization(slug: str, kind: str, account: str | None = None) -> OrganizationRegistered:
    return OrganizationRegistered(
        organization_id=uuid.uuid4(),
        slug=slug,
        short_name=f"Организация {slug}",
        legal_type="budgetary",
        budget_level="municipal",
        network_roles=("participant",),
        settlement="Тазовский",
        time_zone="Asia/Yekaterinburg",
        licences=(Licence(kind=kind, issued_on=date(2015, 1, 1)),),  # type: ignore[arg-type]
        feed_account=account,
    )


def draft(**changes: Any) -> dict[str, Any]:
    return {
        "external_id": "CHEM-1",
        "course_title": "Химия: углублённый курс",
        "subject_code": "chemistry",
        "level": "advanced",
        "grades": [10, 11],
        "hours_total": 102,
        "hours_per_week": "3",
        "capacity": 12,
        "term_start": "2026-09-01",
        "term_end": "2027-05-25",
        "mode": "online",
        "settlement": "Тазовский",
        "slots": [
            {"weekday": 2, "start": "15:10", "end": "16:40"},
            {"weekday": 4, "start": "15:10", "end": "15:55"},
        ],
        "language": "ru",
        "enrolment_opens": "2026-05-20",
        "enrolment_closes": "2026-09-15",
        "tariff_reference": "advanced-2026",
        **changes,
    }


@dataclass
class Catalog:
    run: Running
    school: OrganizationRegistered = field(default_factory=lambda: organization("school", "general", "ASCHOOL"))
    club: OrganizationRegistered = field(default_factory=lambda: organization("club", "additional", "ACLUB"))

    def coordinator(self, of: OrganizationRegistered | None = None) -> dict[str, str]:
        return self.run.bearer("coordinator", organization_id=(of or self.school).organization_id)


@pytest.fixture
async def catalog(
    databases: Databases, servers: Servers, nats_client: Client, tmp_path: Path
) -> AsyncIterator[Catalog]:
    async with running_service(service, databases, servers, nats_client, tmp_path) as run:
        made = Catalog(run)
        await run.publish(made.school)
        await run.publish(made.club)
        await eventually(lambda: run.scalar("SELECT count(*) = 2 FROM organization"))
        yield made
