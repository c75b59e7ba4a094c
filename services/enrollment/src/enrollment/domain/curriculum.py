"""Subjects of the plan and their weekly hours, as data: the federal curriculum by grade and level.

Source: ФГОС СОО (order 413 with its amendments) and the federal curriculum (order 371); from 2025/26 basic
обществознание falls to one hour in grade 10 (order 704).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

GRADES = (10, 11)
WEEKS_PER_YEAR = 34


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of the federal curriculum; `area` is the предметная область."""

    code: str
    title: str
    area: str
    is_mandatory: bool = True


LANGUAGE_AREA = "Русский язык и литература"
FOREIGN_AREA = "Иностранные языки"
MATHEMATICS_AREA = "Математика и информатика"
SOCIAL_AREA = "Общественно-научные предметы"
NATURAL_AREA = "Естественно-научные предметы"
PHYSICAL_AREA = "Физическая культура"
SAFETY_AREA = "Основы безопасности и защиты Родины"
NATIVE_AREA = "Родной язык и родная литература"

SUBJECTS = {
    subject.code: subject
    for subject in (
        Subject("russian", "Русский язык", LANGUAGE_AREA),
        Subject("literature", "Литература", LANGUAGE_AREA),
        Subject("foreign-language", "Иностранный язык", FOREIGN_AREA),
        Subject("mathematics", "Математика", MATHEMATICS_AREA),
        Subject("informatics", "Информатика", MATHEMATICS_AREA),
        Subject("history", "История", SOCIAL_AREA),
        Subject("social-studies", "Обществознание", SOCIAL_AREA),
        Subject("geography", "География", SOCIAL_AREA),
        Subject("physics", "Физика", NATURAL_AREA),
        Subject("chemistry", "Химия", NATURAL_AREA),
        Subject("biology", "Биология", NATURAL_AREA),
        Subject("physical-education", "Физическая культура", PHYSICAL_AREA),
        Subject("safety", "Основы безопасности и защиты Родины", SAFETY_AREA),
        Subject("native-language", "Родной язык", NATIVE_AREA, is_mandatory=False),
        Subject("native-literature", "Родная литература", NATIVE_AREA, is_mandatory=False),
        Subject("second-foreign-language", "Второй иностранный язык", FOREIGN_AREA, is_mandatory=False),
    )
}
MANDATORY_CODES = tuple(subject.code for subject in SUBJECTS.values() if subject.is_mandatory)


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Hours a week of one subject in one grade; `advanced` is None where no advanced level exists."""

    basic: Decimal
    advanced: Decimal | None = None


def _hours(basic: int, advanced: int | None = None) -> WeeklyHours:
    return WeeklyHours(Decimal(basic), None if advanced is None else Decimal(advanced))


_BOTH_GRADES = {
    "russian": _hours(2, 3),
    "literature": _hours(3, 5),
    "foreign-language": _hours(3, 5),
    "mathematics": _hours(5, 8),
    "informatics": _hours(1, 4),
    "history": _hours(2, 4),
    "social-studies": _hours(2, 4),
    "geography": _hours(1, 3),
    "physics": _hours(2, 5),
    "chemistry": _hours(1, 3),
    "biology": _hours(1, 3),
    "physical-education": _hours(2),
    "safety": _hours(1),
}
HoursTable = Mapping[tuple[str, int], WeeklyHours]
HOURS_BEFORE_2025: HoursTable = {(code, grade): hours for code, hours in _BOTH_GRADES.items() for grade in GRADES}
HOURS_FROM_2025: HoursTable = {**HOURS_BEFORE_2025, ("social-studies", 10): _hours(1, 4)}


def subject_title(code: str) -> str:
    """The Russian title of a subject; a code that is no subject is its own title."""
    subject = SUBJECTS.get(code)
    return subject.title if subject else code
