"""One hand-made example of every event: a small, coherent story of a school, a host, a pupil and a course.

Ids are synthetic and people are nothing but ids. The examples become files when `make contracts` stores them; a stored
example stays as it is, since it stands for the events that streams and partners keep.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import UUID

from contracts import catalog, center, enrollment, settlement
from contracts.base import Event, service_of
from contracts.envelope import Envelope
from contracts.structured import cloud_event


def _thing(number: int) -> UUID:
    """A synthetic UUIDv7."""
    return UUID(f"01997c30-0000-7000-8000-{number:012d}")


def _person(number: int) -> UUID:
    """A synthetic UUIDv4: what people are to the events."""
    return UUID(f"5f0c9d1e-0000-4000-8000-{number:012d}")


HOME, HOST, OTHER = _thing(1), _thing(2), _thing(3)
OFFER, PLAN, PLACEMENT, LESSON, RESULT = _thing(11), _thing(12), _thing(13), _thing(14), _thing(15)
PUPIL, OTHER_PUPIL, TUTOR = _person(1), _person(2), _person(3)
PERIOD: Final = "2026-10"

_ORGANIZATION: Final[dict[str, Any]] = {
    "organization_id": HOME,
    "slug": "tazovskaya-sosh",
    "short_name": "Тазовская средняя школа",
    "legal_type": "budgetary",
    "budget_level": "municipal",
    "network_roles": ("base", "participant"),
    "settlement": "Тазовский",
    "time_zone": "Asia/Yekaterinburg",
    "licences": (center.Licence(kind="general", issued_on=date(2016, 3, 14)),),
    "mailbox": "school@tazovskaya-sosh.example",
}
_OFFER: Final[dict[str, Any]] = {
    "offer_id": OFFER,
    "organization_id": HOST,
    "title": "Физика: углублённый курс",
    "subject_code": "physics",
    "level": "advanced",
    "grades": (10, 11),
    "hours_total": "170",
    "hours_per_week": "5",
    "capacity": 12,
    "mode": "mixed",
    "settlement": "Газ-Сале",
    "starts_on": date(2026, 9, 1),
    "ends_on": date(2027, 5, 25),
    "slots": (
        catalog.Slot(weekday=2, starts_at=time(14, 0), ends_at=time(15, 30)),
        catalog.Slot(weekday=4, starts_at=time(14, 0), ends_at=time(15, 30)),
    ),
    "tariff_code": "advanced-mixed",
}
_SUBMISSION: Final[dict[str, Any]] = {"organization_id": HOST, "channel": "nats_submit", "reference": "offer-2026-017"}
_PUPIL: Final[dict[str, Any]] = {"pupil_id": PUPIL, "home_organization_id": HOME}
_PLAN: Final[dict[str, Any]] = {
    "plan_id": PLAN,
    "pupil_id": PUPIL,
    "home_organization_id": HOME,
    "tutor_id": TUTOR,
    "cohort_year": 2026,
    "grade": 10,
    "profile": "technological",
    "subjects": (
        enrollment.PlannedSubject(subject_code="russian", level="base", hours_grade_10="68", hours_grade_11="68"),
        enrollment.PlannedSubject(
            subject_code="physics",
            level="advanced",
            hours_grade_10="170",
            hours_grade_11="170",
            offer_id=OFFER,
            host_organization_id=HOST,
        ),
    ),
}
_PLACEMENT: Final[dict[str, Any]] = {
    "placement_id": PLACEMENT,
    "plan_id": PLAN,
    "pupil_id": PUPIL,
    "offer_id": OFFER,
    "home_organization_id": HOME,
    "host_organization_id": HOST,
    "requested_at": datetime(2026, 9, 2, 5, 12, 40, tzinfo=UTC),
}
_RESULT: Final[dict[str, Any]] = {
    **{name: _PLACEMENT[name] for name in ("placement_id", "pupil_id", "offer_id")},
    **{name: _PLACEMENT[name] for name in ("home_organization_id", "host_organization_id")},
    "result_id": RESULT,
    "half_year": "2026-H2",
    "mark": "5",
    "hours_planned": "80",
    "hours_attended": "76",
}
_LESSON: Final[dict[str, Any]] = {
    "lesson_id": LESSON,
    "offer_id": OFFER,
    "host_organization_id": HOST,
    "delivered_on": date(2026, 10, 6),
    "hours": "2",
    "tariff_code": "advanced-mixed",
    "attendances": (
        enrollment.Attendance(pupil_id=PUPIL, home_organization_id=HOME, accepted_hours="2"),
        enrollment.Attendance(pupil_id=OTHER_PUPIL, home_organization_id=OTHER, accepted_hours="1.5"),
    ),
}
_CONTRACT: Final[dict[str, Any]] = {
    "contract_id": _thing(33),
    "number": "12-С/2026",
    "host_organization_id": HOST,
    "home_organization_id": HOME,
    "valid_from": date(2026, 9, 1),
    "valid_to": date(2027, 8, 31),
}
_OBLIGATION: Final[dict[str, Any]] = {
    "obligation_id": _thing(34),
    "lesson_id": LESSON,
    "pupil_id": PUPIL,
    "creditor_organization_id": HOST,
    "debtor_organization_id": HOME,
    "period": PERIOD,
    "hours": "2",
    "tariff_code": "advanced-mixed",
    "amount_kopecks": 116_500,
}
_ACT: Final[dict[str, Any]] = {
    "act_id": _thing(31),
    "number": "10/2026-1",
    "period": PERIOD,
    "creditor_organization_id": HOST,
    "debtor_organization_id": HOME,
    "total_kopecks": 1_864_000,
    "lines": 16,
}
_SETOFF: Final[dict[str, Any]] = {
    "setoff_id": _thing(32),
    "period": PERIOD,
    "method": "set_off",
    "cleared_kopecks": 2_430_000,
    "clearings": (
        settlement.Clearing(creditor_organization_id=HOST, debtor_organization_id=HOME, cleared_kopecks=810_000),
        settlement.Clearing(creditor_organization_id=HOME, debtor_organization_id=OTHER, cleared_kopecks=810_000),
        settlement.Clearing(creditor_organization_id=OTHER, debtor_organization_id=HOST, cleared_kopecks=810_000),
    ),
}


def _at(month: int, day: int, hour: int = 6, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


_Told = tuple[datetime, int, Event]  # when, which version of the aggregate, the fact


def _center_events() -> Iterator[_Told]:
    yield _at(8, 20), 1, center.OrganizationRegistered(**_ORGANIZATION)
    yield _at(8, 21), 2, center.OrganizationChanged(**{**_ORGANIZATION, "feed_account": f"A{'Q7' * 27}Q"})
    residence = {"cohort_year": 2026, "enrolled_on": date(2026, 9, 1), "residence": "Тибей-Сале"}
    yield _at(9, 1), 1, center.PupilRegistered(**_PUPIL, grade=10, **residence)
    yield _at(9, 1, 7), 2, center.TutorAssigned(**_PUPIL, tutor_id=TUTOR)


def _catalog_events() -> Iterator[_Told]:
    accepted = {**_SUBMISSION, "submission_id": _thing(21), "offer_id": OFFER}
    objection = catalog.Objection(
        field="capacity", message="Мест не может быть меньше одного.", cure="Укажите число мест, например 12."
    )
    refused = {**_SUBMISSION, "submission_id": _thing(22), "objections": (objection,)}
    yield _at(8, 24), 1, catalog.SubmissionRejected(**refused)
    yield _at(8, 24, 6, 20), 1, catalog.SubmissionAccepted(**accepted)
    yield _at(8, 24, 6, 20), 1, catalog.OfferPublished(**_OFFER, status="published")
    yield _at(8, 30), 2, catalog.OfferChanged(**{**_OFFER, "capacity": 15}, status="published")
    yield _at(10, 1), 3, catalog.OfferClosed(**{**_OFFER, "capacity": 15}, status="closed")


def _enrollment_events() -> Iterator[_Told]:
    wish = {"wish_id": _thing(16), "topic_code": "astronomy", "level": "elective", "settlement": "Тибей-Сале"}
    yield _at(9, 1, 9), 1, enrollment.WishExpressed(**_PUPIL, **wish)
    yield _at(9, 1, 10), 1, enrollment.PlanSubmitted(**_PLAN, status="submitted")
    yield _at(9, 1, 11), 2, enrollment.PlanReturned(**_PLAN, status="returned", reason_code="hours_exceeded")
    yield _at(9, 2, 5), 5, enrollment.PlanApproved(**_PLAN, status="approved", approved_on=date(2026, 9, 2))
    yield _at(9, 2, 5, 12), 1, enrollment.PlacementRequested(**_PLACEMENT, status="requested")
    yield _at(9, 3, 4), 2, enrollment.PlacementConfirmed(**_PLACEMENT, status="confirmed")
    yield _at(9, 3, 4), 2, enrollment.PlacementWaitlisted(**_PLACEMENT, status="waitlisted", position=1)
    yield _at(9, 3, 4), 2, enrollment.PlacementDeclined(**_PLACEMENT, status="declined")
    yield _at(9, 10), 3, enrollment.PlacementPromoted(**_PLACEMENT, status="confirmed")
    yield _at(9, 28), 4, enrollment.PlacementWithdrawn(**_PLACEMENT, status="withdrawn")
    yield _at(10, 6, 11), 1, enrollment.LessonDelivered(**_LESSON)
    yield _at(12, 25), 1, enrollment.ResultIssued(**_RESULT, status="issued")
    yield _at(12, 26), 2, enrollment.ResultReturned(**_RESULT, status="returned", reason_code="hours_differ")
    yield _at(12, 28), 4, enrollment.ResultRecognized(**_RESULT, status="recognized")


def _settlement_events() -> Iterator[_Told]:
    yield _at(8, 31), 1, settlement.ContractSigned(**_CONTRACT)
    yield _at(10, 6, 11, 1), 1, settlement.ObligationAccrued(**_OBLIGATION)
    figures = {"obligations": 412, "accrued_kopecks": 47_998_000, "acts": 9}
    yield _at(11, 2), 2, settlement.PeriodClosed(period_id=_thing(35), period=PERIOD, **figures)
    yield _at(11, 3), 1, settlement.ActSent(**_ACT, status="sent")
    yield _at(11, 4), 2, settlement.ActDisputed(**_ACT, status="disputed")
    yield _at(11, 6), 3, settlement.ActConfirmed(**_ACT, status="confirmed")
    yield _at(11, 9), 1, settlement.SetoffProposed(**_SETOFF, status="proposed")
    yield _at(11, 11), 2, settlement.SetoffAgreed(**_SETOFF, status="agreed")
    yield _at(11, 11, 8), 3, settlement.SetoffExecuted(**_SETOFF, status="executed")


def examples() -> dict[str, dict[str, Any]]:
    """The examples by event type, as CloudEvents in JSON form."""
    told = [*_center_events(), *_catalog_events(), *_enrollment_events(), *_settlement_events()]
    made: dict[str, dict[str, Any]] = {}
    for number, (when, sequence, event) in enumerate(told, start=1):
        envelope = Envelope(
            id=UUID(f"01997c31-{number:04d}-7000-9000-{number:012d}"),
            type=event.event_type,
            source=f"/services/{service_of(event.event_type)}",
            subject=str(event.aggregate_id),
            time=when,
            sequence=sequence,
            audience=event.audience(),
        )
        made[event.event_type] = cloud_event(envelope, event)
    return made
