"""What a plan page shows, line by line: meters, rules, subjects, courses to choose from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from enrollment.domain.checks_hours import week_cap
from enrollment.domain.curriculum import GRADES, WEEKS_PER_YEAR, subject_title
from enrollment.domain.fit import obstacles
from enrollment.domain.plan import Level, Plan
from enrollment.domain.rules import FindingState, Question, RuleSet, hours_text
from enrollment.domain.travel import TAZOVSKY_DISTRICT
from enrollment.domain.week import GridLesson, WeekGrid
from enrollment.pages.words import SUBJECT_SHORT
from enrollment.queries.offers import OfferView
from enrollment.queries.plans import Judged

CELL_TONES = {"home": "home", "network": "net", "online": "online"}
TONES = {FindingState.OK: "ok", FindingState.WARNING: "warn", FindingState.ERROR: "bad"}


@dataclass(frozen=True, slots=True)
class MeterLine:
    """A meter of hours with its limits as marks."""

    label: str
    value: float
    whole: float
    text: str
    targets: tuple[int, ...]
    note: str
    tone: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule with its live state, its reason and the repair that may be pressed."""

    rule_id: str
    tone: str
    message: str
    reference: str
    repair: str | None


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """A subject or course with its hours a week in both grades."""

    title: str
    level: str
    where: str
    offer_id: str | None
    hours: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A network course and what stands against taking it."""

    offer: OfferView
    causes: tuple[str, ...]
    is_typical: bool

    @property
    def fits(self) -> bool:
        """Whether nothing stands against it."""
        return not self.causes


def meter_lines(judged: Judged) -> Iterator[MeterLine]:
    """The week of each grade against its cap, both years against the standard, clubs against their own bound."""
    plan, ruleset = judged.plan, judged.ruleset
    cap = week_cap(Question(plan, ruleset.rules[0], ruleset))
    for grade in GRADES:
        have = plan.hours_per_week(grade)
        yearly = hours_text(have * WEEKS_PER_YEAR)
        note = f"можно не больше {cap} ч; за год {yearly} ч"
        tone = "bad" if have > cap else "ok"
        yield MeterLine(f"Неделя, {grade} класс", float(have), cap * 1.18, f"{hours_text(have)} ч", (cap,), note, tone)
    low, high = (ruleset.limit("two_year_total", name, 0) for name in ("hours_min", "hours_max"))
    total = plan.hours_in_two_years
    tone = "ok" if low <= total <= high else "bad"
    note = f"нужно от {hours_text(low)} до {hours_text(high)} ч"
    yield MeterLine("За два года", float(total), high * 1.06, f"{hours_text(total)} ч", (low, high), note, tone)
    clubs = max(plan.extracurricular_per_week(grade) for grade in GRADES)
    bound = ruleset.limit("extracurricular_week", "hours_per_week_max", 10)
    tone = "bad" if clubs > bound else "calm"
    note = f"отдельно от уроков, не больше {bound} ч"
    yield MeterLine("Внеурочные в неделю", float(clubs), bound * 1.18, f"{hours_text(clubs)} ч", (bound,), note, tone)


def rule_lines(judged: Judged) -> list[RuleLine]:
    """Every finding, what hinders first; what is broken alike in both grades is told once."""
    lines = [
        RuleLine(
            finding.rule_id,
            TONES[finding.state],
            finding.message,
            finding.legal_reference,
            finding.repair.label if finding.repair else None,
        )
        for finding in judged.findings
    ]
    return sorted(dict.fromkeys(lines), key=lambda line: ("bad", "warn", "ok").index(line.tone))


def subject_lines(plan: Plan, hosts: dict[UUID, str]) -> list[SubjectLine]:
    """Items of both grades joined; network courses first, then advanced subjects, then the rest."""
    keys = dict.fromkeys((item.subject_code, item.title, item.level, item.offer_id) for item in plan.items)
    lines = []
    for code, title, level, offer_id in keys:
        items = [item for item in plan.items if (item.subject_code, item.title, item.level, item.offer_id) == (
            code, title, level, offer_id
        )]  # fmt: skip
        host = items[0].organisation_id
        hours = tuple(
            sum((item.hours_per_week for item in items if item.grade == grade), Decimal(0)) for grade in GRADES
        )
        where = hosts.get(UUID(host), "другая организация") if host else "своя школа"
        lines.append(SubjectLine(title, str(level), where, offer_id, hours))
    return sorted(lines, key=lambda line: (line.offer_id is None, line.level != Level.ADVANCED))


def week_rows(week: WeekGrid) -> list[tuple[str, list[dict[str, str] | None]]]:
    """The grid as `ui.week` draws it: one cell a time and day, lessons of one moment together."""
    return [(f"{row.start:%H:%M}", [_cell(lessons) for lessons in row.cells]) for row in week.rows]


def _cell(lessons: Sequence[GridLesson]) -> dict[str, str] | None:
    if not lessons:
        return None
    first = lessons[0]
    notes = ["пересекается"] if first.clash and len(lessons) == 1 else []
    if first.way_minutes:
        notes.append(f"дорога {first.way_minutes} мин")
    if first.place != "home":
        notes.append(f"до {first.slot.end:%H:%M}")
    tone = "clash" if any(one.clash for one in lessons) else CELL_TONES[first.place]
    return {"text": " и ".join(map(_short, lessons)), "note": ", ".join(notes), "tone": tone}


def _short(lesson: GridLesson) -> str:
    if lesson.place == "home":
        return SUBJECT_SHORT.get(lesson.item.subject_code, lesson.item.title)
    return lesson.item.title


def course_lines(judged: Judged, offers: Sequence[OfferView]) -> list[CourseLine]:
    """Open courses that are not in the plan, those that fit and suit the profile first."""
    plan, taken = judged.plan, set(judged.plan.network_offer_ids)
    typical = _typical(plan, judged.ruleset)
    known = {str(offer.id): offer for offer in offers}
    lines = []
    for one in judged.courses.without_seats():
        offer = known.get(one.offer_id)
        if offer is not None and one.offer_id not in taken and any(grade >= plan.grade for grade in one.grades):
            grade = max(plan.grade, min(one.grades))
            causes = tuple(cause.message for cause in obstacles(plan, one, grade, TAZOVSKY_DISTRICT))
            is_typical = one.level is Level.ADVANCED and one.subject_code in typical
            lines.append(CourseLine(offer, causes, is_typical))
    return sorted(lines, key=lambda line: (not line.fits, not line.is_typical, line.offer.title))


def unavailable_lines(judged: Judged, offers: Sequence[OfferView], wished: Sequence[UUID], home_id: UUID) -> list[str]:
    """Why a course that the pupil came with cannot be added at all."""
    lines = []
    for offer in offers:
        if offer.id not in wished:
            continue
        if str(offer.id) in judged.plan.network_offer_ids:
            lines.append(f"Курс «{offer.title}» уже в вашем плане.")
        elif offer.organization_id == home_id:
            lines.append(f"Курс «{offer.title}» ведёт ваша школа: договоритесь о нём с ней, заявка на место не нужна.")
        elif offer.status != "published":
            lines.append(f"Запись на курс «{offer.title}» закрыта.")
        elif not any(grade >= judged.plan.grade for grade in offer.grades):
            lines.append(f"Курс «{offer.title}» не для {judged.plan.grade} класса.")
    return lines


def _typical(plan: Plan, ruleset: RuleSet) -> frozenset[str]:
    profile = ruleset.profile(plan.profile_code)
    return profile.typical if profile else frozenset()


def profile_choices(ruleset: RuleSet) -> list[tuple[str, str, str]]:
    """Profiles of the cohort with the subjects that they name."""
    return [
        (
            one.code,
            one.title,
            "углублённо: " + ", ".join(subject_title(code).lower() for code in one.required + one.chosen),
        )
        for one in ruleset.profiles
    ]
