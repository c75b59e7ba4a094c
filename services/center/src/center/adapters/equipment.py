"""What center holds besides its database, made once from the settings when the service is composed."""

from dataclasses import dataclass
from typing import Any, Final

from faststream.nats import NatsBroker
from starlette.requests import Request

from center.adapters.partners import PartnerBroker
from center.adapters.passwords import Passwords
from center.adapters.services import Services
from center.adapters.signing import TokenSigner, load_signer
from center.settings import CenterSettings
from chassis.runtime import Runtime

_NAME: Final = "equipment"


@dataclass(frozen=True, slots=True)
class Equipment:
    """Keys, password hashing, and the way to the broker's accounts and to the other services."""

    settings: CenterSettings
    signer: TokenSigner
    passwords: Passwords
    partners: PartnerBroker
    services: Services


def equip(_: NatsBroker, runtime: Runtime) -> None:
    """Make the equipment; a missing or wrong signing key stops the service here, before it answers anybody."""
    settings = runtime.settings
    assert isinstance(settings, CenterSettings)
    runtime.extra[_NAME] = Equipment(
        settings=settings,
        signer=load_signer(settings.signing_key_file, settings.state_dir, settings.instance),
        passwords=Passwords(),
        partners=PartnerBroker.from_settings(settings),
        services=Services(settings.service_urls),
    )


def of_runtime(runtime: Runtime) -> Equipment:
    """The equipment of a running service."""
    made: Any = runtime.extra[_NAME]
    assert isinstance(made, Equipment)
    return made


async def equipment(request: Request) -> Equipment:
    """The equipment, as a dependency of a route."""
    return of_runtime(request.app.state.runtime)
