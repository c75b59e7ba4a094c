"""The district's half-year, told through public interfaces, and what must be true of it."""

import asyncio
import json
import re
import uuid
from datetime import UTC, datetime

import nats
import pytest
from network_fixtures import SERVICES, Told
from openapi_spec_validator import validate
from platform_fixtures import eventually

from chassis.nkeys import CredentialsFile
from contracts.envelope import Envelope

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]


async def test_every_reconciliation_of_the_story_holds(told: Told) -> None:
    assert [check.name for check in told.checks if not check.holds] == []
    assert len(told.checks) == 6


async def test_the_story_s_figures_are_those_of_a_district(told: Told) -> None:
    figures = told.story.figures
    assert (figures["organizations"], figures["pupils"]) == (16, 240)
    assert sum(figures["offers"].values()) == 37
    assert all(figures["offers"][way] for way in ("http", "xlsx", "nats_submit", "nats_ask"))
    assert {line.partition(":")[0] for line in figures["refused_offer"]} >= {"level", "capacity"}
    (full,) = figures["full_courses"]
    assert full["confirmed"] == full["capacity"]
    assert full["waitlisted"] > 0
    assert figures["coverage"]["percent"] >= 30
    assert figures["waited_for_contract"]["events"] > 0
    money = figures["settlement"]
    assert money["set_off_kopecks"] > 0
    assert money["corrected_kopecks"] > 0
    assert figures["notifications"]["mails"]["sent"] > 100
    assert figures["feed"]["events"] > 500


async def test_treasury_schools_never_set_off(told: Told) -> None:
    treasury = {one.slug for one in told.story.world.organisations if one.legal_type == "treasury"}
    for order in await told.story.operator.get("/settlement/api/v1/setoffs"):
        parties = {told.story.slug_of(party["organization_id"]) for party in order["parties"]}
        if order["method"] == "set_off":
            assert not parties & treasury


async def test_an_acknowledged_offer_survives_the_death_of_its_service(told: Told) -> None:
    coordinator = told.story.coordinator("tazovskaya-sosh")
    offer = next(one for one in told.story.world.offers if one.organisation_slug == "tazovskaya-sosh").as_submission()
    offer |= {"external_id": f"late-{uuid.uuid4()}", "course_title": "Астрономия полярной ночи"}
    answer = await coordinator.post("/catalog/api/v1/offers", offer)
    told.network.process("catalog").kill()
    await told.ready("catalog")

    async def known() -> bool:
        offers = await told.story.accounts["operator"].get("/enrollment/api/v1/offers")
        return any(one["id"] == answer["offer_id"] for one in offers)

    assert await eventually(known, seconds=40)


async def test_every_service_may_be_killed_and_the_audit_still_holds(told: Told) -> None:
    for name in SERVICES:
        told.network.process(name).kill()
    await asyncio.gather(*(told.ready(name, seconds=60) for name in SERVICES))
    await told.story.quiet()
    for name in SERVICES:
        audit = await told.story.operator.get(f"/{name}/api/v1/ops/audit")
        assert (audit["publisher"]["missing"], audit["publisher"]["doubled"]) == (0, 0)
        assert all(one["applied"] + one["discarded"] == one["expected"] for one in audit["consumers"])
        assert not any(one["parked"] for one in audit["consumers"])


async def test_a_broken_message_becomes_a_dead_letter_that_an_operator_discards(told: Told) -> None:
    file = CredentialsFile(told.network.credentials("catalog"))
    client = await nats.connect(told.network.nats.url, user_jwt_cb=file.jwt, signature_cb=file.sign)
    envelope = Envelope(
        uuid.uuid4(), "catalog.offer.published.v1", "/services/catalog", str(uuid.uuid4()), datetime.now(UTC), 1
    )
    await client.request(envelope.nats_subject(), b'{"offer_id": 7}', headers=envelope.headers(), timeout=5)
    await client.close()
    operator = told.story.operator
    base = "/enrollment/api/v1/ops/dead-letters"

    async def dead() -> list[dict[str, object]]:
        return [one for one in await operator.get(base, state="dead") if one["event_id"] == str(envelope.id)]

    (letter,) = await eventually(dead)  # type: ignore[misc]
    assert "offer_id" in letter["error"]
    path = f"{base}/{letter['consumer']}/{envelope.id}"
    assert (await operator.post(f"{path}/retry", accept=(409,)))["code"] == "still_failing"
    for name in ("enrollment", "settlement", "notifications"):
        for one in await operator.get(f"/{name}/api/v1/ops/dead-letters", state="dead"):
            await operator.post(f"/{name}/api/v1/ops/dead-letters/{one['consumer']}/{one['event_id']}/discard")
    assert await dead() == []


async def test_one_correlation_id_leads_from_the_request_to_every_consumer(told: Told) -> None:
    rows = await told.query(
        "enrollment",
        "SELECT headers::jsonb ->> 'ce-correlationid' AS id, headers::jsonb ->> 'traceparent' AS trace "
        "FROM event_log WHERE event_type = 'enrollment.lesson.delivered.v1' LIMIT 1",
    )
    correlation, trace = rows[0]["id"], rows[0]["trace"]
    accrued = await told.query(
        "settlement",
        "SELECT headers::jsonb ->> 'traceparent' AS trace FROM event_log "
        "WHERE headers::jsonb ->> 'ce-correlationid' = $1",
        correlation,
    )
    assert accrued
    assert {row["trace"].split("-")[1] for row in accrued} == {trace.split("-")[1]}


async def test_logs_hold_no_name_no_password_and_no_token(told: Told) -> None:
    logs = "".join(path.read_text(encoding="utf-8", errors="replace") for path in _logs(told))
    assert len(logs) > 1000
    surnames = {one.name.surname for one in told.story.world.pupils} | {
        one.name.surname for one in told.story.world.workers
    }
    assert not [name for name in surnames if re.search(rf"\b{name}\b", logs)]
    assert not [one.login for one in told.story.accounts.values() if one.password in logs]
    assert "eyJ" not in logs  # how every JWT begins


def _logs(told: Told) -> list[object]:
    return sorted((told.network.state_dir / "logs").glob("*.log"))  # type: ignore[return-value]


async def test_each_service_serves_valid_documents_of_its_interfaces(told: Told) -> None:
    for name in SERVICES:
        openapi = (await told.story.http.get(f"/{name}/openapi.json")).json()
        validate(openapi)
        asyncapi = (await told.story.http.get(f"/{name}/asyncapi.json")).json()
        assert asyncapi["asyncapi"].startswith("3.")
        text = json.dumps(asyncapi)
        for consumer in (await told.story.operator.get(f"/{name}/api/v1/ops/status"))["consumers"]:
            assert consumer["name"] in text


async def test_probes_and_metrics_tell_the_truth(told: Told) -> None:
    import httpx

    for name in SERVICES:
        async with httpx.AsyncClient(base_url=told.network.service_url(name), trust_env=False) as client:
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/readyz")).json()["checks"] == {"database": True, "broker": True, "relay": True}
            text = (await client.get("/metrics")).text
            assert f'bezgranits_outbox_backlog_events{{service="{name}"}} 0.0' in text
            assert (await told.story.http.get("/metrics")).status_code in (404, 502, 503)  # not through the front door
