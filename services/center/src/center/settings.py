"""Settings of center: besides the common ones, the keys that only it holds."""

from pathlib import Path

from pydantic import Field

from chassis.settings import Settings


class CenterSettings(Settings):
    """Keys that sign access tokens and partners' accounts stand here and nowhere else."""

    signing_key_file: Path | None = Field(
        default=None, description="Ed25519 PEM; without it a key is made in the state folder at the first start."
    )
    admin_password_file: Path | None = Field(default=None, description="First password of the account `admin`.")
    service_urls: dict[str, str] = Field(
        default_factory=dict, description="JSON: internal address of every service, for the operator's pages."
    )
    nats_platform_account_public: str = ""
    nats_operator_signing_key_file: Path | None = None
    nats_system_credentials: Path | None = None
