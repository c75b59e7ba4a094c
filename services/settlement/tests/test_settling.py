"""A month from the close to the executed orders (invariants 7, 8, 11)."""

import asyncio
from datetime import date
from fractions import Fraction
from typing import Any

from platform_fixtures import eventually

from contracts.settlement import (
    ActConfirmed,
    ActSent,
    PeriodClosed,
    SetoffAgreed,
    SetoffExecuted,
    SetoffProposed,
)
from settlement.domain.money import round_half_up
from settlement.operations.accrual import accrue_lesson

from .conftest import Network, received

PRICE = Fraction(400_000_00, 1156)
OCTOBER = "2026-10"
PAIRS = (
    ("school", "club", 5),
    ("club", "centre", 3),
    ("centre", "school", 4),
    ("boarding", "school", 2),
    ("school", "boarding", 1),
)


async def deliver_month(network: Network) -> None:
    lessons = [
        network.lesson(host, home, day=date(2026, 10, 1 + number))
        for host, home, count in PAIRS
        for number in range(count)
    ]
    await network.deliver(*lessons)


async def close(network: Network, period: str = OCTOBER) -> dict[str, Any]:
    answer = await network.post(f"periods/{period}/close", by=network.operator)
    assert answer.status_code == 200, answer.text
    closed: dict[str, Any] = answer.json()
    return closed


def slug_of(network: Network, organization_id: str) -> str:
    return next(slug for slug, one in network.ids.items() if str(one) == organization_id)


async def confirm_all(network: Network, period: str = OCTOBER) -> None:
    for act in await network.get(f"acts?period={period}"):
        creditor = network.accountant(slug_of(network, act["creditor_organization_id"]))
        debtor = network.accountant(slug_of(network, act["debtor_organization_id"]))
        sent = await network.post(f"acts/{act['id']}/send", {"version": act["version"]}, by=creditor)
        assert (sent.status_code, sent.json()["state"]) == (200, "sent"), sent.text
        done = await network.post(f"acts/{act['id']}/confirm", {"version": sent.json()["version"]}, by=debtor)
        assert (done.status_code, done.json()["state"]) == (200, "confirmed"), done.text


async def agree_all(network: Network, order: dict[str, Any]) -> dict[str, Any]:
    for party in order["parties"]:
        by = network.accountant(slug_of(network, party["organization_id"]))
        answer = await network.post(f"setoffs/{order['id']}/agree", {"version": order["version"]}, by=by)
        assert answer.status_code == 200, answer.text
        order = order | {"version": answer.json()["version"], "state": answer.json()["state"]}
    return order


async def test_a_month_is_closed_confirmed_set_off_corrected_and_reconciled(network: Network) -> None:
    await deliver_month(network)
    closed = await close(network)
    assert (closed["state"], closed["obligations"], closed["acts"]) == ("closed", 15, 5)
    (event,) = await network.run.recorded(PeriodClosed)
    assert (event.period, event.obligations, event.accrued_kopecks, event.acts) == (
        OCTOBER,
        15,
        closed["accrued_kopecks"],
        5,
    )
    acts = await network.get(f"acts?period={OCTOBER}")
    assert sum(act["total_kopecks"] for act in acts) == closed["accrued_kopecks"]
    assert sorted(act["total_kopecks"] for act in acts) == sorted(round_half_up(PRICE * count) for *_, count in PAIRS)
    await confirm_all(network)
    assert len(await network.run.recorded(ActSent)) == len(await network.run.recorded(ActConfirmed)) == 5

    proposed = await network.post("setoffs", {"period": OCTOBER}, by=network.operator)
    assert proposed.status_code == 201, proposed.text
    by_method = {order["method"]: order for order in proposed.json()}
    assert set(by_method) == {"set_off", "founder_correction"}
    circle, correction = by_method["set_off"], by_method["founder_correction"]
    assert circle["cleared_kopecks"] == 3 * round_half_up(
        PRICE * 3
    )  # the smallest of the circle, from each of the three
    assert {slug_of(network, one["organization_id"]) for one in correction["parties"]} == {"school", "boarding"}
    assert correction["cleared_kopecks"] == round_half_up(PRICE * 2) + round_half_up(PRICE)
    assert "казённое" in correction["reasons"][1]["reason"]
    again = await network.post("setoffs", {"period": OCTOBER}, by=network.operator)
    assert (again.status_code, again.json()) == (200, [])

    early = await network.post(f"setoffs/{circle['id']}/execute", {"version": circle["version"]}, by=network.operator)
    assert early.status_code == 409
    circle, correction = await agree_all(network, circle), await agree_all(network, correction)
    assert (circle["state"], correction["state"]) == ("agreed", "agreed")
    by_operator = await network.post(
        f"setoffs/{correction['id']}/execute", {"version": correction["version"]}, by=network.operator
    )
    assert by_operator.status_code == 403
    for order in (circle, correction):
        done = await network.post(
            f"setoffs/{order['id']}/execute", {"version": order["version"]}, by=network.department
        )
        assert (done.status_code, done.json()["state"]) == (200, "executed"), done.text
    for kind in (SetoffProposed, SetoffAgreed, SetoffExecuted):
        assert len(await network.run.recorded(kind)) == 2

    found = await network.reconciled()
    assert found["set_off_kopecks"] == circle["cleared_kopecks"]
    assert found["corrected_kopecks"] == correction["cleared_kopecks"]
    explained = (
        found["set_off_kopecks"] + found["corrected_kopecks"] + found["paid_kopecks"] + found["outstanding_kopecks"]
    )
    assert found["accrued_kopecks"] == explained == closed["accrued_kopecks"]
    matrix = await network.get(f"matrix?period={OCTOBER}")
    assert sum(cell["after_kopecks"] for cell in matrix["cells"]) == found["outstanding_kopecks"]
    assert sum(cell["before_kopecks"] for cell in matrix["cells"]) == found["accrued_kopecks"]
    assert net(matrix, "before_kopecks", {"school", "club", "centre"}, network) == net(
        matrix, "after_kopecks", {"school", "club", "centre"}, network
    )


def net(matrix: dict[str, Any], field: str, among: set[str], network: Network) -> dict[str, int]:
    """Net positions among organisations that set off."""
    result = dict.fromkeys(among, 0)
    for cell in matrix["cells"]:
        creditor, debtor = slug_of(network, cell["creditor_id"]), slug_of(network, cell["debtor_id"])
        if {creditor, debtor} <= among:
            result[creditor] += cell[field]
            result[debtor] -= cell[field]
    return result


async def test_a_month_without_lessons_closes_and_closing_twice_is_refused_or_repeated(network: Network) -> None:
    closed = await close(network, "2026-07")
    assert (closed["state"], closed["obligations"], closed["acts"], closed["accrued_kopecks"]) == ("closed", 0, 0, 0)
    again = await network.post("periods/2026-07/close", by=network.operator)
    assert (again.status_code, again.json()["code"]) == (409, "settlement.illegal_transition")
    keyed = network.operator | {"idempotency-key": "close-june"}
    first = await network.post("periods/2026-06/close", by=keyed)
    second = await network.post("periods/2026-06/close", by=keyed)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert len(await network.run.recorded(PeriodClosed)) == 2
    assert (await network.post("periods/2026-13/close", by=network.operator)).status_code == 422


async def test_a_late_lesson_goes_to_the_correcting_period(network: Network) -> None:
    await deliver_month(network)
    closed = await close(network)
    await network.deliver(network.lesson("school", "club", day=date(2026, 10, 30)))
    assert await network.run.scalar("SELECT count(*) FROM obligation WHERE period = '2026-10/1'") == 1
    found = await network.reconciled()
    assert found["accrued_kopecks"] == closed["accrued_kopecks"] + round_half_up(PRICE)
    correcting = await close(network, "2026-10/1")
    assert (correcting["obligations"], correcting["acts"], correcting["correction"]) == (1, 1, 1)
    (act,) = await network.get("acts?period=2026-10/1")
    assert act["number"] == "2026-10-К1-001"
    await network.reconciled()


async def test_nothing_is_lost_or_doubled_when_the_close_comes_under_load(network: Network) -> None:
    sessions = network.run.runtime.database.worker
    lessons = [network.lesson("school", "club", "centre", day=date(2026, 10, 1 + n % 28)) for n in range(40)]

    async def accrue(number: int) -> None:
        async with sessions() as session, session.begin():
            await accrue_lesson(session, received(lessons[number]))

    async def close_midway() -> None:
        await eventually(lambda: network.run.scalar("SELECT count(*) > 20 FROM obligation"), every=0.005)
        await close(network)

    await asyncio.gather(close_midway(), *(accrue(number) for number in range(40)))
    rows = await network.run.rows("SELECT period, count(*) AS n FROM obligation GROUP BY period ORDER BY period")
    assert sum(row.n for row in rows) == 80
    (event,) = await network.run.recorded(PeriodClosed)
    assert event.obligations == dict((row.period, row.n) for row in rows)["2026-10"]  # noqa: C402
    assert await network.run.scalar("SELECT sum(total_kopecks) FROM act") == event.accrued_kopecks
    await network.reconciled()


async def test_of_many_who_propose_or_execute_at_once_one_does_it(network: Network) -> None:
    await deliver_month(network)
    await close(network)
    await confirm_all(network)
    answers = await asyncio.gather(
        *(network.post("setoffs", {"period": OCTOBER}, by=network.operator) for _ in range(4))
    )
    assert sorted(len(one.json()) for one in answers) == [0, 0, 0, 2]
    order = next(one for one in await network.get("setoffs") if one["method"] == "set_off")
    order = await agree_all(network, order)
    executed = await asyncio.gather(
        *(
            network.post(f"setoffs/{order['id']}/execute", {"version": order["version"]}, by=network.operator)
            for _ in range(4)
        )
    )
    assert sorted(one.status_code for one in executed) == [200, 409, 409, 409]
    found = await network.reconciled()
    assert found["set_off_kopecks"] == order["cleared_kopecks"]


async def test_a_refused_order_frees_its_obligations_and_a_settled_month_is_marked(network: Network) -> None:
    await network.deliver(network.lesson("school", "boarding"))
    await close(network)
    await confirm_all(network)
    (order,) = (await network.post("setoffs", {"period": OCTOBER}, by=network.operator)).json()
    assert order["method"] == "founder_correction"
    foreign = await network.post(
        f"setoffs/{order['id']}/agree", {"version": order["version"]}, by=network.accountant("club")
    )
    assert foreign.status_code == 404
    stale = await network.post(f"setoffs/{order['id']}/agree", {"version": 7}, by=network.accountant("school"))
    assert (stale.status_code, stale.json()["code"]) == (409, "settlement.stale_version")
    refused = await network.post(
        f"setoffs/{order['id']}/reject", {"version": order["version"]}, by=network.accountant("school")
    )
    assert refused.json()["state"] == "rejected"
    (again,) = (await network.post("setoffs", {"period": OCTOBER}, by=network.operator)).json()
    assert again["cleared_kopecks"] == order["cleared_kopecks"]
    assert (await network.post(f"periods/{OCTOBER}/settle", by=network.operator)).status_code == 409
    again = await agree_all(network, again)
    await network.post(f"setoffs/{again['id']}/execute", {"version": again["version"]}, by=network.department)
    settled = await network.post(f"periods/{OCTOBER}/settle", by=network.operator)
    assert (settled.status_code, settled.json()["state"]) == (200, "settled"), settled.text
    assert (await network.reconciled())["outstanding_kopecks"] == 0
