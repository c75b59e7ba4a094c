"""The key that signs access tokens, and the key set that services verify them with."""

import base64
import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.auth import ISSUER, TOKEN_SECONDS


class WrongKey(RuntimeError):
    """The file holds no Ed25519 private key in PEM: center cannot sign anybody in."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a token speaks for."""

    account_id: UUID
    roles: tuple[str, ...]
    organization_id: UUID | None
    person_id: UUID | None
    name: str
    org_name: str | None


class TokenSigner:
    """Signs access tokens (EdDSA, RFC 8037) of one installation; the key's id is its thumbprint (RFC 7638)."""

    def __init__(self, key: Ed25519PrivateKey, instance: str) -> None:
        self._key = key
        self._instance = instance
        raw = key.public_key().public_bytes_raw()
        public = {"crv": "Ed25519", "kty": "OKP", "x": base64.urlsafe_b64encode(raw).decode().rstrip("=")}
        digest = hashlib.sha256(json.dumps(public, separators=(",", ":"), sort_keys=True).encode()).digest()
        self.key_id = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        self._public = public

    def key_set(self) -> dict[str, Any]:
        """The JSON Web Key Set."""
        return {"keys": [{**self._public, "kid": self.key_id, "use": "sig", "alg": "EdDSA"}]}

    def sign(self, holder: Holder) -> str:
        """A token that lives for `TOKEN_SECONDS`."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": self._instance,
            "sub": str(holder.account_id),
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "roles": sorted(holder.roles),
            "name": holder.name,
        }
        if holder.organization_id:
            claims |= {"org": str(holder.organization_id), "org_name": holder.org_name}
        if holder.person_id:
            claims["person"] = str(holder.person_id)
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self.key_id})


def load_signer(path: Path | None, state_dir: Path, instance: str) -> TokenSigner:
    """The signer of this installation; raises WrongKey. Without a configured file a key is made and kept (0600)."""
    if path is None:
        path = state_dir / "access-token.pem"
        _make_once(path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise WrongKey(f"{path}: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise WrongKey(f"{path}: not an Ed25519 key")
    return TokenSigner(key, instance)


def _make_once(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
