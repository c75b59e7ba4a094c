"""The JSON interface: whose feed, whose inbox, and what others are told about it."""

import uuid

from contracts import enrollment, settlement

from .conftest import API, Notifications
from .samples import act, offer, placement, plan


async def test_a_feed_is_read_on_from_a_number(notifications: Notifications) -> None:
    north = notifications.ids[0]
    await notifications.hear(*(offer(north) for _ in range(5)))
    first = await notifications.get("/feed?limit=3", "coordinator", organization_id=north)
    assert [one["feed_seq"] for one in first["items"]] == [1, 2, 3]
    rest = await notifications.get("/feed?after=3", "coordinator", organization_id=north)
    assert [one["feed_seq"] for one in rest["items"]] == list(range(4, rest["last"] + 1))
    entry = rest["items"][-1]
    assert {"feed_seq", "id", "type", "subject", "sequence", "time", "data"} <= set(entry)
    assert (await notifications.get(f"/feed/{entry['feed_seq']}", "teacher", organization_id=north)) == entry
    assert (await notifications.get("/feed?after=9999", "coordinator", organization_id=north))["items"] == []


async def test_a_feed_belongs_to_the_tokens_organisation_and_to_its_staff(notifications: Notifications) -> None:
    north, south, club = notifications.ids
    run = notifications.run
    await notifications.hear(act(settlement.ActSent, north, south))
    own = await notifications.get("/feed?limit=500", "accountant", organization_id=north)
    foreign = await notifications.get("/feed?limit=500", "accountant", organization_id=club)
    assert "settlement.act.sent.v1" in {one["type"] for one in own["items"]}
    assert "settlement.act.sent.v1" not in {one["type"] for one in foreign["items"]}
    stranger = run.bearer("teacher", organization_id=club)
    assert (await run.client.get(f"{API}/feed/{own['last']}", headers=stranger)).status_code == 404
    assert (await run.client.get(f"{API}/feed")).status_code == 401
    assert (await run.client.get(f"{API}/feed", headers=run.bearer("pupil", organization_id=north))).status_code == 403
    assert (await run.client.get(f"{API}/feed", headers=run.bearer("coordinator"))).status_code == 403


async def test_an_inbox_holds_ones_own_and_the_organisations_messages(notifications: Notifications) -> None:
    north, _, club = notifications.ids
    pupil, other = uuid.uuid4(), uuid.uuid4()
    await notifications.hear(
        placement(enrollment.PlacementConfirmed, north, club, pupil),
        plan(enrollment.PlanReturned, north, other),
    )
    mine = await notifications.get("/inbox", "pupil", organization_id=north, person_id=pupil)
    assert [(one["title"], one["recipient_kind"]) for one in mine["items"]] == [("Место подтверждено", "person")]
    staff = await notifications.get("/inbox", "coordinator", organization_id=north)
    assert [(one["title"], one["recipient_kind"]) for one in staff["items"]] == [("Место подтверждено", "organization")]
    assert (await notifications.get("/inbox", "coordinator", organization_id=club))["total"] == 0
    assert (await notifications.get("/inbox", "administrator"))["items"] == []


async def test_reading_is_remembered_and_foreign_messages_do_not_exist(notifications: Notifications) -> None:
    north, south, club = notifications.ids
    run = notifications.run
    await notifications.hear(*(placement(enrollment.PlacementRequested, north, club) for _ in range(3)))
    staff = run.bearer("coordinator", organization_id=club)
    message = (await notifications.get("/inbox", "coordinator", organization_id=club))["items"][0]
    address = f"{API}/inbox/{message['id']}/read"
    refused = await run.client.post(address, headers=run.bearer("coordinator", organization_id=south))
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert (await run.client.post(address, headers=run.bearer("pupil", organization_id=club))).status_code == 404
    first, again = await run.client.post(address, headers=staff), await run.client.post(address, headers=staff)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json(), "reading again changes nothing"
    inbox = await notifications.get("/inbox", "accountant", organization_id=club)
    assert (inbox["total"], inbox["unread"]) == (3, 2)
    assert [one["read_at"] is None for one in inbox["items"]] == [True, True, False]
    assert (await run.client.post(f"{API}/inbox/read-all", headers=staff)).json() == {"read": 2}
    unread = await notifications.get("/inbox?unread=true", "coordinator", organization_id=club)
    assert (unread["items"], unread["unread"]) == ([], 0)


async def test_figures_are_for_operators(notifications: Notifications) -> None:
    north, south, club = notifications.ids
    await notifications.hear(
        act(settlement.ActSent, north, south), placement(enrollment.PlacementDeclined, north, club)
    )
    stats = await notifications.get("/stats", "operator")
    assert (stats["messages"], stats["mails"]) == (3, {"queued": 1, "sent": 0, "failed": 0})
    assert stats["entries"] == sum(one["entries"] for one in stats["feeds"])
    assert {one["short_name"] for one in stats["feeds"]} == {"Школа north", "Школа south", "Школа club"}
    run = notifications.run
    coordinator = run.bearer("coordinator", organization_id=north)
    assert (await run.client.get(f"{API}/stats", headers=coordinator)).status_code == 403
