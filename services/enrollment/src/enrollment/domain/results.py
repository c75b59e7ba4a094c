"""Marks and their way to the home school: issued by the host, accepted or returned, recognised.

Source: the certificate's mark is the mean of half-year and annual marks of grades 10–11, rounded half up (order 546,
point 5.3); recognition outside a contract goes by order 845/369.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from chassis.errors import Conflict, DomainError, FieldError

MARKS = ("2", "3", "4", "5")
PASSED, FAILED = "pass", "fail"
MARK_TITLES = {**{mark: mark for mark in MARKS}, PASSED: "зачтено", FAILED: "незачтено"}
NOTICE_WORKING_DAYS = 3  # order 845/369: the applicant is told of the decision


class ResultState(StrEnum):
    """issued → accepted → recognized; issued → returned → issued again."""

    ISSUED = "issued"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    RECOGNIZED = "recognized"


class ResultAction(StrEnum):
    """What may be done to a result."""

    ACCEPT = "accept"
    RETURN = "return"
    REISSUE = "reissue"
    RECOGNIZE = "recognize"


class ReturnReason(StrEnum):
    """Why the home school returns a result; refusal by taste is not among them."""

    PUPIL_UNKNOWN = "pupil_unknown"
    COURSE_MISMATCH = "course_mismatch"
    LEVEL_MISMATCH = "level_mismatch"
    PERIOD_MISMATCH = "period_mismatch"
    HOURS_MISMATCH = "hours_mismatch"
    MARK_MISSING = "mark_missing"
    OUTCOMES_MISMATCH = "outcomes_mismatch"  # планируемые результаты не совпадают


STATE_TITLES = {
    ResultState.ISSUED: "отправлен школе",
    ResultState.ACCEPTED: "принят",
    ResultState.RETURNED: "возвращён",
    ResultState.RECOGNIZED: "зачтён",
}
REASON_TITLES = {
    ReturnReason.PUPIL_UNKNOWN: "такого ученика в списке договора нет",
    ReturnReason.COURSE_MISMATCH: "курс не тот, что в плане ученика",
    ReturnReason.LEVEL_MISMATCH: "уровень не тот, что в плане ученика",
    ReturnReason.PERIOD_MISMATCH: "не тот период",
    ReturnReason.HOURS_MISMATCH: "часы не сходятся с журналом",
    ReturnReason.MARK_MISSING: "нет отметки",
    ReturnReason.OUTCOMES_MISMATCH: "планируемые результаты не совпадают с программой школы",
}
ACTION_TITLES = {
    ResultAction.ACCEPT: "принять",
    ResultAction.RETURN: "вернуть",
    ResultAction.REISSUE: "отправить снова",
    ResultAction.RECOGNIZE: "зачесть",
}
TRANSITIONS = {
    (ResultState.ISSUED, ResultAction.ACCEPT): ResultState.ACCEPTED,
    (ResultState.ISSUED, ResultAction.RETURN): ResultState.RETURNED,
    (ResultState.RETURNED, ResultAction.REISSUE): ResultState.ISSUED,
    (ResultState.ACCEPTED, ResultAction.RECOGNIZE): ResultState.RECOGNIZED,
    (ResultState.ACCEPTED, ResultAction.RETURN): ResultState.RETURNED,
}


class IncompleteMarks(DomainError):
    """A final mark needs every half-year and annual mark of the years in which the subject was studied."""

    code = "result.incomplete"


@dataclass(frozen=True, slots=True)
class YearMarks:
    """Marks of one grade; None is not there yet."""

    grade: int
    first_half: int | None
    second_half: int | None
    annual: int | None


@dataclass(frozen=True, slots=True)
class Scale:
    """Points to marks, fixed before the course starts: the least points for 3, 4 and 5."""

    version: str
    points_max: Mapping[str, int]
    least: Mapping[int, int]


def check_mark(mark: str, *, is_graded: bool, field: str = "mark") -> FieldError | None:
    """Whether the mark is one that the course gives: 2–5, or зачтено and незачтено."""
    allowed = MARKS if is_graded else (PASSED, FAILED)
    if mark in allowed:
        return None
    titles = ", ".join(MARK_TITLES[known] for known in allowed)
    return FieldError(field, f"Отметки «{mark}» здесь не бывает.", f"Выберите: {titles}.")


def is_passing(mark: str) -> bool:
    """Whether the mark recognises the course."""
    return mark == PASSED or (mark in MARKS and mark != "2")


def mean_half_up(marks: Iterable[int]) -> int:
    """The mean of marks rounded half up (3.5 is 4), in whole numbers so that nothing drifts; ValueError of none."""
    given = tuple(marks)
    if not given:
        raise ValueError("no marks")
    return (2 * sum(given) + len(given)) // (2 * len(given))


def annual_mark(first_half: int, second_half: int) -> int:
    """The annual mark from both half-years, half up."""
    return mean_half_up((first_half, second_half))


def final_mark(years: Iterable[YearMarks]) -> int:
    """The mark of the certificate: the mean of all half-year and annual marks, half up.

    IncompleteMarks when one is missing: a partner that sends no half-year mark holds up the certificate.
    """
    marks: list[int] = []
    missing: list[FieldError] = []
    for year in years:
        for field, title in (("first_half", "I полугодие"), ("second_half", "II полугодие"), ("annual", "год")):
            mark: int | None = getattr(year, field)
            if mark is None:
                words = f"Нет отметки: {year.grade} класс, {title}."
                missing.append(FieldError(f"{year.grade}.{field}", words, "Запросите ведомость у организации."))
            else:
                marks.append(mark)
    if missing or not marks:
        raise IncompleteMarks("Итоговую отметку вывести нельзя: не хватает отметок.", errors=tuple(missing))
    return mean_half_up(marks)


def mark_by_points(points: Mapping[str, int], scale: Scale) -> int:
    """The mark for points by criterion; DomainError `result.points` for an unknown criterion or too many points."""
    errors = tuple(
        FieldError(
            f"points.{name}", f"Баллов {value}, можно от 0 до {scale.points_max.get(name, 0)}.", "Проверьте баллы."
        )
        for name, value in points.items()
        if not 0 <= value <= scale.points_max.get(name, -1)
    )
    if errors:
        raise DomainError("Баллы не подходят к шкале.", errors=errors, code="result.points")
    total = sum(points.values())
    return max((mark for mark, least in scale.least.items() if total >= least), default=2)


def next_result_state(state: ResultState, action: ResultAction) -> ResultState:
    """The state after the action; Conflict `result.wrong_state` when the state forbids it."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise Conflict(
            f"Результат нельзя {ACTION_TITLES[action]}: сейчас он {STATE_TITLES[state]}.", code="result.wrong_state"
        ) from None


def recognition_obstacles(
    *,
    planned_code: str,
    planned_level: str,
    planned_hours: int,
    issued_code: str,
    issued_level: str,
    issued_hours: int,
    mark: str,
) -> tuple[ReturnReason, ...]:
    """The only lawful reasons to refuse: what was taught differs from what the plan asks for."""
    found = (
        (issued_code != planned_code, ReturnReason.COURSE_MISMATCH),
        (planned_level == "advanced" and issued_level != "advanced", ReturnReason.LEVEL_MISMATCH),
        (issued_hours < planned_hours, ReturnReason.HOURS_MISMATCH),
        (mark not in (*MARKS, PASSED, FAILED), ReturnReason.MARK_MISSING),
    )
    return tuple(reason for is_wrong, reason in found if is_wrong)


def add_working_days(day: date, count: int, holidays: Collection[date] = frozenset()) -> date:
    """The working day that lies `count` working days after the day; Saturdays, Sundays and holidays do not count."""
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in holidays:
            count -= 1
    return day


def notice_due_on(decided_on: date, holidays: Collection[date] = frozenset()) -> date:
    """The last day to tell the applicant of the decision."""
    return add_working_days(decided_on, NOTICE_WORKING_DAYS, holidays)
