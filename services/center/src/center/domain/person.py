"""People as they are typed in a list: what is wrong with a line, named by its place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from center.domain.coverage import GRADES
from chassis.errors import FieldError

NAME_CHARACTERS_MAX = 200
COHORT_YEAR_MIN, COHORT_YEAR_MAX = 2015, 2100


@dataclass(frozen=True, slots=True)
class PupilLine:
    """A pupil of a list; `cohort_year` is the year of entering grade 10 and chooses the rules of the plan."""

    full_name: str
    grade: int
    cohort_year: int
    residence: str
    enrolled_on: date


def check_full_name(full_name: str, field: str) -> FieldError | None:
    """A name as in a document: at least a surname and a first name."""
    words = full_name.split()
    if len(words) < 2 or len(full_name) > NAME_CHARACTERS_MAX or not all(any(map(str.isalpha, word)) for word in words):
        return FieldError(field, "Нужны фамилия и имя.", "Впишите их, как в документе, отчество — если есть.")
    return None


def check_pupils(pupils: Iterable[PupilLine], path: str = "pupils") -> tuple[FieldError, ...]:
    """Everything wrong with a list of pupils."""
    found: list[FieldError | None] = []
    for place, pupil in enumerate(pupils):
        at = f"{path}[{place}]"
        found.append(check_full_name(pupil.full_name, f"{at}.full_name"))
        if pupil.grade not in GRADES:
            found.append(FieldError(f"{at}.grade", "Проект ведёт 10 и 11 классы.", "Укажите 10 или 11."))
        if not COHORT_YEAR_MIN <= pupil.cohort_year <= COHORT_YEAR_MAX:
            found.append(FieldError(f"{at}.cohort_year", "Год начала 10 класса неверен.", "Например: 2026."))
        if not pupil.residence.strip() or len(pupil.residence) > NAME_CHARACTERS_MAX:
            found.append(FieldError(f"{at}.residence", "Нет населённого пункта.", "Где ученик живёт: Гыда."))
    return tuple(error for error in found if error is not None)
