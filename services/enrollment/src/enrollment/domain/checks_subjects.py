"""Checks of what is studied: subjects, levels, profile, project, prerequisites."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from enrollment.domain.curriculum import GRADES, MANDATORY_CODES, subject_title
from enrollment.domain.fit import missing_prerequisites, obstacles
from enrollment.domain.plan import PROJECT_CODE, SUBJECT_LEVELS, Level, PlanItem, item_from_offer
from enrollment.domain.profiles import Profile
from enrollment.domain.rules import Figure, Outcome, Question, Repair, hours_text


def mandatory_subjects(question: Question) -> Iterator[Outcome]:
    """Every mandatory subject stands in the plan."""
    plan = question.plan
    studied = {item.subject_code for item in plan.items if item.level in SUBJECT_LEVELS}
    count, needed = sum(code in studied for code in MANDATORY_CODES), len(MANDATORY_CODES)
    for code in MANDATORY_CODES:
        if code not in studied:
            title = subject_title(code)
            yield Outcome(
                f"Нет предмета «{title}»: в плане {count} из {needed} обязательных.",
                (Figure("есть", Decimal(count)), Figure("нужно", Decimal(needed))),
                Repair(f"Добавить «{title}» в своей школе", add=_home_items(question, code)),
            )


def subject_hours(question: Question) -> Iterator[Outcome]:
    """Each subject of the plan has at least the hours of its level in each grade in which it stands."""
    plan = question.plan
    advanced = set(plan.advanced_codes)
    for grade in GRADES:
        for code in dict.fromkeys(item.subject_code for item in plan.items_of(grade) if item.level in SUBJECT_LEVELS):
            norm = question.ruleset.hours.get((code, grade))
            if norm is None:
                continue
            is_advanced = code in advanced and norm.advanced is not None
            needed = norm.advanced if is_advanced and norm.advanced is not None else norm.basic
            have = plan.subject_hours(code, grade)
            if have < needed:
                level = "углублённо" if is_advanced else "на базовом уровне"
                yield Outcome(
                    f"{subject_title(code)}, {grade} класс: {hours_text(have)} ч в неделю, "
                    f"{level} нужно {hours_text(needed)}.",
                    (Figure("есть", have, "ч/нед"), Figure("нужно", needed, "ч/нед")),
                    _more_hours(question, code, grade, needed - have),
                )


def _home_items(question: Question, code: str) -> tuple[PlanItem, ...]:
    return tuple(
        PlanItem(
            code,
            subject_title(code),
            Level.BASE,
            grade,
            question.ruleset.hours[code, grade].basic,
            settlement=question.plan.settlement,
        )
        for grade in GRADES
    )


def _more_hours(question: Question, code: str, grade: int, missing: Decimal) -> Repair:
    label = f"Добавить {hours_text(missing)} ч в своей школе: {subject_title(code)}, {grade} класс"
    for item in question.plan.items_of(grade):
        if item.subject_code == code and not item.is_network and item.level in SUBJECT_LEVELS:
            more = replace(item, hours_per_week=item.hours_per_week + missing, slots=())
            return Repair(label, remove=(item,), add=(more,))
    settlement = question.plan.settlement
    item = PlanItem(code, subject_title(code), Level.BASE, grade, missing, settlement=settlement)
    return Repair(label, add=(item,))


def advanced_count(question: Question) -> Iterator[Outcome]:
    """Enough subjects are advanced."""
    plan, needed = question.plan, question.rule.limits["advanced_min"]
    count = len(plan.advanced_codes)
    if count < needed:
        yield Outcome(
            f"Углублённых предметов {count}, нужно не меньше {needed}.",
            (Figure("есть", Decimal(count)), Figure("нужно", Decimal(needed))),
            _advanced_offer(question),
        )


def profile_fit(question: Question) -> Iterator[Outcome]:
    """The advanced subjects fit the profile or an adjacent area."""
    plan = question.plan
    profile = question.ruleset.profile(plan.profile_code)
    if profile is None:
        known = ", ".join(item.title.lower() for item in question.ruleset.profiles)
        yield Outcome(f"Профиля «{plan.profile_code}» для этого года поступления нет. Есть: {known}.")
        return
    fitting = [code for code in plan.advanced_codes if profile.accepts(code)]
    needed = profile.advanced_min
    if len(fitting) < needed:
        yield Outcome(
            f"{profile.title} профиль: по профилю углублённо {len(fitting)} из {needed}. "
            f"Подходят: {_fitting_titles(profile)}.",
            (Figure("есть", Decimal(len(fitting))), Figure("нужно", Decimal(needed))),
            _advanced_offer(question),
        )


def profile_core(question: Question) -> Iterator[Outcome]:
    """The subjects that the profile always takes are advanced."""
    plan = question.plan
    profile = question.ruleset.profile(plan.profile_code)
    for code in profile.required if profile else ():
        if code not in plan.advanced_codes:
            title = subject_title(code)
            yield Outcome(f"В этом профиле обычно углублённо изучают предмет «{title}», а в плане он базовый.")


def _fitting_titles(profile: Profile) -> str:
    return ", ".join(subject_title(code).lower() for code in (*profile.required, *profile.chosen))


def _advanced_offer(question: Question) -> Repair | None:
    """The first advanced offer that fits the profile, the time and the way."""
    plan = question.plan
    profile = question.ruleset.profile(plan.profile_code)
    if profile is None:
        return None
    wanted = (*profile.required, *profile.chosen)
    for offer in sorted(question.offers, key=lambda item: (item.subject_code not in wanted, item.offer_id)):
        if offer.level is not Level.ADVANCED or offer.subject_code in plan.advanced_codes:
            continue
        if profile.accepts(offer.subject_code) and not obstacles(plan, offer, plan.grade, question.travel):
            grades = [grade for grade in offer.grades if grade >= plan.grade]
            items = tuple(item_from_offer(offer, grade) for grade in grades)
            return Repair(f"Взять курс «{offer.title}»", add=items)
    return None


def individual_project(question: Question) -> Iterator[Outcome]:
    """The individual project stands in grade 10."""
    plan, limits = question.plan, question.rule.limits
    grade, needed = limits["grade"], Decimal(limits["hours_per_week_min"])
    have = sum((item.hours_per_week for item in plan.items_of(grade) if item.level is Level.PROJECT), Decimal(0))
    if have < needed:
        title = "Индивидуальный проект"
        settlement = plan.settlement
        item = PlanItem(PROJECT_CODE, title, Level.PROJECT, grade, needed - have, settlement=settlement)
        yield Outcome(
            f"Индивидуальный проект в {grade} классе: {hours_text(have)} ч в неделю, нужно {hours_text(needed)}.",
            (Figure("есть", have, "ч/нед"), Figure("нужно", needed, "ч/нед")),
            Repair("Добавить индивидуальный проект", add=(item,)),
        )


def prerequisites(question: Question) -> Iterator[Outcome]:
    """What a course builds on is studied before or beside it."""
    for item in question.plan.items:
        missing = missing_prerequisites(item, question.plan)
        if missing:
            titles = ", ".join(subject_title(code) for code in missing)
            yield Outcome(f"«{item.title}», {item.grade} класс: сначала нужно изучить {titles}.")


def no_duplicates(question: Question) -> Iterator[Outcome]:
    """No course stands twice in one grade."""
    for grade in GRADES:
        seen: set[str] = set()
        for item in question.plan.items_of(grade):
            if item.offer_id is not None and item.offer_id in seen:
                yield Outcome(
                    f"Курс «{item.title}» записан в {grade} классе дважды.",
                    repair=Repair("Убрать повтор", remove=(item,)),
                )
            seen.add(item.offer_id or "")
