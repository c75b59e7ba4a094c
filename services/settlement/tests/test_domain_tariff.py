"""Tariffs: an act line is P · Σh rounded once, however the lessons come (invariant 10)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.money import round_half_up
from settlement.domain.tariff import (
    AttendanceTerms,
    TariffMissing,
    TariffsOverlap,
    TariffVersion,
    group_line_amounts,
    line_amount,
    tariff_on,
)
from settlement.domain.terms import (
    Coefficient,
    FixedTerms,
    FreeTerms,
    GroupHourTerms,
    PupilHourTerms,
    TariffInvalid,
    Terms,
)

HOURS = st.lists(st.decimals("0.25", 8, places=2), min_size=1, max_size=40)
PRICES = st.fractions(min_value=0, max_value=10**7, max_denominator=2000)
A, B, C = (UUID(int=number) for number in (1, 2, 3))


def version_of(terms: Terms, number: int = 1, start: date = date(2025, 9, 1), end: date | None = None) -> TariffVersion:
    return TariffVersion(UUID(int=number), number, start, end, terms)


def post_lessons(price: Fraction, lessons: list[Decimal]) -> list[int]:
    posted: list[int] = []
    for count in range(1, len(lessons) + 1):
        posted.append(line_amount(price, sum(lessons[:count], Decimal(0)), sum(posted)))
    return posted


def test_170_lessons_of_an_hour_cost_58823_53_in_total() -> None:
    price = version_of(PupilHourTerms(norm_kopecks=400_000_00, share=Decimal(1), hours_a_year=1156)).price
    posted = post_lessons(price, [Decimal(1)] * 170)
    assert sum(posted) == 58_823_53
    assert sum(round_half_up(price) for _ in posted) == 58_823_40  # what rounding each lesson would have lost
    assert set(posted) == {346_02, 346_03}


@given(PRICES, HOURS)
def test_the_postings_of_a_line_add_up_to_its_cost_rounded_once(price: Fraction, lessons: list[Decimal]) -> None:
    assert sum(post_lessons(price, lessons)) == round_half_up(price * Fraction(sum(lessons)))


@given(PRICES, HOURS, st.randoms(use_true_random=False))
def test_the_order_of_lessons_does_not_change_a_line(price: Fraction, lessons: list[Decimal], random: Random) -> None:
    shuffled = lessons[:]
    random.shuffle(shuffled)
    assert sum(post_lessons(price, shuffled)) == sum(post_lessons(price, lessons))


@given(PRICES, HOURS)
def test_a_correction_to_nought_gives_back_exactly_what_was_posted(price: Fraction, lessons: list[Decimal]) -> None:
    posted = sum(post_lessons(price, lessons))
    assert line_amount(price, Decimal(0), posted) == -posted


def test_the_pupil_hour_follows_the_formula_and_stays_unrounded() -> None:
    terms = PupilHourTerms(
        norm_kopecks=300_000_00,
        share=Decimal("0.85"),
        hours_a_year=1258,
        coefficients=(Coefficient("малая группа", Decimal("1.2")), Coefficient("углублённый", Decimal("1.15"))),
    )
    assert terms.price == Fraction(300_000_00) * Fraction(85, 100) * Fraction(12, 10) * Fraction(115, 100) / 1258
    assert terms.price.denominator > 1


def test_the_northern_allowances_are_never_paid_twice() -> None:
    northern = (Coefficient("районный", Decimal("1.8"), northern=True),)
    with pytest.raises(TariffInvalid) as refused:
        PupilHourTerms(400_000_00, Decimal(1), 1156, northern)
    assert refused.value.errors[0].field == "coefficients[0]"
    bare = PupilHourTerms(400_000_00, Decimal(1), 1156, northern, norm_includes_northern=False)
    assert bare.price == Fraction(400_000_00) * Fraction(18, 10) / 1156


def test_the_group_hour_adds_the_payroll_and_the_costs() -> None:
    assert GroupHourTerms(1_000_00, Decimal("1.302"), 150_00).price == 1_452_00


def test_a_fixed_sum_is_earned_evenly_and_never_exceeded() -> None:
    tariff = version_of(FixedTerms(100_000_00, Decimal(34)))
    posted: list[int] = []
    for lesson in range(1, 41):
        posted.append(line_amount(tariff.price, tariff.billable_hours(Decimal(lesson)), sum(posted)))
    assert sum(posted[:34]) == 100_000_00
    assert posted[34:] == [0] * 6


def test_free_hours_are_recorded_at_nought() -> None:
    tariff = version_of(FreeTerms())
    assert tariff.billable_hours(Decimal(12)) == 12
    assert line_amount(tariff.price, Decimal(12), 0) == 0


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: PupilHourTerms(0, Decimal(1), 1156), "norm_kopecks"),
        (lambda: PupilHourTerms(1, Decimal("1.01"), 1156), "share"),
        (lambda: PupilHourTerms(1, Decimal(1), 0), "hours_a_year"),
        (lambda: GroupHourTerms(1, Decimal("0.9")), "payroll_factor"),
        (lambda: FixedTerms(1, Decimal(0)), "planned_hours"),
        (lambda: version_of(FreeTerms(), end=date(2025, 8, 31)), "valid_to"),
    ],
)
def test_a_senseless_tariff_is_refused_by_field(build: Callable[[], object], field: str) -> None:
    with pytest.raises(TariffInvalid) as refused:
        build()
    assert field in {error.field for error in refused.value.errors}
    assert all(error.cure for error in refused.value.errors)


def test_one_version_pays_a_day() -> None:
    old = version_of(FreeTerms(), 1, date(2024, 9, 1), date(2025, 8, 31))
    new = version_of(FreeTerms(), 2, date(2025, 9, 1))
    assert tariff_on([new, old], date(2025, 8, 31)) is old
    assert tariff_on([new, old], date(2025, 9, 1)) is new
    with pytest.raises(TariffMissing):
        tariff_on([new, old], date(2024, 8, 31))
    with pytest.raises(TariffsOverlap):
        tariff_on([new, version_of(FreeTerms(), 3, date(2026, 1, 1))], date(2026, 1, 1))


@given(
    PRICES,
    st.lists(st.tuples(*[st.integers(0, 5)] * 3).filter(any), min_size=1, max_size=25),
)
def test_the_payers_of_a_group_together_pay_its_cost_rounded_once(
    price: Fraction, attendance: list[tuple[int, int, int]]
) -> None:
    posted: dict[UUID, int] = {}
    pupil_hours = dict.fromkeys((A, B, C), Decimal(0))
    for lesson, present in enumerate(attendance, start=1):
        for org, pupils in zip(pupil_hours, present, strict=True):
            pupil_hours[org] += pupils
        for org, step in group_line_amounts(price, Decimal(lesson), pupil_hours, posted).items():
            posted[org] = posted.get(org, 0) + step
        total = round_half_up(price * lesson)
        assert sum(posted.values()) == total
        whole = sum(pupil_hours.values())
        for org, hours in pupil_hours.items():
            assert abs(posted[org] - total * Fraction(hours) / Fraction(whole)) < 1


def test_a_payer_without_hours_any_more_gets_its_charge_back() -> None:
    assert group_line_amounts(Fraction(100), Decimal(1), {A: Decimal(1)}, {A: 50, B: 50}) == {A: 50, B: -50}
    assert group_line_amounts(Fraction(100), Decimal(0), {}, {A: 50}) == {A: -50}


@pytest.mark.parametrize(
    ("outcome", "hours"), [("attended", "2"), ("absent", "1.0"), ("cancelled", "0"), ("substituted", "2")]
)
def test_the_contract_says_what_a_missed_hour_costs(
    outcome: Literal["attended", "absent", "cancelled", "substituted"], hours: str
) -> None:
    terms = AttendanceTerms(absence_share=Decimal("0.5"))
    assert terms.accepted_hours(Decimal(2), outcome) == Decimal(hours)
