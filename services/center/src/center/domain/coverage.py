"""Coverage: the headline figure of the project, computed from facts and never typed in.

Pupils of grades 10–11 with an approved individual plan *and* at least one started network course, divided by all pupils
of these grades on 20 September. The base is fixed on that day: who comes later is in neither number, who leaves later
stays in both.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

GRADES = frozenset({10, 11})
TARGET_PERCENT = Decimal(30)
BASE_MONTH, BASE_DAY = 9, 20


@dataclass(frozen=True, slots=True)
class PupilFact:
    """What coverage needs to know of one pupil; the days are business dates, None means "not yet"."""

    pupil_id: str
    grade: int
    school_id: str
    settlement: str
    enrolled_on: date
    left_on: date | None = None
    plan_approved_on: date | None = None
    network_course_started_on: date | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, with what is still missing to the target."""

    pupils: int
    covered: int
    target_percent: Decimal = TARGET_PERCENT

    @property
    def percent(self) -> Decimal:
        """Per cent with one decimal, half up; 0.0 of nobody."""
        if not self.pupils:
            return Decimal("0.0")
        return (Decimal(self.covered) * 100 / self.pupils).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def pupils_missing(self) -> int:
        """How many pupils more the target takes."""
        return max(0, ceil(self.pupils * self.target_percent / 100) - self.covered)

    @property
    def is_reached(self) -> bool:
        """Whether the target is met, by whole pupils and not by a rounded per cent."""
        return self.pupils > 0 and self.pupils_missing == 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage of the whole network and of its parts; the parts add up to the whole."""

    as_of: date
    base_day: date
    total: Share
    by_school: tuple[tuple[str, Share], ...]
    by_settlement: tuple[tuple[str, Share], ...]


def base_day(school_year: int) -> date:
    """20 September of the school year that begins in the given calendar year."""
    return date(school_year, BASE_MONTH, BASE_DAY)


def is_in_base(fact: PupilFact, day: date) -> bool:
    """Whether the pupil was on the roll of grade 10 or 11 on the base day."""
    return fact.grade in GRADES and fact.enrolled_on <= day and (fact.left_on is None or fact.left_on > day)


def is_covered(fact: PupilFact, as_of: date) -> bool:
    """Whether the pupil has, by the day, both an approved plan and a started network course."""
    plan, course = fact.plan_approved_on, fact.network_course_started_on
    return plan is not None and course is not None and max(plan, course) <= as_of


def measure_coverage(
    facts: Iterable[PupilFact], *, school_year: int, as_of: date, target_percent: Decimal = TARGET_PERCENT
) -> Coverage:
    """Coverage on the day `as_of`; a pupil given twice is an error of the caller (ValueError)."""
    day = base_day(school_year)
    base = [fact for fact in facts if is_in_base(fact, day)]
    if len({fact.pupil_id for fact in base}) != len(base):
        raise ValueError("a pupil is given twice")

    def share(part: Iterable[PupilFact]) -> Share:
        pupils = list(part)
        return Share(len(pupils), sum(is_covered(fact, as_of) for fact in pupils), target_percent)

    def split(key: Callable[[PupilFact], str]) -> tuple[tuple[str, Share], ...]:
        groups: dict[str, list[PupilFact]] = defaultdict(list)
        for fact in base:
            groups[key(fact)].append(fact)
        return tuple((name, share(groups[name])) for name in sorted(groups))

    return Coverage(
        as_of=as_of,
        base_day=day,
        total=share(base),
        by_school=split(lambda fact: fact.school_id),
        by_settlement=split(lambda fact: fact.settlement),
    )
