"""What one lesson adds to the lines: groups that share a cost, fixed sums over several months, corrections."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.accrual import Attended, GroupTotals, LineTotals, accrue_by_group, accrue_by_pupil
from settlement.domain.correction import spread_correction
from settlement.domain.money import round_half_up
from settlement.domain.outstanding import net_of_credits
from settlement.domain.setoff import Obligation
from settlement.domain.tariff import TariffVersion
from settlement.domain.terms import FixedTerms, GroupHourTerms, PupilHourTerms, Terms

HOST, FIRST, SECOND = (UUID(int=number) for number in (1, 2, 3))


def tariff(terms: Terms) -> TariffVersion:
    return TariffVersion(UUID(int=9), 1, date(2026, 1, 1), None, terms)


def pupil(number: int, debtor: UUID, hours: str = "1") -> Attended:
    return Attended(UUID(int=100 + number), debtor, Decimal(hours))


BY_PUPIL = tariff(PupilHourTerms(400_000_00, Decimal(1), 1156))
BY_GROUP = tariff(GroupHourTerms(600_00, Decimal("1.302"), 120_00))
FIXED = tariff(FixedTerms(100_00, Decimal(3)))


def test_pupils_of_one_line_round_one_after_the_other() -> None:
    found = accrue_by_pupil(BY_PUPIL, [pupil(2, FIRST), pupil(1, FIRST), pupil(3, SECOND)], {}, {})
    total = round_half_up(BY_PUPIL.price * 2)
    assert found.by_pupil[UUID(int=101)] + found.by_pupil[UUID(int=102)] == total
    assert found.lines[FIRST] == LineTotals(Decimal(2), Decimal(2), total)
    again = accrue_by_pupil(BY_PUPIL, [pupil(1, FIRST)], found.lines, {})
    assert again.lines[FIRST].posted_kopecks == round_half_up(BY_PUPIL.price * 3)
    assert SECOND not in again.lines


def test_a_fixed_sum_is_earned_over_all_months_and_never_exceeded() -> None:
    months: dict[int, LineTotals] = {}
    for month in (9, 10, 11, 12):
        earlier = [line for other, line in months.items() if other != month]
        before = LineTotals(
            sum((line.hours for line in earlier), Decimal(0)),
            sum((line.billable_hours for line in earlier), Decimal(0)),
            sum(line.posted_kopecks for line in earlier),
        )
        months[month] = accrue_by_pupil(FIXED, [pupil(1, FIRST)], {}, {FIRST: before}).lines[FIRST]
    assert [line.posted_kopecks for line in months.values()] == [33_33, 33_34, 33_33, 0]
    assert [line.billable_hours for line in months.values()] == [1, 1, 1, 0]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["0.5", "1", "2"]),
            st.dictionaries(st.sampled_from([HOST, FIRST, SECOND]), st.integers(0, 4), min_size=1),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_the_lines_of_a_group_always_add_up_to_its_cost(lessons: list[tuple[str, dict[UUID, int]]]) -> None:
    lines: dict[UUID, LineTotals] = {}
    group, posted = GroupTotals(), 0
    for hours, present in lessons:
        attended = [
            Attended(UUID(int=1000 + 10 * debtor.int + number), debtor, Decimal(hours))
            for debtor, count in present.items()
            if debtor != HOST
            for number in range(count)
        ]
        if not attended:
            continue
        found = accrue_by_group(
            BY_GROUP,
            HOST,
            attended,
            lines,
            group,
            new_group_hours=Decimal(hours),
            new_host_hours=Decimal(hours) * present.get(HOST, 0),
        )
        assert found.group is not None
        lines, group = {**lines, **found.lines}, found.group
        posted += sum(found.by_pupil.values()) + sum(found.adjustments.values())
        assert posted == sum(line.posted_kopecks for line in lines.values())
    if not lines:
        return
    cost = round_half_up(BY_GROUP.price * Fraction(group.group_hours))
    everybody = sum((line.hours for line in lines.values()), group.host_hours)
    host_part = Fraction(cost) * Fraction(group.host_hours) / Fraction(everybody)
    assert abs(cost - posted - host_part) < 1
    for line in lines.values():
        assert abs(line.posted_kopecks - Fraction(cost) * Fraction(line.hours) / Fraction(everybody)) < 1


def test_a_payer_without_a_pupil_in_the_lesson_is_adjusted() -> None:
    first = accrue_by_group(
        BY_GROUP, HOST, [pupil(1, FIRST), pupil(2, SECOND)], {}, GroupTotals(),
        new_group_hours=Decimal(1), new_host_hours=Decimal(0),
    )  # fmt: skip
    assert first.group is not None
    second = accrue_by_group(
        BY_GROUP, HOST, [pupil(1, FIRST)], first.lines, first.group,
        new_group_hours=Decimal(1), new_host_hours=Decimal(0),
    )  # fmt: skip
    assert set(second.adjustments) == {SECOND}
    total = sum(line.posted_kopecks for line in second.lines.values())
    assert total == round_half_up(BY_GROUP.price * 2)


def test_a_group_where_everybody_is_absent_waits_for_somebody() -> None:
    absent = accrue_by_group(
        BY_GROUP, HOST, [pupil(1, FIRST, "0")], {}, GroupTotals(), new_group_hours=Decimal(1), new_host_hours=Decimal(0)
    )
    assert absent.by_pupil == {UUID(int=101): 0}
    assert absent.group is not None
    came = accrue_by_group(
        BY_GROUP,
        HOST,
        [pupil(1, FIRST)],
        absent.lines,
        absent.group,
        new_group_hours=Decimal(1),
        new_host_hours=Decimal(0),
    )
    assert came.by_pupil == {UUID(int=101): round_half_up(BY_GROUP.price * 2)}


def test_a_correction_is_spread_newest_first_and_adds_up() -> None:
    newest_first = [(UUID(int=3), 50), (UUID(int=2), 40), (UUID(int=1), 30)]
    assert spread_correction(-70, newest_first) == {UUID(int=3): -50, UUID(int=2): -20}
    assert spread_correction(25, newest_first) == {UUID(int=3): 25}
    assert sum(spread_correction(-130, newest_first).values()) == -130
    assert spread_correction(0, newest_first) == {}


def test_negative_obligations_are_taken_off_the_newest_of_their_pair() -> None:
    day = date(2026, 10, 1)
    owed = [
        Obligation(UUID(int=number), HOST, FIRST, amount, replace_day(day, number), day)
        for number, amount in ((1, 100), (2, 30), (3, 20))
    ]
    left = net_of_credits(owed, {(FIRST, HOST): 25})
    assert [(one.obligation_id.int, one.amount_kopecks) for one in left] == [(1, 100), (2, 25)]
    assert net_of_credits(owed, {(FIRST, HOST): 500}) == ()
    assert net_of_credits(owed, {}) == tuple(owed)


def replace_day(day: date, number: int) -> date:
    return day.replace(day=number)


def test_lines_given_are_never_changed_in_place() -> None:
    lines: Mapping[UUID, LineTotals] = {FIRST: LineTotals(Decimal(1), Decimal(1), 5)}
    before = dict(lines)
    accrue_by_pupil(BY_PUPIL, [pupil(1, FIRST)], lines, {})
    assert lines == before
    assert replace(before[FIRST]) == lines[FIRST]
