"""A partner's `.creds` file: who it speaks as, and how it proves that to the server."""

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_BLOCK = re.compile(r"-{3,}BEGIN [A-Z ]+-{3,}\s+([\w.\-]+)\s+-{3,}END [A-Z ]+-{3,}")
_SEED_BYTES = 36  # two of kind, 32 of key, two of checksum


class BadCredentials(ValueError):
    """The file is not a partner's `.creds` file; download it anew on the partner page."""


@dataclass(frozen=True, slots=True)
class PartnerCredentials:
    """The account in whose name the partner speaks, its token, and the key that signs the server's challenge."""

    account: str
    token: str
    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> "PartnerCredentials":
        """Read a `.creds` file; raises BadCredentials, or OSError when there is no such file."""
        try:
            token, seed = _BLOCK.findall(path.read_text(encoding="utf-8"))
            body = token.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["nats"]
            raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
            if len(raw) != _SEED_BYTES or binascii.crc_hqx(raw[:-2], 0) != int.from_bytes(raw[-2:], "little"):
                raise BadCredentials(f"{path}: the key is damaged")
            return cls(claims["issuer_account"], token, Ed25519PrivateKey.from_private_bytes(raw[2:-2]))
        except BadCredentials:
            raise
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise BadCredentials(f"{path}: not a partner's .creds file") from error

    def jwt(self) -> bytes:
        """The token, as nats-py asks for it."""
        return self.token.encode()

    def sign(self, nonce: str) -> bytes:
        """The server's challenge, signed, in base64, as nats-py asks for it."""
        return base64.b64encode(self._key.sign(nonce.encode()))
