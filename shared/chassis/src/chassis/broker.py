"""Connect to NATS as one service's user."""

from typing import Any, Final

from faststream.nats import NatsBroker
from faststream.nats.security import NatsJWT

from chassis.logs import logger
from chassis.nkeys import CredentialsFile
from chassis.settings import Settings

log = logger("broker")

DRAIN_SECONDS: Final = 10
PENDING_BYTES: Final = 8 * 1024 * 1024


def sign_in(settings: Settings) -> dict[str, Any]:
    """The options by which a client of nats-py signs in with the service's credentials; none without a file."""
    if settings.nats_credentials is None:
        return {}
    file = CredentialsFile(settings.nats_credentials)
    return {"user_jwt_cb": file.jwt, "signature_cb": file.sign}


def _security(settings: Settings) -> NatsJWT | None:
    if settings.nats_credentials is None:
        return None
    file = CredentialsFile(settings.nats_credentials)
    return NatsJWT(file.jwt, file.sign)


def build_broker(service: str, settings: Settings) -> NatsBroker:
    """A FastStream broker that reconnects for ever; whoever needs it alive bounds its own waiting."""
    return NatsBroker(
        settings.nats_url,
        name=f"bezgranits-{service}",
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        connect_timeout=5,
        ping_interval=10,
        max_outstanding_pings=3,
        drain_timeout=DRAIN_SECONDS,
        graceful_timeout=DRAIN_SECONDS,
        pending_size=PENDING_BYTES,
        allow_reconnect=True,
        logger=None,
        specification_url="nats://localhost",
        security=_security(settings),
    )
