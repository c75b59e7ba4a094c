"""Money is a whole number of kopecks (`int`, no upper bound); it is rounded here and nowhere else."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from chassis.errors import DomainError, FieldError


class SplitRefused(DomainError):
    """Сумму нельзя разделить: нет ни одного плательщика с положительной долей."""

    code = "settlement.split_refused"


def round_half_up(value: Decimal | Fraction | int) -> int:
    """Round to whole kopecks, halves away from zero, so that rounding a negated sum negates the rounded sum.

    The law of the Russian budget says "50 копеек и более"; `Decimal`'s ROUND_HALF_UP means the same. `float` is
    refused.
    """
    if isinstance(value, float):
        raise TypeError("kopecks are never computed from a float")
    exact = Fraction(value)
    magnitude = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return -magnitude if exact < 0 else magnitude


def split_largest_remainder(total_kopecks: int, weights: Mapping[UUID, Decimal]) -> dict[UUID, int]:
    """Split a sum among organisations in proportion to their weights; the parts add up to the sum exactly.

    Every part is its exact share rounded down or up (towards or away from zero for a negative sum). The kopecks left
    over go to the largest remainders, then to the smaller organisation id: the order of `weights` never matters. Raises
    SplitRefused when a weight is negative or none is positive.
    """
    negative = tuple(
        FieldError(f"weights.{org_id}", "Доля не может быть отрицательной.", "Проверьте часы или число обучающихся.")
        for org_id, weight in weights.items()
        if weight < 0
    )
    whole = sum((Fraction(weight) for weight in weights.values()), Fraction(0))
    if negative or whole == 0:
        raise SplitRefused("Сумму нельзя разделить между плательщиками: доли заданы неверно.", errors=negative)
    sign = -1 if total_kopecks < 0 else 1
    exact = {org_id: abs(total_kopecks) * Fraction(weight) / whole for org_id, weight in weights.items()}
    parts = {org_id: share.numerator // share.denominator for org_id, share in exact.items()}
    left_over = abs(total_kopecks) - sum(parts.values())
    by_remainder = sorted(exact, key=lambda org_id: (parts[org_id] - exact[org_id], org_id))
    for org_id in by_remainder[:left_over]:
        parts[org_id] += 1
    return {org_id: sign * parts[org_id] for org_id in sorted(parts)}
