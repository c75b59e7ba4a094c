"""NATS identities: nkey pairs, version 2 JWTs and `.creds` files, on `cryptography` alone.

An *operator* signs accounts, an *account* signs its users. Keys are Ed25519, written in base32 with a letter in front that
names the kind and a checksum behind (github.com/nats-io/nkeys).
"""

import base64
import binascii
import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_SEED = 18 << 3
_CREDS = re.compile(r"-{3,}BEGIN [A-Z ]+-{3,}\s+([\w.\-]+)\s+-{3,}END [A-Z ]+-{3,}")


class InvalidKey(ValueError):
    """The text is no nkey of the expected kind, or its checksum is wrong."""


class InvalidClaims(ValueError):
    """The text is no NATS JWT, or its issuer did not sign it."""


class KeyKind(Enum):
    """What a key stands for; the value is the prefix byte that makes its first letter O, A or U."""

    OPERATOR = 14 << 3
    ACCOUNT = 0
    USER = 20 << 3


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and its kind; the representation never shows the seed."""

    kind: KeyKind
    _private: Ed25519PrivateKey

    @classmethod
    def create(cls, kind: KeyKind) -> "KeyPair":
        """Make a new pair."""
        return cls(kind, Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: str) -> "KeyPair":
        """Restore a pair from its seed (`SO…`, `SA…`, `SU…`); raises InvalidKey."""
        raw = _decode(seed)
        if len(raw) != 34 or raw[0] & 0xF8 != _SEED:
            raise InvalidKey("not the seed of an nkey")
        prefix = (raw[0] & 7) << 5 | raw[1] >> 3
        return cls(_kind_of(prefix), Ed25519PrivateKey.from_private_bytes(raw[2:]))

    @property
    def public(self) -> str:
        """Public key, 56 characters."""
        return _encode(bytes([self.kind.value]) + self._private.public_key().public_bytes_raw())

    @property
    def seed(self) -> str:
        """Private key, 58 characters: a secret."""
        prefix = self.kind.value
        return _encode(bytes([_SEED | prefix >> 5, (prefix & 31) << 3]) + self._private.private_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """Sign with Ed25519."""
        return self._private.sign(data)

    def __repr__(self) -> str:
        return f"KeyPair({self.public})"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client needs to sign in: its JWT and the seed it proves itself with."""

    jwt: str
    seed: str

    def __repr__(self) -> str:
        return "Credentials(…)"


@dataclass(frozen=True, slots=True)
class CredentialsFile:
    """A `.creds` file as the two callbacks that nats-py asks for, read anew at each connection.

    `nats.connect(url, user_jwt_cb=file.jwt, signature_cb=file.sign)`, in FastStream `NatsJWT(file.jwt, file.sign)`. Their
    own reading of the file wants one more package, which does what this module does.
    """

    path: Path

    def jwt(self) -> bytes:
        """The user's JWT."""
        return self._read().jwt.encode()

    def sign(self, nonce: str) -> bytes:
        """The server's challenge, signed, in base64."""
        return base64.b64encode(KeyPair.from_seed(self._read().seed).sign(nonce.encode()))

    def _read(self) -> Credentials:
        return parse_creds(self.path.read_text(encoding="utf-8"))


def public_key_kind(text: str) -> KeyKind:
    """Tell the kind of a public key, after checking its length and checksum; raises InvalidKey."""
    raw = _decode(text)
    if len(raw) != 33:
        raise InvalidKey("not a public nkey")
    return _kind_of(raw[0])


def mint(
    signer: KeyPair, subject: str, name: str, kind: str, claims: Mapping[str, Any], *, expires_at: int | None = None
) -> str:
    """Sign a version 2 JWT about `subject` (a public key); `kind` is operator, account, user or activation.

    `claims` is the `nats` part; `expires_at` is in seconds since 1970, None for no end.
    """
    body: dict[str, Any] = {
        "iat": int(time.time()),
        "iss": signer.public,
        "name": name,
        "sub": subject,
        "nats": {**claims, "type": kind, "version": 2},
    }
    if expires_at is not None:
        body["exp"] = expires_at
    body["jti"] = base64.b32encode(hashlib.sha256(_json(body)).digest()).decode().rstrip("=")
    signed = _base64(_json({"typ": "JWT", "alg": "ed25519-nkey"})) + "." + _base64(_json(body))
    return signed + "." + _base64(signer.sign(signed.encode()))


def read_claims(token: str) -> dict[str, Any]:
    """Return the claims of a JWT after checking that its issuer signed it; raises InvalidClaims.

    Whether that issuer may be trusted is the caller's question.
    """
    try:
        head, body, signature = token.split(".")
        claims: dict[str, Any] = json.loads(_unbase64(body))
        issuer = Ed25519PublicKey.from_public_bytes(_decode(claims["iss"])[1:])
        issuer.verify(_unbase64(signature), f"{head}.{body}".encode())
    except (ValueError, KeyError, TypeError, InvalidSignature) as error:
        raise InvalidClaims("not a NATS JWT signed by its issuer") from error
    return claims


def format_creds(credentials: Credentials) -> str:
    """Write credentials as the text of a `.creds` file, which every NATS client reads."""
    return (
        f"-----BEGIN NATS USER JWT-----\n{credentials.jwt}\n------END NATS USER JWT------\n\n"
        "This file is a secret: whoever holds it speaks in your name.\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{credentials.seed}\n------END USER NKEY SEED------\n"
    )


def parse_creds(text: str) -> Credentials:
    """Read the text of a `.creds` file; raises InvalidClaims."""
    blocks = _CREDS.findall(text)
    if len(blocks) != 2:
        raise InvalidClaims("a .creds file holds a JWT and a seed")
    return Credentials(jwt=blocks[0], seed=blocks[1])


def _encode(raw: bytes) -> str:
    return base64.b32encode(raw + _crc16(raw).to_bytes(2, "little")).decode().rstrip("=")


def _decode(text: str) -> bytes:
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError) as error:
        raise InvalidKey("an nkey is written in base32") from error
    body, checksum = raw[:-2], raw[-2:]
    if _crc16(body).to_bytes(2, "little") != checksum or _encode(body) != text:  # a last letter has spare bits
        raise InvalidKey("the checksum of the nkey is wrong")
    return body


def _crc16(data: bytes) -> int:
    """CRC-16/XMODEM, which is what binascii computes."""
    return binascii.crc_hqx(data, 0)


def _kind_of(prefix: int) -> KeyKind:
    try:
        return KeyKind(prefix)
    except ValueError as error:
        raise InvalidKey("neither an operator, an account nor a user") from error


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
