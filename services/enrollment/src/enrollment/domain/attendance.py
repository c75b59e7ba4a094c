"""Who came to a lesson, what of it is accepted, and when absence becomes a risk."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class AttendanceStatus(StrEnum):
    """How a pupil was at a lesson."""

    PRESENT = "present"
    REMOTE = "remote"  # on site by plan, online in fact: weather, no flight
    LATE = "late"
    EXCUSED = "excused"  # absent for a good reason
    ABSENT = "absent"


STATUS_TITLES = {
    AttendanceStatus.PRESENT: "был",
    AttendanceStatus.REMOTE: "был онлайн",
    AttendanceStatus.LATE: "опоздал",
    AttendanceStatus.EXCUSED: "не был, уважительная причина",
    AttendanceStatus.ABSENT: "не был",
}
ATTENDED = frozenset({AttendanceStatus.PRESENT, AttendanceStatus.REMOTE, AttendanceStatus.LATE})
RISK_LESSONS_MIN = 4
RISK_RAISED_PERCENT = Decimal(70)
RISK_CLEARED_PERCENT = Decimal(80)


@dataclass(frozen=True, slots=True)
class LessonPresence:
    """One pupil at one delivered lesson; hours are academic ones."""

    status: AttendanceStatus
    hours: Decimal


@dataclass(frozen=True, slots=True)
class AttendanceSummary:
    """Attendance of one pupil over a period."""

    lessons: int
    lessons_attended: int
    hours_planned: Decimal
    hours_attended: Decimal

    @property
    def percent(self) -> Decimal:
        """Attended hours of the planned ones with one decimal; 100 before the first lesson."""
        if not self.hours_planned:
            return Decimal("100.0")
        return (self.hours_attended * 100 / self.hours_planned).quantize(Decimal("0.1"), ROUND_HALF_UP)


def accepted_hours(status: AttendanceStatus, hours: Decimal, *, absence_counts: bool = False) -> Decimal:
    """Hours of the lesson that the home school accepts; the contract may say that absence counts as well."""
    return hours if status in ATTENDED or absence_counts else Decimal(0)


def summarise(presences: Iterable[LessonPresence]) -> AttendanceSummary:
    """Adds up one pupil's lessons."""
    given = tuple(presences)
    attended = [presence for presence in given if presence.status in ATTENDED]
    return AttendanceSummary(
        len(given),
        len(attended),
        sum((presence.hours for presence in given), Decimal(0)),
        sum((presence.hours for presence in attended), Decimal(0)),
    )


def is_at_risk(summary: AttendanceSummary, *, was_at_risk: bool) -> bool:
    """Raised below 70 % after four lessons, cleared from 80 %: between the two nothing changes, so nobody flickers."""
    if summary.lessons < RISK_LESSONS_MIN:
        return False
    return summary.percent < (RISK_CLEARED_PERCENT if was_at_risk else RISK_RAISED_PERCENT)
