"""Letters over a real SMTP server, which may be down, busy, or refuse."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP
from platform_fixtures import eventually
from sqlalchemy import text

from contracts import settlement
from contracts.enrollment import PlacementRequested
from embedded.ports import free_port
from notifications.domain.postage import ATTEMPTS_MAX
from notifications.mailer import Mailer

from .conftest import Notifications
from .samples import act, placement


@dataclass
class Sink:
    """A mail server that keeps what it takes; `answers` are said first, one a letter."""

    letters: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        if self.answers:
            return self.answers.pop(0)
        self.letters.append(message_from_bytes(envelope.original_content, policy=policy.default))  # type: ignore[arg-type]
        return "250 kept"

    @asynccontextmanager
    async def open(self, port: int) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, hostname="sink", loop=loop), "127.0.0.1", port)
        try:
            yield
        finally:
            server.close()
            await server.wait_closed()


@asynccontextmanager
async def mailing(notifications: Notifications, port: int) -> AsyncIterator[None]:
    settings: Any = notifications.run.settings.model_copy(update={"smtp_port": port, "mail_from": "net@example.org"})
    task = asyncio.create_task(Mailer(settings).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def mail(notifications: Notifications) -> Any:
    return (await notifications.run.rows("SELECT state, attempts, error, mailbox FROM mail ORDER BY id"))[-1]


async def test_a_letter_waits_for_the_server_and_arrives_once(notifications: Notifications) -> None:
    north, south, _ = notifications.ids
    sink, port = Sink(), free_port()
    await notifications.hear(act(settlement.ActSent, north, south))
    async with mailing(notifications, port):
        await eventually(lambda: notifications.run.scalar("SELECT error <> '' FROM mail"))
        waiting = await mail(notifications)
        assert (waiting.state, waiting.attempts) == ("queued", 0), "a server that is away costs no try"
        async with sink.open(port):
            await eventually(lambda: notifications.run.scalar("SELECT state = 'sent' FROM mail"), seconds=30)
            await asyncio.sleep(0)
    (letter,) = sink.letters
    assert letter["to"] == "south@school.example"
    assert "net@example.org" in letter["from"]
    assert letter["subject"] == "Акт на подпись"
    event_id = await notifications.run.scalar("SELECT event_id FROM mail")
    assert letter["message-id"] == f"<{event_id}.{south}@test.bezgranits>"
    text = letter.get_content()
    assert "Организация «Школа north» отправила акт №\u00a07/2026" in text
    assert "http://test/notifications/" in text


async def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_not(notifications: Notifications) -> None:
    north, _, club = notifications.ids
    sink, port = Sink(answers=["451 busy"]), free_port()
    await notifications.hear(placement(PlacementRequested, north, club))
    async with sink.open(port), mailing(notifications, port):
        await eventually(lambda: notifications.run.scalar("SELECT attempts = 1 FROM mail"))
        tried = await mail(notifications)
        assert (tried.state, tried.error) == ("queued", "451 busy")
        await later(notifications)
        await eventually(lambda: notifications.run.scalar("SELECT state = 'sent' FROM mail"))
        assert [one["to"] for one in sink.letters] == ["club@school.example"]
        sink.answers.append("554 never")
        await notifications.hear(placement(PlacementRequested, north, club))
        await eventually(lambda: notifications.run.scalar("SELECT count(*) = 1 FROM mail WHERE state = 'failed'"))
    assert len(sink.letters) == 1


async def test_tries_are_bounded_and_a_bad_address_stops_nobody(notifications: Notifications) -> None:
    north, south, club = notifications.ids
    sink, port = Sink(answers=["451 busy"] * ATTEMPTS_MAX), free_port()
    await notifications.hear(placement(PlacementRequested, north, club))
    async with sink.open(port), mailing(notifications, port):
        for attempt in range(1, ATTEMPTS_MAX + 1):
            await eventually(
                lambda attempt=attempt: notifications.run.scalar("SELECT attempts = :n FROM mail", n=attempt)
            )
            await later(notifications)
        assert (await mail(notifications)).state == "failed"
        await execute(notifications, "UPDATE organization SET mailbox = E'x@y\\nBcc: z@y' WHERE slug = 'club'")
        await notifications.hear(placement(PlacementRequested, north, club))
        await notifications.hear(act(settlement.ActSent, club, south))
        await eventually(lambda: sink.letters)
    assert [one["to"] for one in sink.letters] == ["south@school.example"]
    states = await notifications.run.rows("SELECT state FROM mail ORDER BY id")
    assert [state for (state,) in states] == ["failed", "failed", "sent"]


async def later(notifications: Notifications) -> None:
    """Time passes until the next try."""
    await execute(notifications, "UPDATE mail SET next_attempt_at = now() WHERE state = 'queued'")


async def execute(notifications: Notifications, statement: str) -> None:
    async with notifications.run.runtime.database.worker() as session, session.begin():
        await session.execute(text(statement))
