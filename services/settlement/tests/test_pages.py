"""The pages: figures, drill-down to lessons, the button of this very reader, forms that work without scripts."""

import re
import uuid
from typing import Any

from contracts.catalog import OfferChanged

from .conftest import Network
from .test_settling import OCTOBER, agree_all, close, confirm_all, deliver_month, slug_of

PAGE = f"/settlement/?period={OCTOBER}"


def browser(network: Network, slug: str) -> dict[str, str]:
    account_id = uuid.uuid5(network.ids[slug], "accountant")
    return network.run.browser("accountant", organization_id=network.ids[slug], account_id=account_id)


async def text(network: Network, address: str, by: dict[str, str]) -> str:
    answer = await network.run.client.get(address, headers=by)
    assert answer.status_code == 200, answer.text
    return answer.text.replace("\u00a0", " ")


async def submit(network: Network, html: str, action: str, by: dict[str, str], **fields: str) -> Any:
    """Send the form with this action as the page wrote it."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', html, re.DOTALL)
    assert form, f"no form {action}"
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form.group()))
    return await network.run.client.post(action, data=hidden | fields, headers=by)


async def test_before_any_lesson_the_page_says_what_will_come(network: Network) -> None:
    assert "Начислений пока нет" in await text(network, "/settlement/", browser(network, "school"))
    guest = await network.run.client.get("/settlement/", headers={"accept": "text/html"})
    assert guest.status_code == 303
    pupil = await network.run.client.get("/settlement/", headers=network.run.browser("pupil"))
    assert pupil.status_code == 403


async def test_a_month_by_its_forms_alone(network: Network) -> None:
    await deliver_month(network)
    operator = network.run.browser("operator")
    html = await text(network, "/settlement/", operator)
    assert "Взаимозачёт за октябрь 2026" in html
    done = await submit(network, html, f"/settlement/periods/{OCTOBER}/close", operator)
    assert (done.status_code, done.headers["location"]) == (303, PAGE)
    act = (await network.get(f"acts?period={OCTOBER}"))[0]
    creditor, debtor = (slug_of(network, act[f"{side}_organization_id"]) for side in ("creditor", "debtor"))
    send, confirm = (f"/settlement/acts/{act['id']}/{step}" for step in ("send", "confirm"))
    html = await text(network, PAGE, browser(network, creditor))
    assert send in html
    assert send not in await text(network, PAGE, browser(network, debtor))
    assert (await submit(network, html, send, browser(network, creditor))).status_code == 303
    html = await text(network, PAGE, browser(network, debtor))
    for _ in range(2):  # the same form twice: the hidden key makes the repetition harmless
        assert (await submit(network, html, confirm, browser(network, debtor))).status_code == 303
    assert (await network.get(f"acts/{act['id']}"))["state"] == "confirmed"


async def test_proposals_are_explained_agreed_and_executed(network: Network) -> None:
    await deliver_month(network)
    await close(network)
    await confirm_all(network)
    operator, department = network.run.browser("operator"), network.run.browser("department")
    html = await text(network, PAGE, operator)
    assert (await submit(network, html, "/settlement/setoffs", operator)).status_code == 303
    html = await text(network, PAGE, browser(network, "boarding"))
    assert "Почему так" in html
    assert "казённое учреждение: его доходы поступают в бюджет" in html
    assert "Ждут вашего решения" in html
    for order in await network.get(f"setoffs?period={OCTOBER}"):
        action = f"/settlement/setoffs/{order['id']}/agree"
        party = slug_of(network, order["parties"][0]["organization_id"])
        html = await text(network, PAGE, browser(network, party))
        assert (await submit(network, html, action, browser(network, party))).status_code == 303
    for order in await network.get(f"setoffs?period={OCTOBER}"):
        rest = [one for one in order["parties"] if one["agreed_at"] is None]
        await agree_all(network, order | {"parties": rest})
        action = f"/settlement/setoffs/{order['id']}/execute"
        html = await text(network, PAGE, department)
        assert (await submit(network, html, action, department)).status_code == 303
    found = await network.reconciled()
    html = await text(network, f"{PAGE}&view=after", operator)
    assert f"{found['set_off_kopecks'] // 100:,}".replace(",", " ") in html
    assert 'href="/settlement/?period=2026-10&amp;view=before#matrix"' in html


async def test_a_pair_drills_down_to_its_lessons_and_strangers_see_nothing(network: Network) -> None:
    await deliver_month(network)
    address = f"/settlement/pairs/{network.ids['school']}/{network.ids['club']}?period={OCTOBER}"
    html = await text(network, address, browser(network, "club"))
    for words in (
        "1 октября 2026",
        "5 октября 2026",
        "Курс «school»",
        "1 730,10 ₽",
        "Как это можно рассчитать по закону",
    ):
        assert words in html, words
    stranger = await network.run.client.get(address, headers=browser(network, "centre"))
    assert stranger.status_code == 404


async def test_an_act_prints_its_required_fields_and_escapes_what_others_wrote(network: Network) -> None:
    offer_id = network.offers["school", "ph"]
    row = (await network.run.rows("SELECT * FROM offer WHERE id = :id", id=offer_id))[0]
    evil = OfferChanged(
        offer_id=offer_id, organization_id=row.organization_id, title="<script>alert(1)</script>", level="advanced",
        grades=(10,), hours_total="68", hours_per_week="2", capacity=1, mode="online", settlement="x",
        starts_on="2026-09-01", ends_on="2027-05-31", tariff_code="ph", status="published",
    )  # type: ignore[arg-type] # fmt: skip
    await network.run.publish(evil, sequence=5)
    await deliver_month(network)
    await close(network)
    acts = await network.get(f"acts?period={OCTOBER}")
    act = next(one for one in acts if one["creditor"] == "Тазовская СОШ" and one["debtor"] == "Дом творчества")
    html = await text(network, f"/settlement/acts/{act['id']}", browser(network, "club"))
    for words in ("Акт об оказании образовательных услуг № 2026-10-", "31 октября 2026", "Без НДС", "человеко-час"):
        assert words in html, words
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    missing = await network.run.client.get(f"/settlement/acts/{uuid.uuid4()}", headers=browser(network, "club"))
    assert missing.status_code == 404


async def test_a_dispute_form_names_the_wrong_field(network: Network) -> None:
    await deliver_month(network)
    await close(network)
    act = next(one for one in await network.get("acts") if one["debtor"] == "Дом творчества")
    creditor = slug_of(network, act["creditor_organization_id"])
    await network.post(f"acts/{act['id']}/send", {"version": act["version"]}, by=network.accountant(creditor))
    address, line = f"/settlement/acts/{act['id']}", act["lines"][0]["line_id"]
    html = await text(network, address, browser(network, "club"))
    wrong = await submit(network, html, f"{address}/dispute", browser(network, "club"), **{f"amount_{line}": "много"})
    assert wrong.status_code == 422
    assert f'href="#field-amount_{line}"' in wrong.text
    html = await text(network, address, browser(network, "club"))
    fields = {f"amount_{line}": "1 000,50", f"reason_{line}": "Занятия не было"}
    assert (await submit(network, html, f"{address}/dispute", browser(network, "club"), **fields)).status_code == 303
    disputed = await network.get(f"acts/{act['id']}")
    assert disputed["disagreements"][0]["amount_by_customer_kopecks"] == 100_050
