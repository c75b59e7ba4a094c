"""Partners' accounts on the broker: minted with the operator's signing key, put in place with the system credentials."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import nats

from center.settings import CenterSettings
from chassis.errors import DomainError
from chassis.logs import logger
from chassis.nkeys import CredentialsFile, KeyPair
from chassis.partner_jwt import PartnerGrant, mint_closed_account, mint_partner

log = logger("partners")

PUSH_SECONDS: Final = 8
CLAIMS_UPDATE: Final = "$SYS.REQ.CLAIMS.UPDATE"


class PartnerAccessUnavailable(DomainError):
    """The installation has no broker with accounts, or the broker does not take the account now."""

    code = "partner_access.unavailable"
    status = 503


@dataclass(frozen=True, slots=True)
class PartnerBroker:
    """The broker as the one place where partners' accounts are opened and shut."""

    nats_url: str
    platform_account: str
    signing_key_file: Path | None
    system_credentials: Path | None

    @classmethod
    def from_settings(cls, settings: CenterSettings) -> "PartnerBroker":
        """What the deployment gave; nothing is read before it is needed."""
        return cls(
            nats_url=settings.nats_url,
            platform_account=settings.nats_platform_account_public,
            signing_key_file=settings.nats_operator_signing_key_file,
            system_credentials=settings.nats_system_credentials,
        )

    async def open(self, name: str, account: str | None) -> PartnerGrant:
        """Mint credentials of a new account, or of the known one, whose former credentials end; raises
        PartnerAccessUnavailable."""
        grant = mint_partner(self._signer(), self.platform_account, name, account=account)
        await self._push(grant.account_jwt)
        return grant

    async def shut(self, name: str, account: str) -> None:
        """Cut the account off; raises PartnerAccessUnavailable."""
        await self._push(mint_closed_account(self._signer(), account, name))

    def _signer(self) -> KeyPair:
        if not self.platform_account or self.signing_key_file is None or self.system_credentials is None:
            raise PartnerAccessUnavailable(
                "В этой установке шина работает без учётных записей партнёров: доступ к ленте выдать нельзя."
            )
        try:
            return KeyPair.from_seed(self.signing_key_file.read_text(encoding="utf-8").strip())
        except (OSError, ValueError) as error:
            log.error("partners.signing_key_unreadable", error=type(error).__name__)
            raise PartnerAccessUnavailable("Ключ, которым подписывают доступ, не читается.") from error

    async def _push(self, account_jwt: str) -> None:
        assert self.system_credentials is not None
        file = CredentialsFile(self.system_credentials)
        try:
            async with asyncio.timeout(PUSH_SECONDS):
                client = await nats.connect(
                    self.nats_url, user_jwt_cb=file.jwt, signature_cb=file.sign, allow_reconnect=False
                )
                try:
                    reply = await client.request(CLAIMS_UPDATE, account_jwt.encode(), timeout=5)
                finally:
                    await client.close()
            code = json.loads(reply.data).get("data", {}).get("code")
        except Exception as error:  # nats-py, the file and the server fail in many ways; for the caller all are one
            log.error("partners.push_failed", error=type(error).__name__)
            raise PartnerAccessUnavailable("Шина сейчас не приняла учётную запись. Повторите через минуту.") from error
        if code != 200:
            log.error("partners.push_refused", code=code)
            raise PartnerAccessUnavailable("Шина отказалась принять учётную запись партнёра.")
