"""Rounding and splitting: no kopeck is made or lost."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.money import SplitRefused, round_half_up, split_largest_remainder

A, B, C = (UUID(int=number) for number in (1, 2, 3))
WEIGHTS = st.dictionaries(
    st.integers(1, 9).map(lambda number: UUID(int=number)),
    st.decimals(0, 1000, places=2),
    min_size=1,
    max_size=7,
).filter(lambda weights: any(weights.values()))


@pytest.mark.parametrize(
    ("value", "kopecks"),
    [
        (Decimal("0.5"), 1),
        (Decimal("1.5"), 2),
        (Decimal("2.5"), 3),
        (Decimal("2.49999"), 2),
        (Fraction(1, 3), 0),
        (Fraction(-1, 2), -1),
        (Decimal("-2.5"), -3),
        (7, 7),
        (0, 0),
    ],
)
def test_halves_are_rounded_away_from_zero(value: Decimal | Fraction | int, kopecks: int) -> None:
    assert round_half_up(value) == kopecks


@given(st.decimals(-(10**12), 10**12, places=6))
def test_rounding_agrees_with_the_decimal_module(value: Decimal) -> None:
    assert round_half_up(value) == int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def test_a_float_never_becomes_money() -> None:
    with pytest.raises(TypeError):
        round_half_up(0.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, {A: "1", B: "1", C: "1"}, {A: 34, B: 33, C: 33}),  # equal remainders: the smaller id gets the kopeck
        (100, {C: "1", B: "1", A: "1"}, {A: 34, B: 33, C: 33}),
        (101, {A: "1", B: "1", C: "1"}, {A: 34, B: 34, C: 33}),
        (1000, {A: "17", B: "9", C: "4"}, {A: 567, B: 300, C: 133}),  # 566.67, 300, 133.33
        (1, {A: "1", B: "2"}, {A: 0, B: 1}),
        (5, {A: "0", B: "3"}, {A: 0, B: 5}),
        (0, {A: "1", B: "1"}, {A: 0, B: 0}),
        (-100, {A: "1", B: "1", C: "1"}, {A: -34, B: -33, C: -33}),
    ],
)
def test_the_left_over_kopecks_go_to_the_largest_remainder_then_to_the_smaller_id(
    total: int, weights: dict[UUID, str], parts: dict[UUID, int]
) -> None:
    assert split_largest_remainder(total, {org: Decimal(weight) for org, weight in weights.items()}) == parts


@given(st.integers(-(10**15), 10**15), WEIGHTS)
def test_parts_add_up_and_stay_within_a_kopeck_of_the_exact_share(total: int, weights: dict[UUID, Decimal]) -> None:
    parts = split_largest_remainder(total, weights)
    assert sum(parts.values()) == total
    whole = sum(map(Fraction, weights.values()))
    for org, part in parts.items():
        assert abs(part - total * Fraction(weights[org]) / whole) < 1


@given(st.integers(0, 10**9), WEIGHTS, st.randoms(use_true_random=False))
def test_the_order_of_the_payers_never_matters(total: int, weights: dict[UUID, Decimal], random: Random) -> None:
    shuffled = list(weights.items())
    random.shuffle(shuffled)
    assert split_largest_remainder(total, dict(shuffled)) == split_largest_remainder(total, weights)


@pytest.mark.parametrize("weights", [{}, {A: Decimal(0)}, {A: Decimal(2), B: Decimal(-1)}])
def test_a_split_without_sound_weights_is_refused(weights: dict[UUID, Decimal]) -> None:
    with pytest.raises(SplitRefused):
        split_largest_remainder(100, weights)
