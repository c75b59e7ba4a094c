"""Letters to organisations' mailboxes over SMTP: one sender at a time, bounded tries, at least once.

A letter that the server refuses for good is given up at once, a refusal for now is tried again (`domain/postage.py`). A
server that cannot be reached is no letter's fault: it costs no try, the letters wait, though no longer than three days.
"""

import asyncio
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Final, TypeAlias

import aiosmtplib
import asyncpg

from chassis.leadership import leadership
from chassis.logs import logger
from chassis.runtime import Runtime
from notifications.background import heed_cancellation
from notifications.domain.postage import WAITING_MAX, message_id, next_attempt
from notifications.settings import NotificationsSettings

log = logger("mails")

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

POLL_SECONDS: Final = 1.0
AWAY_SECONDS_MAX: Final = 30.0
SMTP_SECONDS: Final = 10.0
BATCH_MAX: Final = 20
SILENT_SECONDS_MAX: Final = 120  # one slow answer of the mail server must not cost the lead
FINAL_CODE: Final = 500  # from here on the server refuses for good

_DUE: Final = """
SELECT id, organization_id, event_id, mailbox, subject, body, attempts, created_at FROM mail
WHERE state = 'queued' AND next_attempt_at <= now() ORDER BY next_attempt_at, id LIMIT $1
"""
_SENT: Final = "UPDATE mail SET state = 'sent', sent_at = now(), attempts = attempts + 1, error = '' WHERE id = $1"
_REFUSED: Final = """
UPDATE mail SET state = CASE WHEN $2::timestamptz IS NULL THEN 'failed' ELSE 'queued' END, attempts = $3,
  next_attempt_at = coalesce($2, next_attempt_at), error = $4 WHERE id = $1
"""
_WAIT: Final = """
UPDATE mail SET error = $1, state = CASE WHEN created_at < now() - $2::interval THEN 'failed' ELSE 'queued' END
WHERE state = 'queued' AND next_attempt_at <= now()
"""


class ServerAway(Exception):
    """The mail server cannot be reached, or greets nobody."""


async def send_mails(runtime: Runtime) -> None:
    """Send what is due until the service stops; without a mail server in the settings letters are kept and not sent."""
    settings = runtime.settings
    assert isinstance(settings, NotificationsSettings)
    if not settings.smtp_port:
        log.warning("mails.no_server", cure="set BG_SMTP_HOST and BG_SMTP_PORT")
        return
    await Mailer(settings).run()


class Mailer:
    """Sends the due letters, the longest waiting first."""

    def __init__(self, settings: NotificationsSettings) -> None:
        self._settings = settings

    async def run(self) -> None:
        """Lead, and lead again after every failure, until cancelled."""
        while True:
            try:
                async with leadership(
                    self._settings.database_worker_url, "mails", idle_seconds=SILENT_SECONDS_MAX
                ) as connection:
                    await self._lead(connection)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("mails.database_away", error=type(error).__name__, reason=str(error))
                heed_cancellation()
                await asyncio.sleep(POLL_SECONDS)

    async def _lead(self, connection: Connection) -> None:
        pause = POLL_SECONDS
        while True:
            heed_cancellation()
            due = await connection.fetch(_DUE, BATCH_MAX)
            if due:
                try:
                    await self._send(connection, due)
                    pause = POLL_SECONDS
                    continue
                except ServerAway as away:
                    log.warning("mails.server_away", reason=str(away), retry_seconds=pause)
                    await connection.execute(_WAIT, "почтовый сервер не отвечает", WAITING_MAX)
            await asyncio.sleep(pause)
            pause = min(pause * 2, AWAY_SECONDS_MAX) if due else POLL_SECONDS

    async def _send(self, connection: Connection, due: list[asyncpg.Record]) -> None:
        server = aiosmtplib.SMTP(hostname=self._settings.smtp_host, port=self._settings.smtp_port, timeout=SMTP_SECONDS)
        try:
            await server.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise ServerAway(str(error) or type(error).__name__) from error
        async with server:
            for mail in due:
                try:
                    await server.send_message(self._letter(mail))
                except (aiosmtplib.SMTPException, OSError, ValueError) as refusal:
                    await self._refused(connection, mail, refusal)
                    if not server.is_connected:
                        return  # the others go over a new connection
                else:
                    await connection.execute(_SENT, mail["id"])

    async def _refused(self, connection: Connection, mail: asyncpg.Record, refusal: Exception) -> None:
        code, reason = verdict(refusal)
        attempts = mail["attempts"] + 1
        again = None if code >= FINAL_CODE else next_attempt(attempts, mail["created_at"], datetime.now(UTC))
        log.warning("mails.refused", mail_id=str(mail["id"]), code=code, attempts=attempts, given_up=again is None)
        await connection.execute(_REFUSED, mail["id"], again, attempts, f"{code} {reason}"[:500])

    def _letter(self, mail: asyncpg.Record) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = f"Школа без границ <{self._settings.mail_from}>"
        letter["To"] = mail["mailbox"]
        letter["Subject"] = mail["subject"]
        letter["Message-ID"] = message_id(mail["event_id"], mail["organization_id"], self._settings.instance)
        letter["Date"] = mail["created_at"]
        letter["Auto-Submitted"] = "auto-generated"
        page = f"{self._settings.public_url.rstrip('/')}/notifications/"
        letter.set_content(f"{mail['body']}\n\nОткрыть сообщение: {page}\n\nЭто письмо составлено автоматически.\n")
        return letter


def verdict(refusal: Exception) -> tuple[int, str]:
    """The server's code and words; what no server said is final if the letter itself is wrong, else for now."""
    if isinstance(refusal, aiosmtplib.SMTPRecipientsRefused):
        return refusal.recipients[0].code, refusal.recipients[0].message
    if isinstance(refusal, aiosmtplib.SMTPResponseException):
        return refusal.code, refusal.message
    if isinstance(refusal, ValueError | aiosmtplib.SMTPNotSupported):
        return 553, f"адрес не годится: {refusal}"
    return 421, str(refusal) or type(refusal).__name__
