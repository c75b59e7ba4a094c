"""The rules of an offer, one function a rule: each yields errors that name the field, the fault and the cure."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from uuid import UUID

from catalog.domain.draft import LEVEL_TITLES, SUBJECT_LEVELS, Level, Mode, OfferDraft
from catalog.domain.slot_rules import slots_are_lawful, slots_do_not_clash
from catalog.domain.subjects import LANGUAGES, SUBJECTS, SubjectKind
from chassis.errors import FieldError

TITLE_LENGTH_MIN = 3
CAPACITY_MIN, CAPACITY_MAX = 1, 200
HOURS_TOTAL_MIN, HOURS_TOTAL_MAX = 1, 680  # 10 h × 34 weeks × 2 years
HOURS_PER_WEEK_STEP, HOURS_PER_WEEK_MAX = Decimal("0.5"), Decimal(10)
TERM_DAYS_MAX = 731  # two school years
GRADES = frozenset({10, 11})
TARIFF_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

# which licence lets one teach at the level (99-ФЗ, 273-ФЗ art. 91); any one of the set is enough
LICENCE_KINDS = {
    Level.BASE: frozenset({"general"}),
    Level.ADVANCED: frozenset({"general"}),
    Level.ELECTIVE: frozenset({"general", "vocational", "additional"}),
    Level.EXTRACURRICULAR: frozenset({"general", "vocational", "additional"}),
}
LICENCE_TITLES = {
    "general": "общее образование",
    "vocational": "профессиональное образование",
    "additional": "дополнительное образование",
}


@dataclass(frozen=True, slots=True)
class LicenceView:
    """A licence as the catalogue sees it; `expires_on` is its last day, None for an unlimited one."""

    kind: str
    issued_on: date
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """What the catalogue must know of the sender to judge an offer."""

    organisation_id: str
    settlement: str
    network_roles: frozenset[str]
    licences: tuple[LicenceView, ...]
    is_active: bool = True


Rule = Callable[[OfferDraft, OrganisationView], Iterator[FieldError]]


def sender_is_active(draft: OfferDraft, organisation: OrganisationView) -> Iterator[FieldError]:
    """A retired organisation offers nothing."""
    if not organisation.is_active:
        yield FieldError("organisation", "Организация больше не участвует в сети.", "Обратитесь в логистический центр.")


def title_is_told(draft: OfferDraft, organisation: OrganisationView) -> Iterator[FieldError]:
    """A title and a number of the sender's own are there."""
    if len(draft.course_title) < TITLE_LENGTH_MIN or not any(sign.isalpha() for sign in draft.course_title):
        yield FieldError("course_title", "Название слишком короткое или без букв.", "Назовите курс, как в программе.")
    if not draft.external_id:
        yield FieldError("external_id", "Нет номера предложения.", "Дайте номер из своей системы: он не меняется.")


def subject_is_known(draft: OfferDraft, organisation: OrganisationView) -> Iterator[FieldError]:
    """Base and advanced levels are of subjects; a direction is for electives and clubs."""
    subject = SUBJECTS.get(draft.subject_code)
    if subject is None:
        yield FieldError(
            "subject_code", f"Предмета «{draft.subject_code}» нет в перечне.", "Выберите предмет из перечня каталога."
        )
    elif draft.level in SUBJECT_LEVELS and subject.kind is SubjectKind.DIRECTION:
        yield FieldError(
            "subject_code",
            f"«{subject.title}» не учебный предмет: на уровне «{LEVEL_TITLES[draft.level]}» её не изучают.",
            "Выберите предмет федерального перечня или уровень «элективный» либо «внеурочный».",
        )


def licence_covers_level(draft: OfferDraft, organisation: OrganisationView) -> Iterator[FieldError]:
    """The sender holds a licence of the right kind for the whole term."""
    wanted = LICENCE_KINDS[draft.level]
    held = [licence for licence in organisation.licences if licence.kind in wanted]
    if not held:
        if draft.level is Level.EXTRACURRICULAR and "resource_holder" in organisation.network_roles:
            return  # gives place, people and equipment; the school that sends the pupil answers for teaching
        have = ", ".join(sorted({LICENCE_TITLES.get(item.kind, item.kind) for item in organisation.licences})) or "нет"
        need = " или ".join(LICENCE_TITLES[kind] for kind in sorted(wanted, reverse=True))
        yield FieldError(
            "level",
            f"Уровню «{LEVEL_TITLES[draft.level]}» нужна лицензия «{need}», у организации: {have}.",
            "Предложите курс как дополнительный: выберите уровень «элективный» или «внеурочный»."
            if organisation.licences
            else "Предложите курс как внеурочный в роли организации, обладающей ресурсами, или получите лицензию.",
        )
    elif all(licence.issued_on > draft.term_start for licence in held):
        yield FieldError("term_start", "В день начала лицензии ещё нет.", "Начните курс после выдачи лицензии.")
    elif all(licence.expires_on is not None and licence.expires_on < draft.term_end for licence in held):
        last = max(licence.expires_on for licence in held if licence.expires_on is not None)
        yield FieldError(
            "term_end",
            f"Лицензия действует до {last:%d.%m.%Y}, а курс идёт до {draft.term_end:%d.%m.%Y}.",
            "Продлите лицензию или закончите курс раньше.",
        )


def grades_are_senior(draft: OfferDraft, organisation: OrganisationView) -> Iterator[FieldError]:
    """The network is for grades 10 and 11."""
    if not draft.grades or len(set(draft.grades)) != len(draft.grades) or not set(draft.grades) <= GRADES:
        yield FieldError("grades", "Курс бывает для 10 и 11 классов.", "Укажите 10, 11 или оба, каждый один раз.")


def numbers_are_in_bounds(draft: OfferDraft, organisation: OrganisationView) -> Iterator[FieldError]:
    """Capacity and hours lie where a real course can lie, and the hours fit in the term."""
    if not CAPACITY_MIN <= draft.capacity <= CAPACITY_MAX:
        yield FieldError(
            "capacity",
            f"Мест: {draft.capacity}. Бывает от {CAPACITY_MIN} до {CAPACITY_MAX}.",
            "Укажите, скольких учеников вы готовы принять.",
        )
    if not HOURS_TOTAL_MIN <= draft.hours_total <= HOURS_TOTAL_MAX:
        yield FieldError(
            "hours_total",
            f"Часов всего: {draft.hours_total}. Бывает от {HOURS_TOTAL_MIN} до {HOURS_TOTAL_MAX}.",
            "Проверьте часы по программе курса.",
        )
    week = draft.hours_per_week
    if not HOURS_PER_WEEK_STEP <= week <= HOURS_PER_WEEK_MAX or week % HOURS_PER_WEEK_STEP:
        yield FieldError(
            "hours_per_week",
            f"Часов в неделю: {week}. Бывает от 0,5 до {HOURS_PER_WEEK_MAX} с шагом 0,5.",
            "Проверьте часы по программе курса.",
        )
    elif draft.term_end > draft.term_start and HOURS_TOTAL_MIN <= draft.hours_total <= HOURS_TOTAL_MAX:
        weeks = ceil(((draft.term_end - draft.term_start).days + 1) / 7)
        if draft.hours_total > week * weeks:
            yield FieldError(
                "hours_total",
                f"{draft.hours_total} ч не уложить: {weeks} нед. по {week} ч — это {week * weeks} ч.",
                "Уменьшите часы всего, увеличьте часы в неделю или продлите курс.",
            )


def dates_are_in_order(draft: OfferDraft, organisation: OrganisationView) -> Iterator[FieldError]:
    """The term and the enrolment window run forwards, and enrolment ends before the course does."""
    if draft.term_end <= draft.term_start:
        yield FieldError("term_end", "Курс кончается раньше, чем начинается.", "Поменяйте даты местами.")
    elif (draft.term_end - draft.term_start).days > TERM_DAYS_MAX:
        yield FieldError("term_end", "Курс длится больше двух лет.", "Разделите его на два предложения.")
    if draft.enrolment_closes < draft.enrolment_opens:
        yield FieldError(
            "enrolment_closes", "Запись закрывается раньше, чем открывается.", "Проверьте обе даты записи."
        )
    if draft.term_start < draft.term_end < draft.enrolment_closes:
        yield FieldError(
            "enrolment_closes", "Запись закрывается, когда курс уже окончен.", "Закройте запись до конца курса."
        )


def place_is_told(draft: OfferDraft, organisation: OrganisationView) -> Iterator[FieldError]:
    """On-site study has a place and a timetable; a language and a tariff are known."""
    if not draft.settlement:
        yield FieldError("settlement", "Не указан населённый пункт.", "Впишите, где идут занятия.")
    if draft.mode is not Mode.ONLINE and not draft.slots:
        yield FieldError("slots", "Очные занятия без расписания.", "Укажите день недели, начало и конец занятий.")
    if draft.language not in LANGUAGES:
        yield FieldError("language", "Язык не из перечня.", f"Выберите: {', '.join(LANGUAGES)}.")
    if not TARIFF_PATTERN.fullmatch(draft.tariff_reference):
        yield FieldError("tariff_reference", "Обозначение тарифа не читается.", "Возьмите его из списка тарифов.")
    if draft.teacher_id is not None and not _is_uuid4(draft.teacher_id):
        yield FieldError(
            "teacher_id",
            "Педагог указывается случайным номером, а не именем.",
            "Возьмите номер педагога в карточке организации или оставьте поле пустым.",
        )


def prerequisites_are_known(draft: OfferDraft, organisation: OrganisationView) -> Iterator[FieldError]:
    """What the pupil must study before is a subject of the list."""
    for place, code in enumerate(draft.prerequisites):
        if code not in SUBJECTS:
            yield FieldError(f"prerequisites[{place}]", f"Предмета «{code}» нет в перечне.", "Выберите из перечня.")


def _is_uuid4(value: str) -> bool:
    try:
        return UUID(value).version == 4
    except ValueError:
        return False


RULES: tuple[Rule, ...] = (
    sender_is_active,
    title_is_told,
    subject_is_known,
    licence_covers_level,
    grades_are_senior,
    numbers_are_in_bounds,
    dates_are_in_order,
    place_is_told,
    lambda draft, organisation: slots_are_lawful(draft),
    lambda draft, organisation: slots_do_not_clash(draft),
    prerequisites_are_known,
)
