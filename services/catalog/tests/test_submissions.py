"""Four ways in, one verdict."""

import asyncio
import io
import json
import uuid
from functools import partial

from openpyxl import Workbook
from platform_fixtures import eventually

from catalog.domain.workbook import COLUMNS
from contracts.catalog import OfferChanged, OfferPublished, SubmissionAccepted, SubmissionRejected

from .conftest import Catalog, draft

OFFERS = "/catalog/api/v1/offers"


def workbook(*rows: dict[str, object]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([column.header for column in COLUMNS])
    for row in rows:
        sheet.append([row.get(column.field, column.example) for column in COLUMNS])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


async def test_http_publishes_once_and_answers_a_repetition_alike(catalog: Catalog) -> None:
    headers = catalog.coordinator() | {"idempotency-key": "a-key-of-mine"}
    first = await catalog.run.client.post(OFFERS, json=draft(), headers=headers)
    again = await catalog.run.client.post(OFFERS, json=draft(), headers=headers)
    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await catalog.run.recorded(OfferPublished)) == 1
    other = await catalog.run.client.post(OFFERS, json=draft(capacity=5), headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


async def test_the_same_number_changes_the_offer_and_never_doubles_it(catalog: Catalog) -> None:
    await catalog.run.client.post(OFFERS, json=draft(), headers=catalog.coordinator())
    unchanged = await catalog.run.client.post(OFFERS, json=draft(), headers=catalog.coordinator())
    changed = await catalog.run.client.post(OFFERS, json=draft(capacity=20), headers=catalog.coordinator())
    assert (unchanged.status_code, unchanged.json()["changed"]) == (200, False)
    assert (changed.status_code, changed.json()["changed"]) == (201, True)
    (event,) = await catalog.run.recorded(OfferChanged)
    assert event.capacity == 20
    assert await catalog.run.scalar("SELECT version FROM offer") == 2


async def test_a_refusal_names_field_and_cure_and_is_kept(catalog: Catalog) -> None:
    answer = await catalog.run.client.post(OFFERS, json=draft(capacity=0), headers=catalog.coordinator(catalog.club))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    fields = {error["field"] for error in answer.json()["errors"]}
    assert {"capacity", "level"} <= fields
    assert all(error["message"] and error["cure"] for error in answer.json()["errors"])
    (event,) = await catalog.run.recorded(SubmissionRejected)
    assert {one.field for one in event.objections} == fields
    assert await catalog.run.scalar("SELECT count(*) FROM offer") == 0


async def test_ask_answers_with_the_verdict(catalog: Catalog) -> None:
    reply = await catalog.run.nats.request("ask.ASCHOOL.offer", json.dumps(draft()).encode(), timeout=5)
    assert json.loads(reply.data)["accepted"] is True
    reply = await catalog.run.nats.request("ask.ANOBODY.offer", json.dumps(draft()).encode(), timeout=5)
    assert json.loads(reply.data)["errors"][0]["field"] == "sender"


async def test_submit_is_judged_later_and_a_repetition_changes_nothing(catalog: Catalog) -> None:
    body = json.dumps(draft(external_id="S-1")).encode()
    for _ in range(2):
        await catalog.run.nats.request("submit.ASCHOOL.offer", body, timeout=5, headers={"Nats-Msg-Id": "message-1"})
    await catalog.run.nats.request("submit.ASCHOOL.offer", b"[broken", timeout=5, headers={"Nats-Msg-Id": "message-2"})
    await eventually(lambda: catalog.run.scalar("SELECT count(*) = 2 FROM submission"))
    assert [one.reference for one in await catalog.run.recorded(SubmissionAccepted)] == ["message-1"]
    assert [one.reference for one in await catalog.run.recorded(SubmissionRejected)] == ["message-2"]


async def test_a_reference_names_one_content(catalog: Catalog) -> None:
    for capacity in (12, 20):
        body = json.dumps(draft(external_id="S-2", capacity=capacity)).encode()
        await catalog.run.nats.request("submit.ASCHOOL.offer", body, timeout=5, headers={"Nats-Msg-Id": "same"})
        await asyncio.sleep(0.3)  # past the broker's own window of message ids
    await eventually(lambda: catalog.run.scalar("SELECT count(*) = 2 FROM submission"))
    (rejected,) = await catalog.run.recorded(SubmissionRejected)
    assert [one.field for one in rejected.objections] == ["reference"]
    assert await catalog.run.scalar("SELECT capacity FROM offer") == 12


async def test_two_at_once_with_one_number_are_one_offer(catalog: Catalog) -> None:
    answers = await asyncio.gather(
        *(
            catalog.run.client.post(OFFERS, json=draft(capacity=seats), headers=catalog.coordinator())
            for seats in (10, 11, 12, 13)
        )
    )
    assert {answer.status_code for answer in answers} == {201}
    assert await catalog.run.rows("SELECT count(*), max(version) FROM offer") == [(1, 4)]


async def test_the_four_ways_give_equal_events(catalog: Catalog) -> None:
    def without_ids(event: OfferPublished) -> dict[str, object]:
        return event.model_dump(exclude={"offer_id"})

    seen = []
    for way in ("http", "ask", "submit", "xlsx"):
        values = draft(external_id=f"{way}-1")
        if way == "http":
            await catalog.run.client.post(OFFERS, json=values, headers=catalog.coordinator())
        elif way == "xlsx":
            row = values | {
                "grades": "10, 11",
                "slots": "Вт 15:10–16:40; Чт 15:10–15:55",
                "language": "русский",
                "prerequisites": "",
            }
            files = {"file": ("offers.xlsx", workbook(row | {"teacher_id": "", "description": ""}))}
            answer = await catalog.run.client.post(f"{OFFERS}/import", files=files, headers=catalog.coordinator())
            assert answer.json()["accepted"] == 1, answer.text
        else:
            await catalog.run.nats.request(f"{way}.ASCHOOL.offer", json.dumps(values).encode(), timeout=5)
        await eventually(partial(catalog.run.scalar, "SELECT count(*) = :n FROM offer", n=len(seen) + 1))
        seen.append(without_ids((await catalog.run.recorded(OfferPublished))[-1]))
    assert seen[0] == seen[1] == seen[2] == seen[3]


async def test_a_wrong_row_never_stops_the_good_ones(catalog: Catalog) -> None:
    content = workbook({"external_id": "X-1"}, {"external_id": "X-2", "capacity": "много"}, {"external_id": "X-3"})
    answer = await catalog.run.client.post(
        f"{OFFERS}/import", files={"file": ("offers.xlsx", content)}, headers=catalog.coordinator()
    )
    assert (answer.json()["accepted"], answer.json()["refused"]) == (2, 1)
    (wrong,) = [row for row in answer.json()["rows"] if not row["accepted"]]
    assert (wrong["row"], wrong["errors"][0]["column"]) == (3, "Мест")


async def test_what_is_no_workbook_and_what_is_too_large_is_refused(catalog: Catalog) -> None:
    answer = await catalog.run.client.post(
        f"{OFFERS}/import", files={"file": ("offers.xlsx", b"hello")}, headers=catalog.coordinator()
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "workbook.unreadable")
    answer = await catalog.run.client.post(OFFERS, content=b"x" * 1_000_001, headers=catalog.coordinator())
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    answer = await catalog.run.client.post(
        OFFERS, content=b"{broken", headers=catalog.coordinator() | {"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "broken_json")


async def test_another_organisations_offer_is_not_there(catalog: Catalog) -> None:
    made = await catalog.run.client.post(OFFERS, json=draft(), headers=catalog.coordinator())
    path = f"{OFFERS}/{made.json()['offer_id']}/close"
    assert (await catalog.run.client.post(path, headers=catalog.coordinator(catalog.club))).status_code == 404
    assert (await catalog.run.client.post(path, headers=catalog.run.bearer("pupil"))).status_code == 403
    assert (await catalog.run.client.post(path)).status_code == 401
    assert (await catalog.run.client.post(path, headers=catalog.coordinator())).json()["status"] == "closed"
    assert (await catalog.run.client.post(path, headers=catalog.coordinator())).status_code == 409
    assert (await catalog.run.client.get(f"{OFFERS}/{uuid.uuid4()}")).status_code == 404
