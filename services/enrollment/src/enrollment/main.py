"""Учебные планы и места: composition root, the only wiring of the service."""

from pathlib import Path

from chassis.service import Service
from enrollment.api import placements, plans, study
from enrollment.consumers import catalog, center
from enrollment.pages import decisions, plan, requests, wishes

service = Service(
    name="enrollment",
    title="Учебные планы, места и результаты",
    routers=(
        plans.router,
        placements.router,
        study.router,
        plan.router,
        decisions.router,
        requests.router,
        wishes.router,
    ),
    consumers=(center, catalog),
    templates=Path(__file__).parent / "templates",
)
