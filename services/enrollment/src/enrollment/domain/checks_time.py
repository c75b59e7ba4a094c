"""Checks of when and where: clashes, reach, the length of a day and of a lesson."""

from collections import Counter
from collections.abc import Iterator
from datetime import time

from enrollment.domain.curriculum import GRADES
from enrollment.domain.fit import Clash, clashes_in, is_reachable, obstacles
from enrollment.domain.plan import Level, Mode, NetworkOffer, PlanItem, item_from_offer
from enrollment.domain.rules import Outcome, Question, Repair
from enrollment.domain.timetable import WEEKDAY_TITLES

LEAST_NEEDED = (Level.PROJECT, Level.ADVANCED, Level.BASE, Level.ELECTIVE, Level.EXTRACURRICULAR)


def no_clashes(question: Question) -> Iterator[Outcome]:
    """Lessons neither overlap nor leave less time than the way takes."""
    for grade in GRADES:
        for clash in clashes_in(question.plan, grade, question.travel):
            yield Outcome(clash.message, repair=_other_group(question, clash) or _take_out(clash.first, clash.second))


def reachable(question: Question) -> Iterator[Outcome]:
    """On-site study is only where the pupil gets to every week."""
    plan, travel = question.plan, question.travel
    for item in plan.items:
        if not is_reachable(item, plan, travel):
            way = travel.explain(plan.settlement, item.settlement or plan.settlement)
            yield Outcome(
                f"«{item.title}» идёт очно: {item.settlement}. Из посёлка {plan.settlement} каждую неделю не добраться "
                f"({way}).",
                repair=_alternative(question, item, "Заменить на") or _take_out(item),
            )


def day_length(question: Question) -> Iterator[Outcome]:
    """No day has too many lessons of the school programme."""
    cap = question.rule.limits["lessons_max"]
    for grade in GRADES:
        load: Counter[int] = Counter()
        for item in question.plan.items_of(grade):
            if item.counts_for_week:
                for slot in item.slots:
                    load[slot.weekday] += slot.lessons
        for weekday, lessons in sorted(load.items()):
            if lessons > cap:
                day = WEEKDAY_TITLES[weekday - 1]
                yield Outcome(f"{grade} класс, {day}: уроков {lessons}, можно {cap}.")


def lesson_window(question: Question) -> Iterator[Outcome]:
    """Lessons lie within the hours that the sanitary rules give."""
    limits = question.rule.limits
    earliest, latest = time(limits["hour_from"]), time(limits["hour_to"])
    for item in question.plan.items:
        for slot in item.slots:
            if slot.start < earliest or slot.end > latest:
                yield Outcome(
                    f"«{item.title}», {slot}: занятия идут с {earliest:%H:%M} до {latest:%H:%M}.",
                )


def _other_group(question: Question, clash: Clash) -> Repair | None:
    """Another group of the same subject instead of one of the two, the network one first."""
    for item in sorted((clash.first, clash.second), key=lambda candidate: not candidate.is_network):
        if item.is_network:
            repair = _alternative(question, item, "Перейти в группу")
            if repair is not None:
                return repair
    return None


def _take_out(*items: PlanItem) -> Repair | None:
    """Without the network course that the plan needs least: an extracurricular one goes before a subject."""
    network = [item for item in items if item.is_network]
    if not network:
        return None
    item = max(network, key=lambda candidate: LEAST_NEEDED.index(candidate.level))
    return Repair(f"Убрать «{item.title}»", remove=(item,))


def _alternative(question: Question, item: PlanItem, verb: str) -> Repair | None:
    rest = question.plan.where(lambda other: other != item)
    for offer in sorted(question.offers, key=_online_first):
        is_same = offer.subject_code == item.subject_code and offer.level is item.level
        if is_same and offer.offer_id != item.offer_id and not obstacles(rest, offer, item.grade, question.travel):
            when = "; ".join(str(slot) for slot in offer.slots) or "в удобное время"
            label = f"{verb} «{offer.title}» ({when})"
            return Repair(label, remove=(item,), add=(item_from_offer(offer, item.grade),))
    return None


def _online_first(offer: NetworkOffer) -> tuple[bool, str]:
    return offer.mode is not Mode.ONLINE, offer.offer_id
