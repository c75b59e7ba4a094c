"""Operator, accounts and users of the broker: keys made at the first start, claims signed anew at each.

In `directory`, all 0600: `operator.seed` (signs nothing but the operator's own claims), `operator-signing.seed` (signs
accounts; center mints partners with it), `system.seed`, `platform.seed`, and one `<user>.creds` each for the services,
`tools` and `system`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chassis.nkeys import Credentials, InvalidClaims, KeyKind, KeyPair, format_creds, mint, parse_creds
from chassis.partner_jwt import platform_exports
from embedded.nats_permissions import SERVICES, service_permissions, system_permissions, tools_permissions
from embedded.secretfiles import private_directory, read_or_create, write_private

_UNLIMITED = {"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "conn": -1, "leaf": -1}
_STORES = {"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}


class NatsAuth:
    """Keys and credentials in one folder; `prepare` writes them, the paths are known before."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @property
    def operator_signing_key_file(self) -> Path:
        """Seed that signs accounts; for center alone."""
        return self.directory / "operator-signing.seed"

    @property
    def platform_account(self) -> str:
        """Public key of the platform's account."""
        return self._key("platform", KeyKind.ACCOUNT).public

    @property
    def operator_signing_key(self) -> KeyPair:
        """The pair that signs accounts."""
        return self._key("operator-signing", KeyKind.OPERATOR)

    def credentials(self, user: str) -> Path:
        """Path of a user's `.creds` file: a service's name, `tools` or `system`."""
        if user not in {*SERVICES, "tools", "system"}:
            raise LookupError(f"the broker has no user {user!r}")
        return self.directory / f"{user}.creds"

    def prepare(self) -> str:
        """Write all credentials and return the part of the server's configuration that trusts them.

        Permissions follow the code, so claims are signed anew at each start; keys never change.
        """
        private_directory(self.directory)
        platform = self._key("platform", KeyKind.ACCOUNT)
        system = self._key("system", KeyKind.ACCOUNT)
        for service in SERVICES:
            self._write_user(service, platform, service_permissions(service))
        self._write_user("tools", platform, tools_permissions())
        self._write_user("system", system, system_permissions())
        return self._server_config(platform, system)

    def _server_config(self, platform: KeyPair, system: KeyPair) -> str:
        operator, signer = self._key("operator", KeyKind.OPERATOR), self.operator_signing_key
        trust = {"signing_keys": [signer.public], "system_account": system.public}
        operator_jwt = mint(operator, operator.public, "bezgranits", "operator", trust)
        accounts = {
            system: mint(signer, system.public, "SYSTEM", "account", _account(_UNLIMITED)),
            platform: mint(
                signer, platform.public, "PLATFORM", "account", _account({**_UNLIMITED, **_STORES}, platform_exports())
            ),
        }
        preload = "\n".join(f"  {account.public}: {token}" for account, token in accounts.items())
        accounts_dir = json.dumps(str(private_directory(self.directory / "accounts")), ensure_ascii=False)
        return f"""\
operator: {operator_jwt}
system_account: {system.public}
resolver {{
  type: full
  dir: {accounts_dir}
  allow_delete: true
  interval: "2m"
}}
resolver_preload {{
{preload}
}}
"""

    def _write_user(self, name: str, account: KeyPair, permissions: Mapping[str, Any]) -> None:
        path = self.credentials(name)
        try:
            user = KeyPair.from_seed(parse_creds(path.read_text(encoding="utf-8")).seed)
        except (FileNotFoundError, InvalidClaims):
            user = KeyPair.create(KeyKind.USER)
        token = mint(account, user.public, name, "user", permissions)
        write_private(path, format_creds(Credentials(token, user.seed)))

    def _key(self, name: str, kind: KeyKind) -> KeyPair:
        path = self.directory / f"{name}.seed"
        return KeyPair.from_seed(read_or_create(path, lambda: KeyPair.create(kind).seed))


def _account(limits: Mapping[str, Any], exports: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "limits": {**limits, "wildcards": True, "disallow_bearer": True},
        "exports": exports or [],
        "default_permissions": {"pub": {}, "sub": {}},
    }
