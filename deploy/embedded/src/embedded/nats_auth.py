"""Operator, accounts and users of the broker (not there yet: start servers with `auth=False`)."""

from pathlib import Path


class NatsAuth:
    """Keys and credentials in one folder."""

    def __init__(self, directory: Path) -> None:
        raise LookupError(f"no accounts can be made in {directory} yet: use auth=False")

    def credentials(self, user: str) -> Path:
        """Path of a user's `.creds` file."""
        raise LookupError(user)

    def server_config(self) -> str:
        """Part of the server's configuration."""
        return ""
