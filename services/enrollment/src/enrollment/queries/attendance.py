"""Reads of the lesson journal: how much of a course a pupil attended."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from enrollment.domain.attendance import AttendanceStatus, AttendanceSummary, LessonPresence, summarise
from enrollment.domain.half_years import half_year_days

_PRESENCES = text(
    "SELECT lesson.offer_id, attendance ->> 'pupil_id' AS pupil, attendance ->> 'status' AS status, lesson.hours "
    "FROM lesson CROSS JOIN LATERAL jsonb_array_elements(lesson.attendances) AS attendance "
    "WHERE lesson.offer_id = ANY(:offers) AND lesson.delivered_on BETWEEN :first AND :last"
)


async def attendance_of(session: AsyncSession, pupil_id: UUID, offer_id: UUID, half_year: str) -> AttendanceSummary:
    """What one pupil attended of one course in a half-year."""
    found = await attendances(session, [offer_id], half_year)
    return found.get((offer_id, pupil_id), summarise(()))


async def attendances(
    session: AsyncSession, offer_ids: Iterable[UUID], half_year: str
) -> dict[tuple[UUID, UUID], AttendanceSummary]:
    """What each pupil attended of the courses in a half-year, by (offer, pupil)."""
    first, last = half_year_days(half_year)
    rows = await session.execute(_PRESENCES, {"offers": list(offer_ids), "first": first, "last": last})
    lessons: dict[tuple[UUID, UUID], list[LessonPresence]] = {}
    for offer_id, pupil, status, hours in rows:
        presence = LessonPresence(AttendanceStatus(status), Decimal(hours))
        lessons.setdefault((offer_id, UUID(pupil)), []).append(presence)
    return {key: summarise(presences) for key, presences in lessons.items()}
