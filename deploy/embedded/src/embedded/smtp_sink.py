"""A mail server that delivers to a folder: `python -m embedded.smtp_sink --port 2525 --directory mails`.

Every message it takes becomes a file `<nanoseconds>-<n>.eml`, whole or not at all; the oldest go when there are too many.
"""

import argparse
import asyncio
import itertools
import signal
import time
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"
_MAILS_MAX = 2000
_MAIL_BYTES_MAX = 10_000_000


class FolderDelivery:
    """Writes what arrives; the envelope goes on top as `X-Envelope-From` and `X-Envelope-To`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._numbers = itertools.count(1)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take one message."""
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
        name = f"{time.time_ns()}-{next(self._numbers)}"
        draft = self.directory / f".{name}"
        draft.write_bytes(head.encode() + bytes(envelope.original_content))
        draft.replace(self.directory / f"{name}.eml")
        self._forget_oldest()
        return "250 Message accepted for delivery"

    def _forget_oldest(self) -> None:
        mails = sorted(self.directory.glob("*.eml"))
        for mail in mails[: max(0, len(mails) - _MAILS_MAX)]:
            mail.unlink(missing_ok=True)


async def serve(host: str, port: int, directory: Path) -> None:
    """Take mail until SIGTERM or SIGINT."""
    delivery = FolderDelivery(directory)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def session() -> SMTP:
        return SMTP(delivery, data_size_limit=_MAIL_BYTES_MAX, enable_SMTPUTF8=True, hostname="localhost")

    server = await loop.create_server(session, host, port)
    print(f"taking mail on {host}:{port} into {directory}", flush=True)
    await stop.wait()
    server.close()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="a mail server that delivers to a folder")
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    asyncio.run(serve(options.host, options.port, options.directory))


if __name__ == "__main__":
    main()
