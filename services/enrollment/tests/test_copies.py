"""Read copies: the newest version stays, whatever comes late or twice."""

import uuid

from platform_fixtures import eventually

from contracts.catalog import OfferChanged, OfferClosed
from contracts.center import OrganizationChanged, PupilRegistered

from .conftest import Enrollment, offer


async def test_an_older_state_changes_nothing(enrollment: Enrollment) -> None:
    event = offer(enrollment.host)
    older = OfferChanged(**event.model_dump() | {"capacity": 99})
    await enrollment.run.publish(OfferClosed(**event.model_dump() | {"status": "closed"}), sequence=3)
    await enrollment.run.publish(older, sequence=2)
    renamed = OrganizationChanged(**enrollment.host.model_dump() | {"short_name": "Новая школа"})
    await enrollment.run.publish(renamed)
    await enrollment.run.publish(offer(enrollment.far))
    await eventually(lambda: enrollment.run.scalar("SELECT count(*) = 2 FROM offer"))
    row = await enrollment.run.rows("SELECT status, capacity, version FROM offer WHERE id = :id", id=event.offer_id)
    assert [tuple(one) for one in row] == [("closed", 12, 3)]
    await eventually(
        lambda: enrollment.run.scalar(
            "SELECT short_name = 'Новая школа' FROM organization WHERE id = :id", id=enrollment.host.organization_id
        )
    )


async def test_a_pupil_who_moves_up_keeps_one_row(enrollment: Enrollment) -> None:
    pupil = await enrollment.pupil()
    grown = PupilRegistered(
        pupil_id=pupil,
        home_organization_id=enrollment.far.organization_id,
        grade=11,
        cohort_year=2026,
        enrolled_on="2027-09-01",  # type: ignore[arg-type]
        residence="Гыда",
    )
    await enrollment.run.publish(grown)
    await eventually(lambda: enrollment.run.scalar("SELECT grade = 11 FROM pupil"))
    assert await enrollment.run.scalar("SELECT count(*) FROM pupil") == 1


async def test_unknown_pupil_is_told_to_come_back(enrollment: Enrollment) -> None:
    body = {"profile": "universal", "offer_ids": []}
    refused = await enrollment.post("/plans", enrollment.as_pupil(uuid.uuid4()), body, expect=404)
    assert refused["code"] == "pupil.unknown"
