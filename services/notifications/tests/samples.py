"""Events of the other services, as they would come."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from chassis.inbox import Received
from contracts import catalog, center, enrollment, settlement
from contracts.base import Event, service_of
from contracts.envelope import Envelope


def received(event: Event, event_id: uuid.UUID | None = None) -> Received[Any]:
    """An event as a consumer hands it to its handler."""
    source = f"/services/{service_of(event.event_type)}"
    envelope = Envelope(
        id=event_id or uuid.uuid4(),
        type=event.event_type,
        source=source,
        subject=str(event.aggregate_id),
        time=datetime.now(UTC),
        sequence=1,
        audience=event.audience(),
    )
    return Received(envelope, event, 1)


def organization(
    slug: str, *, account: str | None = None, active: bool = True, organization_id: uuid.UUID | None = None
) -> center.OrganizationRegistered:
    return center.OrganizationRegistered(
        organization_id=organization_id or uuid.uuid4(),
        slug=slug,
        short_name=f"Школа {slug}",
        legal_type="budgetary",
        budget_level="municipal",
        network_roles=("base",),
        settlement="Тазовский",
        time_zone="Asia/Yekaterinburg",
        mailbox=f"{slug}@school.example",
        feed_account=account,
        active=active,
    )


def offer(organization_id: uuid.UUID) -> catalog.OfferPublished:
    return catalog.OfferPublished(
        offer_id=uuid.uuid4(),
        organization_id=organization_id,
        title="Химия",
        level="advanced",
        grades=(10,),
        hours_total="68",
        hours_per_week="2",
        capacity=12,
        mode="online",
        settlement="Тазовский",
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 5, 31),
        status="published",
    )


def rejected(organization_id: uuid.UUID) -> catalog.SubmissionRejected:
    return catalog.SubmissionRejected(
        submission_id=uuid.uuid4(),
        organization_id=organization_id,
        channel="http",
        reference="CHEM-1",
        objections=(catalog.Objection(field="capacity", message="Мест: 0.", cure="Укажите, сколько."),),
    )


def placement(
    kind: type[enrollment.PlacementState], home: uuid.UUID, host: uuid.UUID, pupil: uuid.UUID | None = None, **more: Any
) -> enrollment.PlacementState:
    values = {
        "placement_id": uuid.uuid4(),
        "plan_id": uuid.uuid4(),
        "pupil_id": pupil or uuid.uuid4(),
        "offer_id": uuid.uuid4(),
        "home_organization_id": home,
        "host_organization_id": host,
        "status": kind.event_type.split(".")[2] if kind is not enrollment.PlacementPromoted else "confirmed",
        "requested_at": datetime.now(UTC),
        **more,
    }
    return kind(**values)


def plan(kind: type[enrollment.PlanState], home: uuid.UUID, pupil: uuid.UUID) -> enrollment.PlanState:
    return kind(
        plan_id=uuid.uuid4(),
        pupil_id=pupil,
        home_organization_id=home,
        cohort_year=2026,
        grade=10,
        profile="technological",
        status=kind.event_type.split(".")[2],  # type: ignore[arg-type]
    )


def lesson(host: uuid.UUID, *homes: uuid.UUID) -> enrollment.LessonDelivered:
    return enrollment.LessonDelivered(
        lesson_id=uuid.uuid4(),
        offer_id=uuid.uuid4(),
        host_organization_id=host,
        delivered_on=date(2026, 11, 3),
        hours="2",
        attendances=tuple(
            enrollment.Attendance(pupil_id=uuid.uuid4(), home_organization_id=home, accepted_hours="2")
            for home in homes
        ),
    )


def result(home: uuid.UUID, host: uuid.UUID) -> enrollment.ResultIssued:
    return enrollment.ResultIssued(
        result_id=uuid.uuid4(),
        placement_id=uuid.uuid4(),
        pupil_id=uuid.uuid4(),
        offer_id=uuid.uuid4(),
        home_organization_id=home,
        host_organization_id=host,
        half_year="2026-H1",
        mark="5",
        hours_planned="34",
        hours_attended="32",
        status="issued",
    )


def act(kind: type[settlement.ActState], creditor: uuid.UUID, debtor: uuid.UUID) -> settlement.ActState:
    return kind(
        act_id=uuid.uuid4(),
        number="7/2026",
        period="2026-11",
        creditor_organization_id=creditor,
        debtor_organization_id=debtor,
        total_kopecks=1_234_567,
        lines=3,
        status=kind.event_type.split(".")[2],  # type: ignore[arg-type]
    )


def setoff(first: uuid.UUID, second: uuid.UUID) -> settlement.SetoffProposed:
    def clearing(creditor: uuid.UUID, debtor: uuid.UUID, kopecks: int) -> settlement.Clearing:
        return settlement.Clearing(
            creditor_organization_id=creditor, debtor_organization_id=debtor, cleared_kopecks=kopecks
        )

    return settlement.SetoffProposed(
        setoff_id=uuid.uuid4(),
        period="2026-11",
        method="set_off",
        status="proposed",
        cleared_kopecks=20_000,
        clearings=(clearing(first, second, 10_000), clearing(second, first, 10_000)),
    )


def mixed(organizations: list[uuid.UUID], rounds: int) -> list[Event]:
    """Events of all four sources for everyone, pairs and single organisations, in a different order each round."""
    events: list[Event] = []
    for turn in range(rounds):
        home, host, third = (organizations[(turn + step) % len(organizations)] for step in range(3))
        events += [
            offer(home),
            lesson(host, third, home),
            act(settlement.ActSent, third, host),
            center.TutorAssigned(pupil_id=uuid.uuid4(), tutor_id=uuid.uuid4(), home_organization_id=home),
            placement(enrollment.PlacementRequested, host, third),
            setoff(host, home),
        ]
    return events
