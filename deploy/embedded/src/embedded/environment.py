"""The environment of a service's process: what its deployment tells it, in variables that begin with `BG_`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.installation import Installation
from embedded.nats import NatsServer
from embedded.nats_permissions import SERVICES
from embedded.postgres import ServiceDatabase

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a service finds everything; `database` in SQLAlchemy's notation, `ports` by service and `smtp`."""

    installation: Installation
    demo: bool
    ports: Mapping[str, int]
    database: ServiceDatabase
    nats: NatsServer
    origin: str
    state_dir: Path
    assets_dir: Path


def service_environment(at: Addresses, service: str) -> dict[str, str]:
    """Variables of one service; the keys that sign partners and tokens go to center alone."""
    variables = {
        "BG_INSTANCE": at.installation.name,
        "BG_DEMO": "1" if at.demo else "0",
        "BG_HTTP_HOST": HOST,
        "BG_HTTP_PORT": str(at.ports[service]),
        "BG_PUBLIC_URL": at.origin,
        "BG_DATABASE_OWNER_URL": at.database.owner_url,
        "BG_DATABASE_APP_URL": at.database.app_url,
        "BG_DATABASE_WORKER_URL": at.database.worker_url,
        "BG_NATS_URL": at.nats.url,
        "BG_NATS_CREDENTIALS": str(at.nats.credentials(service)),
        "BG_STATE_DIR": str(at.state_dir),
        "BG_ASSETS_DIR": str(at.assets_dir),
        "BG_CENTER_URL": _url(at.ports["center"]),
        "BG_SMTP_HOST": HOST,
        "BG_SMTP_PORT": str(at.ports["smtp"]),
    }
    return {**variables, **_center(at)} if service == "center" else variables


def _center(at: Addresses) -> dict[str, str]:
    auth = at.nats.auth
    if auth is None:
        raise LookupError("center needs a broker with accounts")
    return {
        "BG_SIGNING_KEY_FILE": str(at.installation.signing_key_file),
        "BG_NATS_PLATFORM_ACCOUNT_PUBLIC": auth.platform_account,
        "BG_NATS_OPERATOR_SIGNING_KEY_FILE": str(auth.operator_signing_key_file),
        "BG_NATS_SYSTEM_CREDENTIALS": str(auth.credentials("system")),
        "BG_ADMIN_PASSWORD_FILE": str(at.installation.administrator_password_file),
        "BG_SERVICE_URLS": json.dumps({name: _url(at.ports[name]) for name in SERVICES}),
    }


def _url(port: int) -> str:
    return f"http://{HOST}:{port}"
