"""Rows and JSON to the domain's values and back; the only place that knows both."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Any
from uuid import UUID

from enrollment.domain.plan import Level, Mode, NetworkOffer, Plan, PlanItem
from enrollment.domain.rules import Finding, FindingState
from enrollment.domain.timetable import Slot
from enrollment.tables import Offer, Organization, StudyPlan


def slots_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Slot, ...]:
    """Weekly times from their JSON."""
    return tuple(
        sorted(
            Slot(one["weekday"], time.fromisoformat(one["starts_at"]), time.fromisoformat(one["ends_at"]))
            for one in stored
        )
    )


def slots_json(slots: Iterable[Slot]) -> list[dict[str, Any]]:
    """Weekly times as JSON."""
    return [
        {"weekday": slot.weekday, "starts_at": f"{slot.start:%H:%M}", "ends_at": f"{slot.end:%H:%M}"} for slot in slots
    ]


def network_offer(offer: Offer, seats_free: int | None = None) -> NetworkOffer:
    """The offer as the rules see it; a course without a subject is a subject of its own."""
    return NetworkOffer(
        offer_id=str(offer.id),
        organisation_id=str(offer.organization_id),
        title=offer.title,
        subject_code=offer.subject_code or f"course-{offer.id}",
        level=Level(offer.level),
        grades=tuple(offer.grades),
        hours_per_week=offer.hours_per_week,
        mode=Mode(offer.mode),
        settlement=offer.settlement,
        slots=slots_of(offer.slots),
        seats_free=seats_free,
    )


def items_json(plan: Plan) -> list[dict[str, Any]]:
    """The items of a plan as the table keeps them."""
    return [
        {
            "subject_code": item.subject_code,
            "title": item.title,
            "level": str(item.level),
            "grade": item.grade,
            "hours_per_week": hours_text(item.hours_per_week),
            "offer_id": item.offer_id,
            "host_organization_id": item.organisation_id,
            "mode": str(item.mode),
            "settlement": item.settlement,
            "slots": slots_json(item.slots),
        }
        for item in plan.items
    ]


def plan_of(row: StudyPlan, school: Organization, offers: Mapping[str, NetworkOffer]) -> Plan:
    """The plan as the rules see it; a network course has the hours and times that its offer has today.

    The pupil lives in term where the school is: a boarder's residence is elsewhere.
    """
    return Plan(
        pupil_id=str(row.pupil_id),
        cohort_year=row.cohort_year,
        grade=row.grade,
        profile_code=row.profile,
        school_id=str(school.id),
        settlement=school.settlement,
        items=tuple(_current(_item(stored), offers) for stored in row.subjects),
    )


def _item(stored: Mapping[str, Any]) -> PlanItem:
    return PlanItem(
        subject_code=stored["subject_code"],
        title=stored["title"],
        level=Level(stored["level"]),
        grade=stored["grade"],
        hours_per_week=Decimal(stored["hours_per_week"]),
        offer_id=stored["offer_id"],
        organisation_id=stored["host_organization_id"],
        mode=Mode(stored["mode"]),
        settlement=stored["settlement"],
        slots=slots_of(stored["slots"]),
    )


def _current(item: PlanItem, offers: Mapping[str, NetworkOffer]) -> PlanItem:
    offer = offers.get(item.offer_id or "")
    if offer is None:
        return item
    return replace(
        item,
        title=offer.title,
        hours_per_week=offer.hours_per_week,
        mode=offer.mode,
        settlement=offer.settlement,
        slots=offer.slots,
    )


def findings_json(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as the table and the interface show them; a repair is named by its label."""
    return [
        {
            "rule_id": finding.rule_id,
            "state": str(finding.state),
            "message": finding.message,
            "legal_reference": finding.legal_reference,
            "figures": [
                {"name": figure.name, "value": hours_text(figure.value), "unit": figure.unit}
                for figure in finding.figures
            ],
            "repair": finding.repair.label if finding.repair else None,
        }
        for finding in findings
    ]


def count_of(findings: Iterable[Mapping[str, Any]], state: FindingState) -> int:
    """How many kept findings have the state."""
    return sum(one["state"] == state for one in findings)


def hours_text(hours: Decimal) -> str:
    """Hours as the contracts write them: at most two digits, no trailing zeros."""
    return f"{hours.quantize(Decimal('0.01')).normalize():f}"


def offer_ids_of(plan: Plan) -> list[UUID]:
    """The network courses of a plan, in its order."""
    return [UUID(offer_id) for offer_id in plan.network_offer_ids]
