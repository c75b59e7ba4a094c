from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.domain.coverage import PupilFact, Share, measure_coverage

COVERED = PupilFact(
    pupil_id="a",
    grade=10,
    school_id="one",
    settlement="Гыда",
    enrolled_on=date(2026, 9, 1),
    plan_approved_on=date(2026, 9, 10),
    network_course_started_on=date(2026, 9, 21),
)


def measured(*facts, as_of=date(2026, 12, 31)):
    return measure_coverage(facts, school_year=2026, as_of=as_of).total


@pytest.mark.parametrize(
    ("change", "pupils", "covered"),
    [
        ({}, 1, 1),
        ({"grade": 9}, 0, 0),
        ({"enrolled_on": date(2026, 9, 21)}, 0, 0),
        ({"left_on": date(2026, 9, 20)}, 0, 0),
        ({"left_on": date(2026, 11, 1)}, 1, 1),
        ({"plan_approved_on": None}, 1, 0),
        ({"network_course_started_on": None}, 1, 0),
        ({"network_course_started_on": date(2027, 1, 11)}, 1, 0),
    ],
)
def test_who_counts(change, pupils, covered):
    assert measured(replace(COVERED, **change)) == Share(pupils, covered)


def test_covered_only_from_the_later_of_both_days():
    assert measured(COVERED, as_of=date(2026, 9, 20)).covered == 0
    assert measured(COVERED, as_of=date(2026, 9, 21)).covered == 1


def test_target_is_met_by_pupils_not_by_a_rounded_percent():
    share = Share(pupils=241, covered=72)
    assert share.percent == Decimal("29.9")
    assert share.pupils_missing == 1
    assert not share.is_reached
    nearly = Share(pupils=20_001, covered=6_000)
    assert nearly.percent == Decimal("30.0")
    assert not nearly.is_reached
    assert Share(240, 72).is_reached
    assert not Share(0, 0).is_reached


def test_same_pupil_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        measured(COVERED, COVERED)


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("pq"), st.booleans()), max_size=40))
def test_parts_add_up_to_the_whole(rows):
    facts = [
        replace(
            COVERED,
            pupil_id=str(n),
            school_id=school,
            settlement=place,
            plan_approved_on=date(2026, 9, 1) if ok else None,
        )
        for n, (school, place, ok) in enumerate(rows)
    ]
    coverage = measure_coverage(facts, school_year=2026, as_of=date(2026, 12, 1))
    for parts in (coverage.by_school, coverage.by_settlement):
        assert sum(share.pupils for _, share in parts) == coverage.total.pupils == len(rows)
        assert sum(share.covered for _, share in parts) == coverage.total.covered
