"""What one installation has for itself: its name, its ports, its keys and passwords, made at the first start and kept."""

import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from embedded.databases import RolePasswords
from embedded.ports import keep_or_choose
from embedded.secretfiles import private_directory, read_or_create, write_private

ADMINISTRATOR_LOGIN = "admin"


class Installation:
    """The kept things of one state folder."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self._secrets = state_dir / "secrets"

    @property
    def name(self) -> str:
        """Short name that tells two installations on one machine apart; goes into the names of cookies."""
        return read_or_create(self.state_dir / "instance", lambda: f"bg-{secrets.token_hex(3)}")

    @property
    def signing_key_file(self) -> Path:
        """Ed25519 key (PEM, PKCS 8) that center signs access tokens with."""
        path = self._secrets / "access-token.pem"
        read_or_create(path, _ed25519_pem)
        return path

    @property
    def administrator_password_file(self) -> Path:
        """First password of the administrator."""
        path = self._secrets / "administrator.password"
        read_or_create(path, lambda: secrets.token_urlsafe(12))
        return path

    def database_passwords(self, service: str) -> RolePasswords:
        """Passwords of a service's three database roles."""
        path = self._secrets / f"database-{service}.json"
        made = read_or_create(path, lambda: json.dumps(asdict(RolePasswords.generate())))
        return RolePasswords(**json.loads(made))

    def ports(self, names: Iterable[str]) -> dict[str, int]:
        """Ports by name: the ones used before where they are free, new ones where somebody took them."""
        path = private_directory(self.state_dir) / "ports.json"
        remembered: dict[str, int] = {}
        if path.exists():
            remembered = json.loads(path.read_text(encoding="utf-8"))
        chosen = keep_or_choose(remembered, names)
        write_private(path, json.dumps({**remembered, **chosen}, indent=1, sort_keys=True) + "\n")
        return chosen


def _ed25519_pem() -> str:
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )
