"""What people see."""

import re
import uuid

from contracts import enrollment, settlement
from contracts.catalog import Objection

from .conftest import Notifications
from .samples import act, offer, placement, rejected


async def page(notifications: Notifications, path: str, *roles: str, htmx: bool = False, **who: uuid.UUID) -> str:
    headers = notifications.run.browser(*roles, **who) | ({"hx-request": "true"} if htmx else {})
    answer = await notifications.run.client.get(f"/notifications/{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_inbox_shows_the_unread_first_and_reads_without_javascript(notifications: Notifications) -> None:
    north, south, club = notifications.ids
    await notifications.hear(placement(enrollment.PlacementRequested, north, club))
    await notifications.hear(act(settlement.ActDisputed, club, south))
    text = await page(notifications, "", "coordinator", organization_id=club)
    assert "Сообщения (2)" in text
    assert "Прочитанные" not in text
    assert text.index("Возражения по акту") < text.index("Новая заявка на место"), "the newest first"
    assert "важно" in text
    actions = re.findall(r'action="(/notifications/inbox/[0-9a-f-]+/read)"', text)
    headers = notifications.run.browser("coordinator", organization_id=club)
    answer = await notifications.run.client.post(
        actions[0], headers=headers, data={"idempotency_key": str(uuid.uuid4())}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/notifications/")
    part = await page(notifications, "", "coordinator", htmx=True, organization_id=club)
    assert "<html" not in part, "htmx gets its part"
    assert "Сообщения (1)" in part
    assert part.index("Новая заявка на место") < part.index("Прочитанные") < part.index("Возражения по акту")
    await notifications.run.client.post("/notifications/inbox/read-all", headers=headers)
    assert "Непрочитанных сообщений нет" in await page(notifications, "", "coordinator", organization_id=club)


async def test_everything_has_an_empty_state_and_guests_are_led_to_sign_in(notifications: Notifications) -> None:
    assert "Сообщений пока нет" in await page(notifications, "", "pupil", person_id=uuid.uuid4())
    assert "Событий пока нет" in await page(notifications, "feed", "teacher", organization_id=uuid.uuid4())
    text = await page(notifications, "mail", "operator")
    assert "Писем пока нет" in text
    assert "Почтовый сервер не настроен" in text
    guest = await notifications.run.client.get("/notifications/", headers={"accept": "text/html"})
    assert (guest.status_code, guest.headers["location"]) == (303, "/center/sign-in?next=%2Fnotifications%2F")
    refused = await notifications.run.client.get("/notifications/mail", headers=notifications.run.browser("teacher"))
    assert refused.status_code == 403
    assert "Почта" not in await page(notifications, "", "teacher", organization_id=notifications.ids[0])


async def test_the_feed_shows_number_title_and_data(notifications: Notifications) -> None:
    north = notifications.ids[0]
    event = offer(north)
    await notifications.hear(event, *(offer(north) for _ in range(30)))
    last = len(await notifications.numbers(north))
    newest = await page(notifications, "feed", "coordinator", organization_id=north)
    assert f"№ {last}" in newest
    assert "Предложение опубликовано" in newest
    assert "Химия" in newest
    assert str(event.offer_id) not in newest, "31 entries after the first are more than a page"
    assert str(event.offer_id) in await page(notifications, "feed?page=2", "coordinator", organization_id=north)


async def test_what_others_wrote_is_escaped(notifications: Notifications) -> None:
    north, south, _ = notifications.ids
    evil = "<script>alert(1)</script>"
    event = rejected(north).model_copy(update={"reference": evil, "objections": (Objection(field="x", message=evil),)})
    await notifications.hear(event)
    for path in ("", "feed"):
        text = await page(notifications, path, "coordinator", organization_id=north)
        assert "alert(1)" in text
        assert evil not in text
    assert "alert(1)" not in await page(notifications, "feed", "coordinator", organization_id=south)


async def test_operators_see_what_became_of_the_letters(notifications: Notifications) -> None:
    north, south, _ = notifications.ids
    await notifications.hear(act(settlement.ActSent, north, south))
    text = await page(notifications, "mail", "operator")
    assert "south@school.example" in text
    assert "ждёт отправки" in text
    assert "Подпишите его" not in text, "what a letter says is for its recipient"
