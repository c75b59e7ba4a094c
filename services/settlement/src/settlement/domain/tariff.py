"""Tariff versions: what an hour costs, unrounded, and how the cost becomes kopecks once per act line.

The price stays a `Fraction` for ever; only the *cumulative* cost of an act line is rounded, and a posting is the
difference to what was posted before. So the line's total equals P · Σh rounded half up once, whatever the number or
order of lessons. See docs/algorithms/tariff.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal
from uuid import UUID

from chassis.errors import Conflict, FieldError, NotFound
from settlement.domain.money import round_half_up, split_largest_remainder
from settlement.domain.terms import FixedTerms, GroupHourTerms, TariffInvalid, Terms


class TariffMissing(NotFound):
    """На эту дату тарифа нет."""

    code = "settlement.tariff_missing"


class TariffsOverlap(Conflict):
    """На одну дату действуют две версии тарифа."""

    code = "settlement.tariffs_overlap"


@dataclass(frozen=True, slots=True)
class TariffVersion:
    """One version of a tariff, immutable once published; `basis` names the act of the authority that sets it."""

    tariff_version_id: UUID
    version: int
    valid_from: date
    valid_to: date | None
    terms: Terms
    basis: str = ""

    def __post_init__(self) -> None:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise TariffInvalid(
                "Тариф заканчивается раньше, чем начинается.",
                errors=(FieldError("valid_to", "Дата раньше начала.", "Укажите дату не раньше начала действия."),),
            )

    @property
    def price(self) -> Fraction:
        """Kopecks for one unit, unrounded."""
        return self.terms.price

    @property
    def unit(self) -> str:
        """Unit of measure as the act prints it."""
        return self.terms.unit

    @property
    def is_fixed(self) -> bool:
        """Whether a whole sum is earned over all periods together."""
        return isinstance(self.terms, FixedTerms)

    @property
    def is_group(self) -> bool:
        """Whether the group's cost is split among its payers."""
        return isinstance(self.terms, GroupHourTerms)

    def applies_on(self, day: date) -> bool:
        """Whether a lesson of that day is paid by this version; both ends of the validity are included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def billable_hours(self, hours_so_far: Decimal) -> Decimal:
        """The hours that the tariff pays for: all of them, but a fixed sum stops at its planned hours."""
        if isinstance(self.terms, FixedTerms):
            return min(hours_so_far, self.terms.planned_hours)
        return hours_so_far


@dataclass(frozen=True, slots=True)
class AttendanceTerms:
    """What the contract pays of an hour that was not simply attended: shares from 0 (nothing) to 1 (in full)."""

    absence_share: Decimal = Decimal(0)
    cancellation_share: Decimal = Decimal(0)
    substitution_share: Decimal = Decimal(1)

    def accepted_hours(
        self, hours: Decimal, outcome: Literal["attended", "absent", "cancelled", "substituted"]
    ) -> Decimal:
        """Hours of one pupil in one lesson that enter the obligation."""
        shares = {
            "attended": Decimal(1),
            "absent": self.absence_share,
            "cancelled": self.cancellation_share,
            "substituted": self.substitution_share,
        }
        return hours * shares[outcome]


def tariff_on(versions: Iterable[TariffVersion], day: date) -> TariffVersion:
    """The one version that pays a lesson of that day; raises TariffMissing or TariffsOverlap."""
    found = [version for version in versions if version.applies_on(day)]
    if not found:
        raise TariffMissing(f"На {day:%d.%m.%Y} тариф не установлен.")
    if len(found) > 1:
        numbers = ", ".join(str(version.version) for version in sorted(found, key=lambda version: version.version))
        raise TariffsOverlap(f"На {day:%d.%m.%Y} действуют сразу несколько версий тарифа: {numbers}.")
    return found[0]


def line_amount(price: Fraction, hours_so_far: Decimal, already_posted_kopecks: int) -> int:
    """Kopecks to post now on an act line: half-up rounding of P · Σh so far, less what the line has posted.

    `hours_so_far` includes the lesson being posted. The answer is negative when hours were corrected down.
    """
    return round_half_up(price * Fraction(hours_so_far)) - already_posted_kopecks


def group_line_amounts(
    price: Fraction,
    group_hours_so_far: Decimal,
    pupil_hours_so_far: Mapping[UUID, Decimal],
    already_posted_kopecks: Mapping[UUID, int],
) -> dict[UUID, int]:
    """Kopecks to post now on each payer's line of one group: the group's cost so far is rounded once, then split.

    Payers share by their pupils' accepted hours so far. The sum over payers is always P · Σh rounded half up, and a
    payer's part stays within a kopeck of its exact share of that sum; a payer's step may be a kopeck negative. A payer
    who posted before but has no hours any more is given back what it was charged.
    """
    total_kopecks = round_half_up(price * Fraction(group_hours_so_far))
    payers = {**dict.fromkeys(already_posted_kopecks, Decimal(0)), **pupil_hours_so_far}
    due = split_largest_remainder(total_kopecks, payers) if total_kopecks else dict.fromkeys(sorted(payers), 0)
    return {org_id: amount - already_posted_kopecks.get(org_id, 0) for org_id, amount in due.items()}
