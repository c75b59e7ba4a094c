"""An individual study plan (ИУП): two years of one pupil, subject by subject, at home and in the network."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from enrollment.domain.curriculum import GRADES, WEEKS_PER_YEAR
from enrollment.domain.timetable import Slot


class Level(StrEnum):
    """The level at which a pupil studies something."""

    BASE = "base"
    ADVANCED = "advanced"  # углублённый
    ELECTIVE = "elective"
    EXTRACURRICULAR = "extracurricular"  # внеурочная деятельность: outside the weekly cap
    PROJECT = "project"  # индивидуальный проект


class Mode(StrEnum):
    """Where the pupil is while the lesson goes on."""

    ONSITE = "onsite"
    ONLINE = "online"
    MIXED = "mixed"


LEVEL_TITLES = {
    Level.BASE: "базовый",
    Level.ADVANCED: "углублённый",
    Level.ELECTIVE: "элективный",
    Level.EXTRACURRICULAR: "внеурочный",
    Level.PROJECT: "проект",
}
SUBJECT_LEVELS = frozenset({Level.BASE, Level.ADVANCED})
PROJECT_CODE = "individual-project"
SCHOOL_ELECTIVE_CODE = "school-elective"


@dataclass(frozen=True, slots=True)
class NetworkOffer:
    """An offer of another organisation as the plan sees it; `seats_free` is None while nobody counts them."""

    offer_id: str
    organisation_id: str
    title: str
    subject_code: str
    level: Level
    grades: tuple[int, ...]
    hours_per_week: Decimal
    mode: Mode
    settlement: str
    slots: tuple[Slot, ...] = ()
    prerequisites: tuple[str, ...] = ()
    seats_free: int | None = None


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One subject or course in one grade. `offer_id` None means the home school teaches it.

    A subject may stand in two items of a grade: basic hours at home and the advanced part elsewhere; their hours add up.
    """

    subject_code: str
    title: str
    level: Level
    grade: int
    hours_per_week: Decimal
    offer_id: str | None = None
    organisation_id: str | None = None
    mode: Mode = Mode.ONSITE
    settlement: str | None = None
    slots: tuple[Slot, ...] = ()
    prerequisites: tuple[str, ...] = ()

    @property
    def is_network(self) -> bool:
        """Whether another organisation teaches it."""
        return self.offer_id is not None

    @property
    def counts_for_week(self) -> bool:
        """Whether its hours are under the weekly cap."""
        return self.level is not Level.EXTRACURRICULAR


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a pupil who entered grade 10 on 1 September of `cohort_year`.

    `settlement` is where the pupil lives in term: a boarder lives at the school, wherever the parents live.
    `completed` are subjects and courses finished before the plan, for prerequisites.
    """

    pupil_id: str
    cohort_year: int
    grade: int
    profile_code: str
    school_id: str
    settlement: str
    items: tuple[PlanItem, ...]
    week_days: int = 5
    completed: tuple[str, ...] = ()

    def items_of(self, grade: int) -> tuple[PlanItem, ...]:
        """What is studied in the grade."""
        return tuple(item for item in self.items if item.grade == grade)

    def hours_per_week(self, grade: int) -> Decimal:
        """Hours under the weekly cap in the grade."""
        return _hours(item for item in self.items_of(grade) if item.counts_for_week)

    def extracurricular_per_week(self, grade: int) -> Decimal:
        """Extracurricular hours a week in the grade."""
        return _hours(item for item in self.items_of(grade) if not item.counts_for_week)

    def subject_hours(self, code: str, grade: int) -> Decimal:
        """Hours a week of a subject in the grade, at home and elsewhere together."""
        return _hours(
            item for item in self.items_of(grade) if item.subject_code == code and item.level in SUBJECT_LEVELS
        )

    @property
    def hours_in_two_years(self) -> Decimal:
        """Hours of both years without extracurricular ones."""
        return sum((self.hours_per_week(grade) for grade in GRADES), Decimal(0)) * WEEKS_PER_YEAR

    @property
    def advanced_codes(self) -> tuple[str, ...]:
        """Subjects that are advanced in any grade."""
        return tuple(dict.fromkeys(item.subject_code for item in self.items if item.level is Level.ADVANCED))

    @property
    def network_offer_ids(self) -> tuple[str, ...]:
        """Offers of other organisations that the plan rests on."""
        return tuple(dict.fromkeys(item.offer_id for item in self.items if item.offer_id is not None))

    def with_items(self, *items: PlanItem) -> "Plan":
        """The plan with more items."""
        return replace(self, items=self.items + items)

    def where(self, keep: Callable[[PlanItem], bool]) -> "Plan":
        """The plan with only those items."""
        return replace(self, items=tuple(item for item in self.items if keep(item)))


def item_from_offer(offer: NetworkOffer, grade: int) -> PlanItem:
    """The item that taking the offer in the grade would add."""
    return PlanItem(
        subject_code=offer.subject_code,
        title=offer.title,
        level=offer.level,
        grade=grade,
        hours_per_week=offer.hours_per_week,
        offer_id=offer.offer_id,
        organisation_id=offer.organisation_id,
        mode=offer.mode,
        settlement=offer.settlement,
        slots=offer.slots,
        prerequisites=offer.prerequisites,
    )


def _hours(items: Iterable[PlanItem]) -> Decimal:
    return sum((item.hours_per_week for item in items), Decimal(0))
