"""Who may do what inside the platform's account, as a table.

A service publishes its own events and nobody else's, declares its own streams, and reads all event streams through
consumers. That guards against mistakes and leaked credentials of one kind; it does not make the services strangers to one
another (whoever may create a push consumer can choose where the server delivers).
"""

from typing import Any, Final

STREAMS: Final[dict[str, tuple[str, ...]]] = {
    "catalog": ("CATALOG", "SUBMISSIONS"),
    "enrollment": ("ENROLLMENT",),
    "settlement": ("SETTLEMENT",),
    "notifications": ("NOTIFICATIONS", "FEED"),
    "center": ("CENTER",),
}
SERVICES: Final = tuple(STREAMS)
_RESERVED: Final = ("SUBMISSIONS", "FEED")  # read by their owner alone
_ALL_STREAMS: Final = tuple(stream for streams in STREAMS.values() for stream in streams)
_PUBLISH: Final[dict[str, tuple[str, ...]]] = {"notifications": ("feed.>",), "center": ("$KV.>",)}
_SUBSCRIBE: Final[dict[str, tuple[str, ...]]] = {"catalog": ("ask.*.offer",)}
_ANSWERS: Final = {"max": 1, "ttl": 60_000_000_000}  # one reply to each request, within 60 s


def service_permissions(service: str) -> dict[str, Any]:
    """User claims of one service."""
    own = STREAMS[service]
    publish = [
        f"evt.{service}.>",
        *_PUBLISH.get(service, ()),
        "$JS.API.INFO",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.LIST",
        "$JS.API.STREAM.INFO.*",
        "$JS.API.STREAM.MSG.GET.*",
        "$JS.API.DIRECT.GET.>",
        "$JS.API.CONSUMER.>",
        "$JS.ACK.>",
        "$JS.FC.>",
        *(f"$JS.API.STREAM.{verb}.{stream}" for stream in own for verb in ("CREATE", "UPDATE", "PURGE", "MSG.DELETE")),
    ]
    deny = [subject for stream in _RESERVED if stream not in own for subject in _reading(stream)]
    if service == "center":  # its key-value buckets are streams whose names are its own affair
        publish += ["$JS.API.STREAM.CREATE.*", "$JS.API.STREAM.UPDATE.*"]
        others = [stream for stream in _ALL_STREAMS if stream not in own]
        deny += [f"$JS.API.STREAM.{verb}.{stream}" for stream in others for verb in ("CREATE", "UPDATE")]
    subscribe = ["_INBOX.>", *_SUBSCRIBE.get(service, ())]
    claims = _user(publish, subscribe, deny)
    return {**claims, "resp": _ANSWERS} if service in _SUBSCRIBE else claims


def tools_permissions() -> dict[str, Any]:
    """User claims for provisioning, demonstrations and tests: everything inside the platform's account."""
    return _user([">"], [">"], [])


def system_permissions() -> dict[str, Any]:
    """User claims in the system account: put partners' accounts in place and see who is connected."""
    requests = ["$SYS.REQ.CLAIMS.UPDATE", "$SYS.REQ.CLAIMS.DELETE", "$SYS.REQ.CLAIMS.LIST"]
    requests += ["$SYS.REQ.ACCOUNT.*.CONNZ", "$SYS.REQ.ACCOUNT.*.INFO", "$SYS.REQ.ACCOUNT.*.SUBSZ"]
    return _user(requests, ["_INBOX.>", "$SYS.ACCOUNT.>"], [])


def _reading(stream: str) -> list[str]:
    api = "$JS.API"
    return [
        f"{api}.CONSUMER.*.{stream}",
        f"{api}.CONSUMER.*.{stream}.>",
        f"{api}.CONSUMER.*.*.{stream}.>",  # MSG.NEXT and DURABLE.CREATE
        f"{api}.STREAM.MSG.GET.{stream}",
        f"{api}.DIRECT.GET.{stream}",
        f"{api}.DIRECT.GET.{stream}.>",
    ]


def _user(publish: list[str], subscribe: list[str], deny: list[str]) -> dict[str, Any]:
    pub: dict[str, Any] = {"allow": publish, **({"deny": deny} if deny else {})}
    return {"pub": pub, "sub": {"allow": subscribe}, "subs": -1, "data": -1, "payload": -1}
