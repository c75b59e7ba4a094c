"""`python -m <service> serve|migrate|republish`: the same three words for every service."""

import argparse
import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import uvicorn

from chassis.logs import configure_logs
from chassis.migrations import migrate
from chassis.service import Service, create_app

KEEP_ALIVE_SECONDS: Final = 75
"""Longer than the front door keeps an idle connection: it must never send into one that is being closed here."""


def run(service: Service, package_file: str, arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and do it; `package_file` tells where the service's migrations lie."""
    parser = argparse.ArgumentParser(prog=service.name, description=service.title)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="HTTP, consumers and relay in one process")
    commands.add_parser("migrate", help="bring the database to the newest revision")
    again = commands.add_parser("republish", help="refill the stream from event_log with the same ids")
    again.add_argument("--since", type=datetime.fromisoformat, required=True, help="ISO 8601, with its zone")
    chosen = parser.parse_args(arguments)
    settings = service.settings()
    configure_logs(service.name, settings.log_level, json=settings.json_logs)
    if chosen.command == "migrate":
        migrate(Path(package_file).resolve().parents[2] / "migrations", settings.database_owner_url)
    elif chosen.command == "republish":
        from chassis.outbox.republish import republish

        count = asyncio.run(republish(service.name, settings, chosen.since))
        print(f"{count} events go out again")
    else:
        uvicorn.run(
            create_app(service, settings),
            host=settings.http_host,
            port=settings.http_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=15,
            limit_concurrency=500,
            backlog=512,
        )
