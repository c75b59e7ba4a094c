"""What a partner may do on the broker, as signed claims; minting only, nothing is stored or sent here.

Each partner has an account of its own. The platform's account exports a few subjects in which one token must be the asking
account's key (`account_token_position`); a partner's account imports its own of them under local names. So the *server*
stamps who speaks, no activation tokens are needed, and everything else does not exist for the partner:

    partner publishes                          the platform sees
    submit.offer                               submit.<account>.offer                    stored in SUBMISSIONS, answers a PubAck
    ask.offer                                  ask.<account>.offer                       catalog answers with the verdict
    BG.API.CONSUMER.MSG.NEXT.FEED.<account>    $JS.API.CONSUMER.MSG.NEXT.FEED.<account>  its own consumer of FEED
    $JS.ACK.….FEED.<account>.…                 the same

The prefix `BG.API` lets standard clients work (`nc.jetstream(prefix="BG.API")`): under its own name the API would be answered
by the partner's account, which has no JetStream.

A partner's users are signed by a *signing key* that lives only while they are minted. Nothing of it has to be kept, and
minting again both gives new credentials and ends the old ones, live connections included.
"""

from dataclasses import dataclass
from typing import Any, Final

from chassis.nkeys import Credentials, KeyKind, KeyPair, mint

API_PREFIX: Final = "BG.API"
FEED_STREAM: Final = "FEED"
_NEXT: Final = f"CONSUMER.MSG.NEXT.{FEED_STREAM}"
_INFO: Final = f"CONSUMER.INFO.{FEED_STREAM}"


@dataclass(frozen=True, slots=True)
class PartnerLimits:
    """Bounds of one partner's account; `leaf_nodes` is for villages that run a server of their own."""

    connections: int = 5
    subscriptions: int = 50
    payload_bytes: int = 65_536
    leaf_nodes: int = 0


DEFAULT_LIMITS: Final = PartnerLimits()


@dataclass(frozen=True, slots=True)
class PartnerGrant:
    """What minting gives: the account's claims go to the broker, the credentials to the partner, once."""

    account: str
    account_jwt: str
    user: str
    credentials: Credentials


def platform_exports() -> list[dict[str, Any]]:
    """The exports of the platform's account that partners import from."""
    return [
        _export("feed-next", f"$JS.API.{_NEXT}.*", 7, response="Stream"),
        _export("feed-info", f"$JS.API.{_INFO}.*", 6),
        _export("feed-ack", f"$JS.ACK.{FEED_STREAM}.*.>", 4),
        _export("feed-ack-domain", f"$JS.ACK.*.*.{FEED_STREAM}.*.>", 6),
        _export("ask-offer", "ask.*.offer", 2),
        _export("submit-offer", "submit.*.offer", 2),
    ]


def mint_partner(
    operator_signer: KeyPair,
    platform_account: str,
    name: str,
    *,
    account: str | None = None,
    limits: PartnerLimits = DEFAULT_LIMITS,
    expires_at: int | None = None,
) -> PartnerGrant:
    """Mint a partner's account and one user of it.

    Give the `account` (public key) of an earlier grant to renew it: the partner keeps its identity and its consumer, and
    all former credentials end once the broker has the new claims (`$SYS.REQ.CLAIMS.UPDATE`). `expires_at` (seconds since
    1970) bounds the credentials.
    """
    account = account or KeyPair.create(KeyKind.ACCOUNT).public
    signer, user = KeyPair.create(KeyKind.ACCOUNT), KeyPair.create(KeyKind.USER)
    account_jwt = mint(
        operator_signer, account, name, "account", _account_claims(account, platform_account, limits, [signer.public])
    )
    user_claims = {**_user_claims(account, limits), "issuer_account": account}
    user_jwt = mint(signer, user.public, name, "user", user_claims, expires_at=expires_at)
    return PartnerGrant(account, account_jwt, user.public, Credentials(user_jwt, user.seed))


def mint_closed_account(operator_signer: KeyPair, account: str, name: str) -> str:
    """Mint claims that shut a partner out: nobody can sign in to the account, and who is in is cut off."""
    shut = PartnerLimits(connections=0, subscriptions=0, payload_bytes=0)
    return mint(operator_signer, account, name, "account", {**_account_claims(account, "", shut, []), "imports": []})


def _account_claims(account: str, platform: str, limits: PartnerLimits, signing_keys: list[str]) -> dict[str, Any]:
    return {
        "imports": [
            _import("feed-next", platform, f"$JS.API.{_NEXT}.{account}", f"{API_PREFIX}.{_NEXT}.{account}"),
            _import("feed-info", platform, f"$JS.API.{_INFO}.{account}", f"{API_PREFIX}.{_INFO}.{account}"),
            _import("feed-ack", platform, f"$JS.ACK.{FEED_STREAM}.{account}.>"),
            _import("feed-ack-domain", platform, f"$JS.ACK.*.*.{FEED_STREAM}.{account}.>"),
            _import("ask-offer", platform, f"ask.{account}.offer", "ask.offer"),
            _import("submit-offer", platform, f"submit.{account}.offer", "submit.offer"),
        ],
        "limits": {
            "conn": limits.connections,
            "leaf": limits.leaf_nodes,
            "subs": limits.subscriptions,
            "payload": limits.payload_bytes,
            "data": -1,
            "imports": -1,
            "exports": 0,
            "wildcards": False,
            "disallow_bearer": True,
            "mem_storage": 0,
            "disk_storage": 0,
        },
        "signing_keys": signing_keys,
        "default_permissions": {"pub": {}, "sub": {}},
    }


def _user_claims(account: str, limits: PartnerLimits) -> dict[str, Any]:
    allowed = [
        f"{API_PREFIX}.{_NEXT}.{account}",
        f"{API_PREFIX}.{_INFO}.{account}",
        f"$JS.ACK.{FEED_STREAM}.{account}.>",
        f"$JS.ACK.*.*.{FEED_STREAM}.{account}.>",
        "ask.offer",
        "submit.offer",
    ]
    permissions = {"pub": {"allow": allowed}, "sub": {"allow": ["_INBOX.>"]}}
    return {**permissions, "subs": limits.subscriptions, "data": -1, "payload": limits.payload_bytes}


def _export(name: str, subject: str, account_token_position: int, *, response: str = "Singleton") -> dict[str, Any]:
    return {
        "name": name,
        "subject": subject,
        "type": "service",
        "account_token_position": account_token_position,
        "response_type": response,
    }


def _import(name: str, platform: str, subject: str, local_subject: str = "") -> dict[str, Any]:
    claim = {"name": name, "subject": subject, "account": platform, "type": "service"}
    return {**claim, "local_subject": local_subject} if local_subject else claim
