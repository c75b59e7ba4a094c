"""Acts: two sides, stale versions, disputes and their correction; foreign rows are not there (invariant 8)."""

import asyncio
from collections import Counter
from fractions import Fraction
from typing import Any

from contracts.settlement import ActDisputed, ActSent, ObligationAccrued
from settlement.domain.money import round_half_up

from .conftest import Network
from .test_settling import OCTOBER, close, deliver_month

PRICE = Fraction(400_000_00, 1156)


async def an_act(network: Network, executor: str = "school", customer: str = "club") -> dict[str, Any]:
    await deliver_month(network)
    await close(network)
    acts = await network.get(f"acts?period={OCTOBER}")
    wanted = (str(network.ids[executor]), str(network.ids[customer]))
    return next(one for one in acts if (one["creditor_organization_id"], one["debtor_organization_id"]) == wanted)


async def test_each_side_signs_its_own_title_and_a_stale_version_is_refused(network: Network) -> None:
    act = await an_act(network)
    path = f"acts/{act['id']}"
    early = await network.post(f"{path}/confirm", {"version": act["version"]}, by=network.accountant("club"))
    assert (early.status_code, early.json()["code"]) == (409, "settlement.illegal_transition")
    wrong_side = await network.post(f"{path}/send", {"version": act["version"]}, by=network.accountant("club"))
    assert wrong_side.status_code == 403
    sent = await network.post(
        f"{path}/send", {"version": act["version"], "post": "главный бухгалтер"}, by=network.accountant("school")
    )
    assert sent.json()["creditor_signature"]["post"] == "главный бухгалтер"
    stale = await network.post(f"{path}/confirm", {"version": act["version"]}, by=network.accountant("club"))
    assert (stale.status_code, stale.json()["code"]) == (409, "settlement.stale_version")
    assert stale.json()["errors"][0]["cure"]
    done = await network.post(f"{path}/confirm", {"version": sent.json()["version"]}, by=network.accountant("club"))
    assert done.json()["state"] == "confirmed"
    assert "Без НДС" in done.json()["vat_note"]
    assert "по договору № 1" in done.json()["fact"]


async def test_of_two_signatures_at_once_one_wins(network: Network) -> None:
    act = await an_act(network)
    answers = await asyncio.gather(
        *(
            network.post(f"acts/{act['id']}/send", {"version": act["version"]}, by=network.accountant("school"))
            for _ in range(4)
        )
    )
    assert Counter(one.status_code for one in answers) == {200: 1, 409: 3}
    assert len(await network.run.recorded(ActSent)) == 1


async def test_foreign_acts_and_obligations_are_not_there(network: Network) -> None:
    act = await an_act(network)
    by = network.accountant("centre")
    assert (await network.run.client.get(f"/settlement/api/v1/acts/{act['id']}", headers=by)).status_code == 404
    refused = await network.post(f"acts/{act['id']}/send", {"version": act["version"]}, by=by)
    assert refused.status_code == 404
    centre = str(network.ids["centre"])
    for one in await network.get("acts", by=by):
        assert centre in (one["creditor_organization_id"], one["debtor_organization_id"])
    found = await network.get("obligations?rows=500", by=by)
    assert found["total"] == 3 + 4
    assert all(centre in (one["creditor_id"], one["debtor_id"]) for one in found["items"])
    matrix = await network.get(f"matrix?period={OCTOBER}", by=by)
    assert all(centre in (one["creditor_id"], one["debtor_id"]) for one in matrix["cells"])
    everything = await network.get("obligations?page=2&rows=10")
    assert (everything["total"], everything["pages"], len(everything["items"])) == (15, 2, 5)
    pupil = network.run.bearer("pupil")
    assert (await network.run.client.get("/settlement/api/v1/acts", headers=pupil)).status_code == 403
    nobody = network.run.bearer("accountant")
    assert await network.get("acts", by=nobody) == []
    assert (await network.get("reconciliation", by=by))["obligations"] == 7


async def test_a_disputed_act_is_corrected_by_new_transfers(network: Network) -> None:
    act = await an_act(network)
    path, line = f"acts/{act['id']}", act["lines"][0]
    host, home = network.accountant("school"), network.accountant("club")
    sent = await network.post(f"{path}/send", {"version": act["version"]}, by=host)
    objection = {
        "line_id": line["line_id"],
        "amount_by_customer_kopecks": 100_00,
        "reason": "Занятия 5 октября не было",
    }
    nothing = await network.post(f"{path}/dispute", {"version": sent.json()["version"], "disagreements": []}, by=home)
    assert nothing.status_code == 422
    disputed = await network.post(
        f"{path}/dispute", {"version": sent.json()["version"], "disagreements": [objection]}, by=home
    )
    assert (disputed.status_code, disputed.json()["state"]) == (200, "disputed"), disputed.text
    assert len(await network.run.recorded(ActDisputed)) == 1
    transfers = await network.run.scalar("SELECT count(*) FROM ledger_transfer")
    corrected = await network.post(
        f"{path}/correct",
        {"version": disputed.json()["version"], "lines": [{"line_id": line["line_id"], "hours": "3.5"}]},
        by=host,
    )
    assert corrected.status_code == 200, corrected.text
    assert corrected.json()["total_kopecks"] == round_half_up(PRICE * Fraction(7, 2))
    assert await network.run.scalar("SELECT count(*) FROM ledger_transfer") == transfers + 2
    amounts = [one.amount_kopecks for one in await network.run.recorded(ObligationAccrued)][-2:]
    assert min(amounts) == 0
    done = await network.post(f"{path}/confirm", {"version": corrected.json()["version"]}, by=home)
    assert done.json()["state"] == "confirmed"
    await network.reconciled()


async def test_a_failure_at_any_step_leaves_everything_as_it_was(network: Network) -> None:
    act = await an_act(network)
    before = await network.run.rows("SELECT id, balance_kopecks FROM ledger_account ORDER BY id")
    path = f"acts/{act['id']}"
    sent = await network.post(f"{path}/send", {"version": act["version"]}, by=network.accountant("school"))
    unknown = {"line_id": act["id"], "hours": "1"}
    for attempt in (
        network.post(
            f"{path}/correct", {"version": sent.json()["version"], "lines": []}, by=network.accountant("school")
        ),
        network.post(f"{path}/correct", {"version": 1, "lines": [unknown]}, by=network.accountant("school")),
        network.post("setoffs", {"period": "2026-09"}, by=network.operator),
        network.post("periods/2026-10/close", by=network.operator),
        network.post("periods/2026-10/settle", by=network.operator),
    ):
        assert (await attempt).status_code in (404, 409, 422)
    assert await network.run.rows("SELECT id, balance_kopecks FROM ledger_account ORDER BY id") == before
    await network.reconciled()
