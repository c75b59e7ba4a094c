"""The rule sets by cohort, as data, and the evaluation of a plan by its own set.

Another standard is another `RuleSet` here: its rules, hours and profiles, and the first 1 September it is valid for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from enrollment.domain import checks_hours, checks_subjects, checks_time
from enrollment.domain.curriculum import HOURS_BEFORE_2025, HOURS_FROM_2025, NATURAL_AREA, SOCIAL_AREA
from enrollment.domain.plan import NetworkOffer, Plan
from enrollment.domain.profiles import PROFILES, Profile
from enrollment.domain.rules import Check, Finding, Rule, RuleSet, Severity, evaluate_with
from enrollment.domain.travel import TAZOVSKY_DISTRICT, TravelMatrix

STANDARD = "ФГОС СОО, приказ Минобрнауки России от 17.05.2012 № 413"
PROGRAMME = "ФОП СОО, приказ Минпросвещения России от 18.05.2023 № 371"
SANITARY_HOURS = "СанПиН 1.2.3685-21, таблица 6.6"
SANITARY_ORDER = "СП 2.4.3648-20, пункт 3.4"
NETWORK_FORM = "273-ФЗ, статья 15; приказ от 05.08.2020 № 882/391"

CHECKS: Mapping[str, Check] = {
    "mandatory_subjects": checks_subjects.mandatory_subjects,
    "subject_hours": checks_subjects.subject_hours,
    "advanced_count": checks_subjects.advanced_count,
    "profile_fit": checks_subjects.profile_fit,
    "profile_core": checks_subjects.profile_core,
    "individual_project": checks_subjects.individual_project,
    "prerequisites": checks_subjects.prerequisites,
    "no_duplicates": checks_subjects.no_duplicates,
    "weekly_cap": checks_hours.weekly_cap,
    "two_year_total": checks_hours.two_year_total,
    "extracurricular_week": checks_hours.extracurricular_week,
    "extracurricular_total": checks_hours.extracurricular_total,
    "elective_certificate": checks_hours.elective_certificate,
    "no_clashes": checks_time.no_clashes,
    "reachable": checks_time.reachable,
    "day_length": checks_time.day_length,
    "lesson_window": checks_time.lesson_window,
}


def _two_years(hours_min: int, hours_max: int) -> Rule:
    title = f"За два года от {hours_min} до {hours_max} часов"
    limits = {"hours_min": hours_min, "hours_max": hours_max}
    return Rule("two-year-total", title, "two_year_total", f"{STANDARD}, пункт 18.3.1", limits=limits)


COMMON_RULES = (
    Rule("mandatory-subjects", "13 обязательных предметов", "mandatory_subjects", f"{STANDARD}, пункт 18.3.1"),
    Rule("subject-hours", "Часов по каждому предмету не меньше нормы", "subject_hours", PROGRAMME),
    Rule(
        "advanced-count",
        "Два предмета изучаются углублённо",
        "advanced_count",
        f"{STANDARD}, пункт 18.3.1",
        limits={"advanced_min": 2},
    ),
    Rule("profile-fit", "Углублённые предметы подходят профилю", "profile_fit", PROGRAMME),
    Rule("profile-core", "Главные предметы профиля углублённые", "profile_core", PROGRAMME, Severity.WARNING),
    Rule(
        "individual-project",
        "Индивидуальный проект",
        "individual_project",
        f"{STANDARD}, пункт 11",
        limits={"grade": 10, "hours_per_week_min": 1},
    ),
    Rule(
        "weekly-cap",
        "Недельная нагрузка в норме",
        "weekly_cap",
        SANITARY_HOURS,
        limits={"hours_max_5_days": 34, "hours_max_6_days": 37},
    ),
    Rule(
        "extracurricular-week",
        "Внеурочных не больше 10 часов в неделю",
        "extracurricular_week",
        PROGRAMME,
        limits={"hours_per_week_max": 10},
    ),
    Rule(
        "extracurricular-total",
        "Внеурочных не больше 700 часов за два года",
        "extracurricular_total",
        f"{STANDARD}, пункт 18.3.2",
        limits={"hours_max": 700},
    ),
    Rule("no-clashes", "Занятия не пересекаются, на дорогу хватает времени", "no_clashes", SANITARY_ORDER),
    Rule("reachable", "До всех очных занятий можно добраться", "reachable", NETWORK_FORM),
    Rule("day-length", "Не больше семи уроков в день", "day_length", SANITARY_HOURS, limits={"lessons_max": 7}),
    Rule(
        "lesson-window",
        "Занятия идут с 8:00 до 19:00",
        "lesson_window",
        SANITARY_ORDER,
        limits={"hour_from": 8, "hour_to": 19},
    ),
    Rule("prerequisites", "Для каждого курса есть основа", "prerequisites", NETWORK_FORM),
    Rule("no-duplicates", "Ни один курс не записан дважды", "no_duplicates", NETWORK_FORM),
    Rule(
        "elective-certificate",
        "Все элективы войдут в аттестат",
        "elective_certificate",
        "Порядок выдачи аттестатов, приказ Минпросвещения России от 05.10.2020 № 546",
        Severity.WARNING,
        {"hours_min": 64},
    ),
)

RULES_BEFORE_2025 = RuleSet(
    id="soo-2023",
    title="Правила для поступивших в 10 класс до 01.09.2025",
    entered_from=date(2020, 9, 1),
    entered_before=date(2025, 9, 1),
    rules=(_two_years(2170, 2516), *COMMON_RULES),
    hours=HOURS_BEFORE_2025,
    profiles=PROFILES,
)
RULES_FROM_2025 = RuleSet(
    id="soo-2025",
    title="Правила для поступивших в 10 класс с 01.09.2025",
    entered_from=date(2025, 9, 1),
    entered_before=date(2027, 9, 1),
    rules=(_two_years(2312, 2516), *COMMON_RULES),
    hours=HOURS_FROM_2025,
    profiles=PROFILES,
)
AGROTECHNOLOGICAL = Profile(
    "agrotechnological",
    "Агротехнологический",
    required=("biology",),
    chosen=("chemistry", "geography"),
    areas=frozenset({NATURAL_AREA, SOCIAL_AREA}),
)
# announced, its text is not final: plans are only looked ahead by it
RULES_2027_PLANNED = replace(
    RULES_FROM_2025,
    id="soo-2027",
    title="Правила, ожидаемые с 01.09.2027 (проект)",
    entered_from=date(2027, 9, 1),
    entered_before=None,
    profiles=(*PROFILES, AGROTECHNOLOGICAL),
    is_planned=True,
)
RULESETS = (RULES_BEFORE_2025, RULES_FROM_2025, RULES_2027_PLANNED)


def ruleset_for(cohort_year: int, rulesets: Iterable[RuleSet] = RULESETS) -> RuleSet:
    """The set by which pupils who entered grade 10 in September of the year live; LookupError when there is none."""
    for ruleset in rulesets:
        if ruleset.covers(cohort_year):
            return ruleset
    raise LookupError(f"no rule set covers the cohort of {cohort_year}")


def planned_rulesets(rulesets: Iterable[RuleSet] = RULESETS) -> tuple[RuleSet, ...]:
    """Sets that are announced and not in force: what would break under them is worth knowing early."""
    return tuple(ruleset for ruleset in rulesets if ruleset.is_planned)


def evaluate(
    plan: Plan,
    ruleset: RuleSet,
    offers: Iterable[NetworkOffer] = (),
    travel: TravelMatrix = TAZOVSKY_DISTRICT,
) -> tuple[Finding, ...]:
    """Every rule of the set on the plan, in the order of the set; repairs draw on the offers."""
    return evaluate_with(CHECKS, plan, ruleset, offers, travel)
