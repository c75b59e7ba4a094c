"""Взаимозачёт: composition root, the only wiring of the service."""

from pathlib import Path

from chassis.service import Service
from settlement import api, pages
from settlement.consumers import lessons, offers, organizations

service = Service(
    name="settlement",
    title="Взаимозачёт между организациями",
    routers=(api.router, pages.router),
    consumers=(organizations, offers, lessons),
    templates=Path(__file__).parent / "templates",
)
