"""Whether an offer fits a plan, and why not: clashes in time, ways too long, seats, grades, prerequisites."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from enrollment.domain.curriculum import subject_title
from enrollment.domain.plan import Mode, NetworkOffer, Plan, PlanItem, item_from_offer
from enrollment.domain.timetable import Slot
from enrollment.domain.travel import TravelMatrix


class ObstacleCode(StrEnum):
    """Why an offer cannot be taken; the centre counts these causes."""

    GRADE = "grade"
    ALREADY_TAKEN = "already_taken"
    OVERLAP = "overlap"
    TRAVEL_TIME = "travel_time"
    UNREACHABLE = "unreachable"
    NO_SEATS = "no_seats"
    PREREQUISITE = "prerequisite"
    WEEK_FULL = "week_full"
    NOBODY_OFFERS = "nobody_offers"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason, with words for the pupil."""

    code: ObstacleCode
    message: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Two lessons that one pupil cannot both attend."""

    first: PlanItem
    second: PlanItem
    code: ObstacleCode
    message: str


def place_of(item: PlanItem, plan: Plan) -> tuple[str, str]:
    """Organisation and settlement where the pupil sits: an online lesson is attended at the home school."""
    if item.mode is Mode.ONLINE or item.organisation_id is None:
        return plan.school_id, plan.settlement
    return item.organisation_id, item.settlement or plan.settlement


def find_clash(first: PlanItem, second: PlanItem, plan: Plan, travel: TravelMatrix) -> Clash | None:
    """The clash of two items of one grade: an overlap, or less time between than the way takes."""
    for one in first.slots:
        for other in second.slots:
            clash = _slot_clash(first, second, one, other, plan, travel)
            if clash is not None:
                return clash
    return None


def _slot_clash(
    first: PlanItem, second: PlanItem, one: Slot, other: Slot, plan: Plan, travel: TravelMatrix
) -> Clash | None:
    if one.overlaps(other):
        message = f"{one}: «{first.title}» пересекается с «{second.title}» ({other})."
        return Clash(first, second, ObstacleCode.OVERLAP, message)
    gap = one.minutes_between(other)
    here, there = place_of(first, plan), place_of(second, plan)
    if gap is None or here == there:
        return None
    minutes = travel.daily_minutes(here[1], there[1])
    if minutes is None or gap >= minutes:  # a way that nobody can go is told by the rule of reach
        return None
    message = f"{one} «{first.title}» и {other} «{second.title}»: между ними {gap} мин, а дорога занимает {minutes}."
    return Clash(first, second, ObstacleCode.TRAVEL_TIME, message)


def clashes_in(plan: Plan, grade: int, travel: TravelMatrix) -> tuple[Clash, ...]:
    """Every two items of the grade that clash."""
    items = [item for item in plan.items_of(grade) if item.slots]
    found = (
        find_clash(first, second, plan, travel) for place, first in enumerate(items) for second in items[place + 1 :]
    )
    return tuple(clash for clash in found if clash is not None)


def is_reachable(item: PlanItem, plan: Plan, travel: TravelMatrix) -> bool:
    """Whether the pupil can attend every week."""
    return travel.daily_minutes(plan.settlement, place_of(item, plan)[1]) is not None


def missing_prerequisites(item: PlanItem, plan: Plan) -> tuple[str, ...]:
    """What should be studied before or beside the item and stands nowhere in the plan."""
    known = set(plan.completed)
    known.update(other.subject_code for other in plan.items if other.grade <= item.grade and other != item)
    return tuple(code for code in item.prerequisites if code not in known)


def obstacles(plan: Plan, offer: NetworkOffer, grade: int, travel: TravelMatrix) -> tuple[Obstacle, ...]:
    """Everything that keeps the offer out of the grade of the plan; empty when it fits."""
    item = item_from_offer(offer, grade)
    found: list[Obstacle] = []
    if grade not in offer.grades:
        found.append(Obstacle(ObstacleCode.GRADE, f"Курс не для {grade} класса."))
    if offer.offer_id in {other.offer_id for other in plan.items_of(grade)}:
        found.append(Obstacle(ObstacleCode.ALREADY_TAKEN, "Курс уже в плане."))
    if offer.seats_free is not None and offer.seats_free <= 0:
        found.append(Obstacle(ObstacleCode.NO_SEATS, "Свободных мест нет."))
    if not is_reachable(item, plan, travel):
        way = travel.explain(plan.settlement, offer.settlement)
        found.append(Obstacle(ObstacleCode.UNREACHABLE, f"Каждую неделю не добраться: {way}."))
    found.extend(
        Obstacle(ObstacleCode.PREREQUISITE, f"До курса изучают: {subject_title(code)}.")
        for code in missing_prerequisites(item, plan)
    )
    found.extend(_clash_obstacles(plan, item, travel))
    return tuple(found)


def _clash_obstacles(plan: Plan, item: PlanItem, travel: TravelMatrix) -> Iterable[Obstacle]:
    for other in plan.items_of(item.grade):
        clash = find_clash(item, other, plan, travel)
        if clash is not None:
            yield Obstacle(clash.code, clash.message)
