"""Who is asking: a short-lived signed token (EdDSA, at most five minutes) that every service verifies by itself.

Browsers carry it in a `__Host-` cookie whose name holds the installation (ports share cookies), programs as a Bearer
token. center signs; its public keys are read from its key set and cached.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import httpx
import jwt
from fastapi import Depends, Request

from chassis.errors import Forbidden, Unauthenticated

ISSUER: Final = "bezgranits-center"
TOKEN_SECONDS: Final = 300
KEYS_SECONDS: Final = 60
ROLES: Final = (
    "pupil",
    "guardian",
    "tutor",
    "teacher",
    "coordinator",
    "accountant",
    "operator",
    "head",
    "department",
    "administrator",
)


@dataclass(frozen=True, slots=True)
class Principal:
    """The signed-in account: its roles, the organisation it acts for, and the pseudonymous person behind it."""

    account_id: UUID
    roles: frozenset[str]
    organization_id: UUID | None = None
    person_id: UUID | None = None
    name: str = ""
    org_name: str | None = None
    token: str = field(default="", repr=False)

    def has(self, *roles: str) -> bool:
        """Whether any of the roles is held."""
        return not self.roles.isdisjoint(roles)


def cookie_name(instance: str) -> str:
    """Cookies of one host are shared between its ports: the installation goes into the name."""
    return f"__Host-bg-{instance}"


class KeySet:
    """center's public keys, from a file or from its address, read again after a minute or for an unknown key."""

    def __init__(self, *, url: str = "", path: Path | None = None) -> None:
        self._url = url
        self._path = path
        self._keys: dict[str, Any] = {}
        self._read_at = float("-inf")

    async def find(self, key_id: str) -> Any:
        """The key with this id; raises Unauthenticated when center does not publish it."""
        age = time.monotonic() - self._read_at
        if age > KEYS_SECONDS or (key_id not in self._keys and age > 1):
            await self._read()
        if key_id not in self._keys:
            raise Unauthenticated("Подпись пропуска неизвестна. Войдите заново.")
        return self._keys[key_id]

    async def _read(self) -> None:
        try:
            if self._path is not None:
                document = json.loads(self._path.read_text())
            else:
                async with httpx.AsyncClient(timeout=3, trust_env=False) as client:
                    document = (await client.get(self._url)).raise_for_status().json()
        except (httpx.HTTPError, OSError, ValueError) as error:
            if self._keys:  # center is away: the keys we have stay good, the tokens' short life is the bound
                return
            raise Unauthenticated(
                "Проверить пропуск сейчас нельзя: центр не отвечает. Повторите через минуту."
            ) from error
        self._keys = {key["kid"]: jwt.PyJWK(key).key for key in document["keys"]}
        self._read_at = time.monotonic()


class Verifier:
    """Turns a token into a Principal."""

    def __init__(self, keys: KeySet, instance: str) -> None:
        self._keys = keys
        self._instance = instance

    async def principal(self, token: str) -> Principal:
        """Verify signature, issuer, audience and life; raises Unauthenticated."""
        try:
            key_id = jwt.get_unverified_header(token).get("kid", "")
            claims = jwt.decode(
                token,
                await self._keys.find(key_id),
                algorithms=["EdDSA"],
                issuer=ISSUER,
                audience=self._instance,
                leeway=5,
                options={"require": ["exp", "iat", "sub"]},
            )
            return Principal(
                account_id=UUID(claims["sub"]),
                roles=frozenset(claims.get("roles", ())) & frozenset(ROLES),
                organization_id=UUID(claims["org"]) if claims.get("org") else None,
                person_id=UUID(claims["person"]) if claims.get("person") else None,
                name=claims.get("name", ""),
                org_name=claims.get("org_name"),
                token=token,
            )
        except (jwt.PyJWTError, ValueError, KeyError) as error:
            raise Unauthenticated("Пропуск недействителен или истёк. Войдите заново.") from error


def token_of(request: Request, instance: str) -> tuple[str, bool]:
    """The token a request carries, and whether it came in the cookie."""
    authorization = request.headers.get("authorization", "")
    if authorization.lower().startswith("bearer "):
        return authorization[7:].strip(), False
    return request.cookies.get(cookie_name(instance), ""), True


async def current(request: Request) -> Principal | None:
    """The principal of the request, None for a guest."""
    known: Principal | None = getattr(request.state, "principal", None)
    return known


async def signed_in(request: Request) -> Principal:
    """The principal of the request; raises Unauthenticated for a guest."""
    known = await current(request)
    if known is None:
        raise Unauthenticated("Нужно войти.")
    return known


def require(*roles: str) -> Callable[..., Any]:
    """A dependency that lets only these roles in; raises Forbidden for others."""
    unknown = set(roles) - set(ROLES)
    assert not unknown, unknown

    async def check(principal: Annotated[Principal, Depends(signed_in)]) -> Principal:
        if not principal.has(*roles):
            raise Forbidden("Для этого действия нужна другая роль.")
        return principal

    return check
