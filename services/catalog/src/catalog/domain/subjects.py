"""What may be taught: the subjects of the federal standard and the directions of electives and clubs, as data.

Sources: ФГОС СОО (order 413 with its amendments) for subjects and areas; order 629 for the six directions of additional
education.
"""

from dataclasses import dataclass
from enum import StrEnum


class SubjectKind(StrEnum):
    """How the standard sees a subject."""

    MANDATORY = "mandatory"
    OPTIONAL = "optional"  # on the application of the pupil and parents
    DIRECTION = "direction"  # направленность: electives, clubs; never a subject of the certificate


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that a course may be about; `area` is the предметная область of the standard."""

    code: str
    title: str
    area: str
    kind: SubjectKind


LANGUAGE_AREA = "Русский язык и литература"
FOREIGN_AREA = "Иностранные языки"
MATHEMATICS_AREA = "Математика и информатика"
SOCIAL_AREA = "Общественно-научные предметы"
NATURAL_AREA = "Естественно-научные предметы"
PHYSICAL_AREA = "Физическая культура"
SAFETY_AREA = "Основы безопасности и защиты Родины"
NATIVE_AREA = "Родной язык и родная литература"
ADDITIONAL_AREA = "Дополнительное образование"

MANDATORY = (
    Subject("russian", "Русский язык", LANGUAGE_AREA, SubjectKind.MANDATORY),
    Subject("literature", "Литература", LANGUAGE_AREA, SubjectKind.MANDATORY),
    Subject("foreign-language", "Иностранный язык", FOREIGN_AREA, SubjectKind.MANDATORY),
    Subject("mathematics", "Математика", MATHEMATICS_AREA, SubjectKind.MANDATORY),
    Subject("informatics", "Информатика", MATHEMATICS_AREA, SubjectKind.MANDATORY),
    Subject("history", "История", SOCIAL_AREA, SubjectKind.MANDATORY),
    Subject("social-studies", "Обществознание", SOCIAL_AREA, SubjectKind.MANDATORY),
    Subject("geography", "География", SOCIAL_AREA, SubjectKind.MANDATORY),
    Subject("physics", "Физика", NATURAL_AREA, SubjectKind.MANDATORY),
    Subject("chemistry", "Химия", NATURAL_AREA, SubjectKind.MANDATORY),
    Subject("biology", "Биология", NATURAL_AREA, SubjectKind.MANDATORY),
    Subject("physical-education", "Физическая культура", PHYSICAL_AREA, SubjectKind.MANDATORY),
    Subject("safety", "Основы безопасности и защиты Родины", SAFETY_AREA, SubjectKind.MANDATORY),
)
OPTIONAL = (
    Subject("native-language", "Родной язык", NATIVE_AREA, SubjectKind.OPTIONAL),
    Subject("native-literature", "Родная литература", NATIVE_AREA, SubjectKind.OPTIONAL),
    Subject("second-foreign-language", "Второй иностранный язык", FOREIGN_AREA, SubjectKind.OPTIONAL),
)
DIRECTIONS = (
    Subject("technical", "Техническая направленность", ADDITIONAL_AREA, SubjectKind.DIRECTION),
    Subject("natural-science", "Естественно-научная направленность", ADDITIONAL_AREA, SubjectKind.DIRECTION),
    Subject("arts", "Художественная направленность", ADDITIONAL_AREA, SubjectKind.DIRECTION),
    Subject("sport", "Физкультурно-спортивная направленность", ADDITIONAL_AREA, SubjectKind.DIRECTION),
    Subject("tourism", "Туристско-краеведческая направленность", ADDITIONAL_AREA, SubjectKind.DIRECTION),
    Subject("social", "Социально-гуманитарная направленность", ADDITIONAL_AREA, SubjectKind.DIRECTION),
)
SUBJECTS = {subject.code: subject for subject in (*MANDATORY, *OPTIONAL, *DIRECTIONS)}
AREAS = tuple(dict.fromkeys(subject.area for subject in SUBJECTS.values()))

LANGUAGES = {"ru": "русский", "yrk": "ненецкий", "kca": "хантыйский", "en": "английский"}


def find_subject(text: str) -> Subject | None:
    """The subject by its code or by its Russian title, whatever the case; None when nobody knows it."""
    wanted = " ".join(text.split()).casefold().replace("ё", "е")
    for subject in SUBJECTS.values():
        if wanted in (subject.code, subject.title.casefold().replace("ё", "е")):
            return subject
    return None
