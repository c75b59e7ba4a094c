"""Логистический центр персонализации: composition root, the only wiring of the service."""

import asyncio
from pathlib import Path

from center import api, pages
from center.adapters.equipment import equip, of_runtime
from center.consumers import enrollment
from center.operations.accounts import create_administrator
from center.settings import CenterSettings
from chassis.logs import logger
from chassis.runtime import Runtime
from chassis.service import Service

log = logger("center")


async def first_administrator(runtime: Runtime) -> None:
    """The first start makes the account `admin` with the password of the deployment's file."""
    equipped = of_runtime(runtime)
    file = equipped.settings.admin_password_file
    if file is None:
        return
    password = (await asyncio.to_thread(file.read_text, "utf-8")).strip()
    async with runtime.database.worker() as session, session.begin():
        made = await create_administrator(session, equipped.passwords, password)
    if made:
        log.info("administrator.created")


service = Service(
    name="center",
    title="Логистический центр персонализации",
    routers=(api.router, pages.router),
    consumers=(enrollment,),
    templates=Path(__file__).parent / "templates",
    settings=CenterSettings,
    on_broker=equip,
    background=(first_administrator,),
)
