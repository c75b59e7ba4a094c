"""The rules of an offer's timetable: sanitary limits of a lesson and of a day (СП 2.4.3648-20)."""

from collections.abc import Iterator
from datetime import time
from math import ceil

from catalog.domain.draft import (
    BREAK_MINUTES_MIN,
    DOUBLE_MINUTES_MAX,
    DOUBLE_MINUTES_MIN,
    LESSON_MINUTES_MAX,
    Level,
    OfferDraft,
)
from chassis.errors import FieldError

DAY_START, DAY_END = time(8), time(19)
LESSONS_PER_DAY_MAX = 7
SCHOOL_DAY_LAST = 6


def slots_are_lawful(draft: OfferDraft) -> Iterator[FieldError]:
    """Each slot stands on a school day between 8:00 and 19:00 and holds one lesson or two with a break."""
    for place, slot in enumerate(draft.slots):
        field = f"slots[{place}]"
        if not 1 <= slot.weekday <= 7:
            yield FieldError(f"{field}.weekday", "Дни недели — от 1 (Пн) до 7 (Вс).", "Исправьте день недели.")
        elif slot.weekday > SCHOOL_DAY_LAST and draft.level is not Level.EXTRACURRICULAR:
            yield FieldError(
                f"{field}.weekday", "В воскресенье уроков нет.", "Выберите день с понедельника по субботу."
            )
        if slot.minutes <= 0:
            yield FieldError(f"{field}.end", f"{slot}: конец раньше начала.", "Поменяйте время местами.")
            continue
        if slot.start < DAY_START or slot.end > DAY_END:
            yield FieldError(f"{field}.start", f"{slot}: занятия идут с 8:00 до 19:00.", "Перенесите занятие.")
        if not slot.lessons:
            yield FieldError(
                f"{field}.end",
                f"{slot}: {slot.minutes} мин. Урок — до {LESSON_MINUTES_MAX} мин, сдвоенный с переменой — "
                f"от {DOUBLE_MINUTES_MIN} до {DOUBLE_MINUTES_MAX}.",
                f"Разделите занятие на уроки до {LESSON_MINUTES_MAX} мин с переменой от {BREAK_MINUTES_MIN} мин.",
            )


def slots_do_not_clash(draft: OfferDraft) -> Iterator[FieldError]:
    """Slots do not overlap, leave a break, and do not make a day too long or the week another than stated."""
    for _, later, first, second in draft.slot_pairs():
        gap = first.minutes_between(second)
        if first.overlaps(second):
            yield FieldError(f"slots[{later}]", f"{second} пересекается с {first}.", "Разведите занятия по времени.")
        elif gap is not None and gap < BREAK_MINUTES_MIN:
            yield FieldError(
                f"slots[{later}].start",
                f"Между {first} и {second} перемена {gap} мин.",
                f"Оставьте не меньше {BREAK_MINUTES_MIN} мин.",
            )
    for weekday in sorted({slot.weekday for slot in draft.slots}):
        lessons = sum(slot.lessons for slot in draft.slots if slot.weekday == weekday)
        if lessons > LESSONS_PER_DAY_MAX:
            yield FieldError("slots", f"В один день {lessons} уроков.", f"Оставьте не больше {LESSONS_PER_DAY_MAX}.")
    lessons = sum(slot.lessons for slot in draft.slots)
    if draft.slots and all(slot.lessons for slot in draft.slots) and lessons != ceil(draft.hours_per_week):
        yield FieldError(
            "hours_per_week",
            f"По расписанию {lessons} ч в неделю, а указано {draft.hours_per_week}.",
            "Приведите часы в неделю к расписанию.",
        )
