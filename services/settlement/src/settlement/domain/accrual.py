"""What one lesson adds to the act lines: kopecks for each pupil's obligation, and the lines as they stand afterwards.

An act line is one (period, creditor, debtor, offer, tariff version); its postings always add up to its price × hours
rounded once (docs/algorithms/tariff.md). A fixed sum is earned over all its periods together, and a group's cost is
split anew among all its payers, so those two look at more lines than the lesson's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from settlement.domain.money import split_largest_remainder
from settlement.domain.tariff import TariffVersion, group_line_amounts, line_amount
from settlement.domain.terms import GroupHourTerms


@dataclass(frozen=True, slots=True)
class Attended:
    """One pupil at one lesson: whose pupil, and the accepted hours."""

    pupil_id: UUID
    debtor_id: UUID
    hours: Decimal


@dataclass(frozen=True, slots=True)
class LineTotals:
    """An act line so far: accepted hours, the part of them that the tariff pays for, kopecks posted."""

    hours: Decimal = Decimal(0)
    billable_hours: Decimal = Decimal(0)
    posted_kopecks: int = 0


@dataclass(frozen=True, slots=True)
class GroupTotals:
    """A group so far: its own hours, and the accepted hours of the host's own pupils, who pay no one."""

    group_hours: Decimal = Decimal(0)
    host_hours: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class LessonAccrual:
    """Kopecks for each pupil, the touched lines by debtor, and what changed for payers without a pupil in this lesson."""

    by_pupil: Mapping[UUID, int]
    lines: Mapping[UUID, LineTotals]
    adjustments: Mapping[UUID, int]
    group: GroupTotals | None = None


def accrue_by_pupil(
    tariff: TariffVersion,
    attended: Sequence[Attended],
    lines: Mapping[UUID, LineTotals],
    other_periods: Mapping[UUID, LineTotals],
) -> LessonAccrual:
    """Pupil-hour, fixed and free tariffs: each pupil is posted what rounding the line so far leaves to post.

    `other_periods` sums the debtor's lines of the same offer and tariff version in other periods; only a fixed sum
    looks at it. Pupils are taken in order of id, so equal lessons give equal kopecks.
    """
    result = dict(lines)
    by_pupil: dict[UUID, int] = {}
    for one in sorted(attended, key=lambda one: one.pupil_id):
        line = result.get(one.debtor_id, LineTotals())
        earlier = other_periods.get(one.debtor_id, LineTotals()) if tariff.is_fixed else LineTotals()
        hours = line.hours + one.hours
        billable = tariff.billable_hours(earlier.hours + hours)
        step = line_amount(tariff.price, billable, earlier.posted_kopecks + line.posted_kopecks)
        by_pupil[one.pupil_id] = step
        result[one.debtor_id] = LineTotals(hours, billable - earlier.billable_hours, line.posted_kopecks + step)
    return LessonAccrual(by_pupil, {one.debtor_id: result[one.debtor_id] for one in attended}, {})


def accrue_by_group(
    tariff: TariffVersion,
    host_id: UUID,
    attended: Sequence[Attended],
    lines: Mapping[UUID, LineTotals],
    group: GroupTotals,
    *,
    new_group_hours: Decimal,
    new_host_hours: Decimal,
) -> LessonAccrual:
    """A group-hour tariff: the group's cost so far is rounded once and split among all payers by their hours so far.

    The host's own pupils carry their part too, but nobody owes it. A payer's step is shared among its pupils of this
    lesson; a payer that has none here gets it as an adjustment. Nothing is posted while nobody has any accepted hour.
    """
    assert isinstance(tariff.terms, GroupHourTerms)
    grown = GroupTotals(group.group_hours + new_group_hours, group.host_hours + new_host_hours)
    pupils: dict[UUID, dict[UUID, Decimal]] = {}
    result = dict(lines)
    for one in attended:
        pupils.setdefault(one.debtor_id, {})[one.pupil_id] = one.hours
        line = result.get(one.debtor_id, LineTotals())
        hours = line.hours + one.hours
        result[one.debtor_id] = replace(line, hours=hours, billable_hours=hours)
    weights = {debtor: line.hours for debtor, line in result.items()} | {host_id: grown.host_hours}
    steps = dict.fromkeys(result, 0)
    if sum(weights.values()) > 0:
        posted = {debtor: line.posted_kopecks for debtor, line in result.items()}
        due = group_line_amounts(tariff.price, grown.group_hours, weights, posted)
        steps = {debtor: due[debtor] for debtor in result}
    by_pupil: dict[UUID, int] = {}
    for debtor, hours_of in pupils.items():
        by_pupil |= _share(steps[debtor], hours_of)
    return LessonAccrual(
        by_pupil,
        {
            debtor: replace(line, posted_kopecks=line.posted_kopecks + steps[debtor])
            for debtor, line in result.items()
            if steps[debtor] or debtor in pupils
        },
        {debtor: step for debtor, step in steps.items() if step and debtor not in pupils},
        grown,
    )


def _share(step_kopecks: int, hours: Mapping[UUID, Decimal]) -> dict[UUID, int]:
    if any(hours.values()):
        return split_largest_remainder(step_kopecks, hours)
    first = min(hours)  # all absent, and still the payer's part of the group changed
    return {pupil: step_kopecks if pupil == first else 0 for pupil in hours}
