"""Tariffs and contracts: refusals with their cures, versions that follow one another, group and free tariffs."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import event

from contracts.settlement import ContractSigned
from settlement.operations.accrual import accrue_lesson

from .conftest import PUPIL_HOUR, Network, received

GROUP = {"kind": "group_hour", "teacher_hour_kopecks": 600_00, "payroll_factor": "1.302", "costs_kopecks": 120_00}


async def test_a_wrong_tariff_names_its_fields(network: Network) -> None:
    body = {"code": "bad", "valid_from": "2026-01-01", "terms": PUPIL_HOUR | {"share": "2", "norm_kopecks": 0}}
    answer = await network.post("tariffs", body, by=network.operator)
    assert (answer.status_code, answer.json()["code"]) == (422, "settlement.tariff_invalid")
    assert {one["field"] for one in answer.json()["errors"]} == {"share", "norm_kopecks"}
    for terms in ({"kind": "bribe"}, {}, {"kind": "fixed"}, PUPIL_HOUR | {"share": "NaN"}):
        assert (await network.post("tariffs", body | {"terms": terms}, by=network.operator)).status_code == 422
    assert (await network.post("tariffs", body, by=network.accountant("school"))).status_code == 403


async def test_the_next_version_ends_the_open_one_and_an_overlap_is_refused(network: Network) -> None:
    await network.deliver(network.lesson("school", "club", day=date(2026, 10, 20)))
    next_terms = {"code": "ph", "valid_from": "2026-10-15", "terms": PUPIL_HOUR | {"norm_kopecks": 500_000_00}}
    paid = await network.post("tariffs", next_terms, by=network.department)
    assert (paid.status_code, paid.json()["code"]) == (409, "settlement.tariffs_overlap")
    later = await network.post("tariffs", next_terms | {"valid_from": "2026-11-01"}, by=network.department)
    assert (later.status_code, later.json()["number"]) == (201, 2)
    versions = {one["number"]: one for one in await network.get("tariffs") if one["code"] == "ph"}
    assert versions[1]["valid_to"] == "2026-10-31"
    await network.deliver(network.lesson("school", "club", day=date(2026, 11, 2)))
    amounts = await network.run.rows("SELECT accrued_kopecks FROM obligation ORDER BY delivered_on")
    assert [one.accrued_kopecks for one in amounts] == [34602, 43253]
    within = next_terms | {"valid_from": "2026-12-01", "valid_to": "2026-12-31"}
    again = await network.post("tariffs", within | {"valid_from": "2026-03-01"}, by=network.department)
    assert again.status_code == 409


async def test_a_contract_is_signed_once_and_announced(network: Network) -> None:
    before = len(await network.run.recorded(ContractSigned))
    assert (await network.contract("school", "club", "7")).status_code == 201
    again = await network.contract("school", "club", "7")
    assert (again.status_code, again.json()["code"]) == (409, "settlement.contract_exists")
    events = await network.run.recorded(ContractSigned)
    assert (len(events), events[-1].number) == (before + 1, "7")
    wrong = {
        "number": " ",
        "host_organization_id": str(network.ids["school"]),
        "home_organization_id": str(uuid.uuid4()),
        "valid_from": "2026-09-01",
        "valid_to": "2026-08-01",
    }
    answer = await network.post("contracts", wrong, by=network.operator)
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["errors"]} == {"number", "home_organization_id", "valid_to"}


async def test_free_hours_are_recorded_and_acted_at_nought(network: Network) -> None:
    await network.tariff("gift", {"kind": "free"})
    await network.offer("club", "gift")
    await network.deliver(network.lesson("club", "school", "centre", tariff="gift", hours="1.5"))
    assert await network.run.scalar("SELECT count(*) FROM ledger_transfer") == 0
    closed = await network.post("periods/2026-10/close", by=network.operator)
    assert (closed.json()["obligations"], closed.json()["acts"], closed.json()["accrued_kopecks"]) == (2, 2, 0)
    acts = await network.get("acts?period=2026-10")
    assert [(one["total_kopecks"], one["lines"][0]["quantity"]) for one in acts] == [(0, "1.50")] * 2
    await network.reconciled()


async def test_a_group_is_split_among_its_payers_and_its_acts_add_up(network: Network) -> None:
    await network.tariff("group", GROUP)
    offer = await network.offer("club", "group")
    assert offer
    await network.deliver(network.lesson("club", "school", "school", "centre", tariff="group", hours="2"))
    await network.deliver(network.lesson("club", "centre", tariff="group", day=date(2026, 10, 7)))
    await network.deliver(network.lesson("club", "school", "club", tariff="group", day=date(2026, 10, 8)))
    # 4 h of the group at 901.20; pupil-hours: school 5, centre 3, the club's own 1
    cost = 4 * 901_20
    found = await network.reconciled()
    assert abs(found["accrued_kopecks"] - cost * 8 / 9) < 1
    closed = await network.post("periods/2026-10/close", by=network.operator)
    assert closed.status_code == 200, closed.text
    acts = {one["debtor"]: one for one in await network.get("acts?period=2026-10")}
    assert abs(acts["Тазовская СОШ"]["total_kopecks"] - cost * 5 / 9) < 1
    assert acts["Тазовская СОШ"]["lines"][0]["quantity"] == "5.00"
    await network.reconciled()


async def test_a_class_of_25_costs_a_handful_of_statements(network: Network) -> None:
    homes = ("club", "centre", "boarding") * 9
    await network.deliver(network.lesson("school", *homes[:25]))
    database = network.run.runtime.database
    statements: list[str] = []

    def count(_: Any, __: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    lesson = network.lesson("school", *homes[:25], day=date(2026, 10, 6))
    async with database.worker() as session, session.begin():
        own = (await session.connection()).sync_connection
        event.listen(own, "before_cursor_execute", count)
        await accrue_lesson(session, received(lesson))
    assert await network.run.scalar("SELECT count(*) FROM obligation") == 50
    assert len(statements) <= 9, statements
