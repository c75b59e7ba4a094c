"""Lessons that a host gave: a fact is taken once, whoever repeats it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, DomainError, FieldError
from chassis.outbox import record
from contracts.enrollment import LessonDelivered
from enrollment.domain.attendance import AttendanceStatus, accepted_hours
from enrollment.domain.placement import PlacementState
from enrollment.events import lesson_event
from enrollment.tables import Lesson, Offer, Placement
from enrollment.translation import hours_text

ATTENDED = "attended"  # what senders that know no finer states may say
STATUSES = (*AttendanceStatus, ATTENDED)
Members = Mapping[UUID, Mapping[UUID, UUID]]


class WrongLesson(DomainError):
    """The lesson cannot be taken; every reason is named."""

    code = "lesson.refused"


@dataclass(frozen=True, slots=True)
class LessonGiven:
    """A lesson as the host tells it; `attendances` are (pupil, state)."""

    lesson_id: UUID | None
    offer_id: UUID
    delivered_on: date
    hours: Decimal
    attendances: tuple[tuple[UUID, str], ...]


async def deliver_lessons(
    session: AsyncSession, host_id: UUID, lessons: Sequence[LessonGiven], *, in_batch: bool = True
) -> list[tuple[Lesson, bool]]:
    """Take the lessons, all or none; each comes back with whether it is new.

    WrongLesson for a foreign offer, an unknown state, or a pupil without a confirmed seat; Conflict `lesson.differs`
    when the id is known with another content.
    """
    offers = await _offers(session, host_id, {lesson.offer_id for lesson in lessons})
    members = await _members(session, set(offers))
    errors = [
        error
        for place, lesson in enumerate(lessons)
        for error in _faults(lesson, offers, members, f"lessons[{place}]." if in_batch else "")
    ]
    if errors:
        raise WrongLesson("Урок не принят.", errors=tuple(errors[:50]))
    return [await _take(session, offers[lesson.offer_id], lesson, members) for lesson in lessons]


async def _take(session: AsyncSession, offer: Offer, given: LessonGiven, members: Members) -> tuple[Lesson, bool]:
    values: dict[str, Any] = {
        "id": given.lesson_id or uuid4(),
        "offer_id": offer.id,
        "host_organization_id": offer.organization_id,
        "delivered_on": given.delivered_on,
        "hours": given.hours,
        "tariff_code": offer.tariff_code,
        "attendances": _attendances(given, members[offer.id]),
    }
    statement = insert(Lesson).values(**values).on_conflict_do_nothing().returning(Lesson)
    lesson = await session.scalar(statement)
    if lesson is not None:
        await record(session, LessonDelivered(**lesson_event(lesson)), sequence=1)
        return lesson, True
    known = await session.get(Lesson, values["id"])
    assert known is not None
    if _content(known.offer_id, known.delivered_on, known.hours, known.attendances) != _content(
        offer.id, given.delivered_on, given.hours, values["attendances"]
    ):
        raise Conflict(
            f"Урок {known.id} уже принят с другим содержанием. Пришлите его под новым номером.", code="lesson.differs"
        )
    return known, False


def _attendances(given: LessonGiven, homes: Mapping[UUID, UUID]) -> list[dict[str, Any]]:
    states = {pupil_id: _status(state) for pupil_id, state in given.attendances}
    return [
        {
            "pupil_id": str(pupil_id),
            "home_organization_id": str(homes[pupil_id]),
            "status": str(states[pupil_id]),
            "accepted_hours": hours_text(accepted_hours(states[pupil_id], given.hours)),
        }
        for pupil_id in sorted(states)
    ]


def _content(offer_id: UUID, day: date, hours: Decimal, attendances: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    return offer_id, day, hours, tuple(sorted((one["pupil_id"], one["status"]) for one in attendances))


def _status(state: str) -> AttendanceStatus:
    return AttendanceStatus.PRESENT if state == ATTENDED else AttendanceStatus(state)


def _faults(lesson: LessonGiven, offers: Mapping[UUID, Offer], members: Members, prefix: str) -> list[FieldError]:
    if lesson.offer_id not in offers:
        return [FieldError(f"{prefix}offer_id", "Такого курса у вашей организации нет.", "Проверьте номер курса.")]
    found: list[FieldError] = []
    seen: set[UUID] = set()
    for place, (pupil_id, state) in enumerate(lesson.attendances):
        where = f"{prefix}attendances[{place}]"
        if state not in STATUSES:
            cure = f"Выберите: {', '.join(STATUSES)}."
            found.append(FieldError(f"{where}.status", f"Состояния «{state[:30]}» нет.", cure))
        if pupil_id in seen:
            found.append(FieldError(f"{where}.pupil_id", "Ученик назван дважды.", "Оставьте одну запись."))
        elif pupil_id not in members[lesson.offer_id]:
            cure = "Сначала распределите места или уберите ученика."
            found.append(FieldError(f"{where}.pupil_id", "У ученика нет места на этом курсе.", cure))
        seen.add(pupil_id)
    return found


async def _offers(session: AsyncSession, host_id: UUID, offer_ids: set[UUID]) -> dict[UUID, Offer]:
    rows = await session.scalars(select(Offer).where(Offer.id.in_(offer_ids), Offer.organization_id == host_id))
    return {row.id: row for row in rows}


async def _members(session: AsyncSession, offer_ids: set[UUID]) -> Members:
    """Home schools of the pupils with a confirmed seat, by offer."""
    members: dict[UUID, dict[UUID, UUID]] = {offer_id: {} for offer_id in offer_ids}
    rows = await session.execute(
        select(Placement.offer_id, Placement.pupil_id, Placement.home_organization_id).where(
            Placement.offer_id.in_(offer_ids), Placement.status == PlacementState.CONFIRMED
        )
    )
    for offer_id, pupil_id, home_id in rows:
        members[offer_id][pupil_id] = home_id
    return members
