"""The mail folder as a child process."""

import socket
import sys
from pathlib import Path

from embedded.ports import free_port
from embedded.secretfiles import private_directory
from embedded.server import Server
from embedded.smtp_sink import HOST
from embedded.spawn import Command


class SmtpSink(Server):
    """Takes mail on `port` and writes it into `directory`."""

    def __init__(self, state_dir: Path, port: int | None = None) -> None:
        super().__init__("smtp", state_dir.absolute() / "smtp.log")
        self.port = port or free_port()
        self.directory = state_dir.absolute() / "mails"

    def command(self) -> Command:
        """Say how to start it."""
        private_directory(self.directory)
        options = ["--port", str(self.port), "--directory", str(self.directory)]
        return Command([sys.executable, "-m", "embedded.smtp_sink", *options])

    def is_ready(self) -> bool:
        """See whether it greets."""
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as connection:
                return connection.recv(4) == b"220 "
        except OSError:
            return False

    def mails(self) -> list[Path]:
        """What has arrived, oldest first."""
        return sorted(self.directory.glob("*.eml"))
