"""Settings of a service process: environment variables with the prefix `BG_`."""

from pathlib import Path
from typing import Final

from pydantic import Field, HttpUrl
from pydantic_settings import BaseSettings, SettingsConfigDict

BODY_BYTES_MAX: Final = 1_000_000


class Settings(BaseSettings):
    """What a process is told by its deployment; every value that differs between installations is here."""

    model_config = SettingsConfigDict(env_prefix="BG_", extra="ignore")

    instance: str = Field(default="local", pattern=r"^[a-z0-9-]{1,32}$")
    demo: bool = False
    http_host: str = "127.0.0.1"
    http_port: int = 0
    public_url: str = "http://127.0.0.1:8000"
    database_owner_url: str = ""
    database_app_url: str
    database_worker_url: str
    database_pool_size: int = Field(default=10, ge=1, le=100)
    nats_url: str
    nats_credentials: Path | None = None
    state_dir: Path = Path(".data")
    assets_dir: Path = Path(".data/assets")
    center_url: str = ""
    jwks_file: Path | None = Field(default=None, description="Public keys from a file instead of from center.")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 0
    log_level: str = "INFO"
    json_logs: bool = True
    stream_max_age_days: int = Field(default=30, ge=1)
    frame_ancestors: tuple[HttpUrl, ...] = ()
