"""Банк образовательных ресурсов: composition root, the only wiring of the service."""

from pathlib import Path

from catalog import api, pages
from catalog.consumers import organizations, subscribe_submissions
from chassis.service import Service
from chassis.streams import submission_stream

service = Service(
    name="catalog",
    title="Банк образовательных ресурсов",
    routers=(api.router, pages.router),
    consumers=(organizations,),
    templates=Path(__file__).parent / "templates",
    streams=(submission_stream,),
    on_broker=subscribe_submissions,
)
