from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Conflict
from enrollment.domain.seats import (
    PriorityRule,
    Seating,
    SeatRequest,
    allocate,
    change_capacity,
    explain,
    request_seat,
    withdraw_request,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def request(name, minute=0, rank=1):
    return SeatRequest(name, f"pupil-{name}", NOON + timedelta(minutes=minute), rank)


def names(requests):
    return [item.request_id for item in requests]


def test_earlier_request_gets_the_seat_and_the_id_breaks_a_tie():
    seated = allocate(2, [request("c", 5), request("b", 0), request("a", 0)])
    assert names(seated.seating.confirmed) == ["a", "b"]
    assert names(seated.seating.waitlisted) == ["c"]
    assert [(change.request_id, change.is_confirmed, change.position) for change in seated.changes] == [
        ("a", True, None),
        ("b", True, None),
        ("c", False, 1),
    ]


def test_first_wish_goes_before_an_earlier_second_wish():
    requests = [request("early", 0, rank=2), request("late", 9, rank=1)]
    assert names(allocate(1, requests, PriorityRule.WISH_RANK).seating.confirmed) == ["late"]
    assert names(allocate(1, requests, PriorityRule.FIRST_COME).seating.confirmed) == ["early"]


def test_given_seat_is_not_taken_by_a_later_better_wish():
    seating = allocate(1, [request("a", 0, rank=3)], PriorityRule.WISH_RANK).seating
    seating = request_seat(seating, request("b", 1, rank=2)).seating
    seated = request_seat(seating, request("c", 2, rank=1))
    assert names(seated.seating.confirmed) == ["a"]
    assert names(seated.seating.waitlisted) == ["c", "b"]
    assert {change.request_id: change.position for change in seated.changes} == {"c": 1, "b": 2}


def test_freed_seat_goes_to_the_first_who_waits_and_all_move_up():
    seating = allocate(1, [request("a", 0), request("b", 1), request("c", 2)]).seating
    seated = withdraw_request(seating, "a")
    assert names(seated.seating.confirmed) == ["b"]
    assert [(change.request_id, change.is_confirmed, change.position) for change in seated.changes] == [
        ("b", True, None),
        ("c", False, 1),
    ]


def test_leaving_the_waiting_list_promotes_nobody():
    seating = allocate(1, [request("a", 0), request("b", 1), request("c", 2)]).seating
    seated = withdraw_request(seating, "b")
    assert names(seated.seating.confirmed) == ["a"]
    assert [change.request_id for change in seated.changes] == ["c"]


def test_unknown_request_changes_nothing():
    seating = allocate(1, [request("a")]).seating
    seated = withdraw_request(seating, "nobody")
    assert (seated.seating, seated.changes) == (seating, ())


def test_more_seats_promote_and_fewer_than_taken_are_refused():
    seating = allocate(1, [request("a", 0), request("b", 1), request("c", 2)]).seating
    assert names(change_capacity(seating, 2).seating.confirmed) == ["a", "b"]
    with pytest.raises(Conflict) as refusal:
        change_capacity(change_capacity(seating, 2).seating, 1)
    assert refusal.value.error_code == "seats.taken"


def test_pupil_does_not_stand_twice():
    seating = allocate(1, [request("a")]).seating
    twin = SeatRequest("other", "pupil-a", NOON, 1)
    with pytest.raises(Conflict):
        request_seat(seating, twin)
    with pytest.raises(Conflict):
        allocate(5, [request("a"), request("a")])


def test_explanation_names_place_and_order():
    seating = allocate(1, [request("a", 0), request("b", 1)]).seating
    assert "1 из 1" in explain(seating, "a").explanation
    assert "1-й из 1" in explain(seating, "b").explanation
    with pytest.raises(LookupError):
        explain(seating, "nobody")


requests_strategy = st.lists(
    st.builds(request, st.text("abcdef", min_size=1, max_size=3), st.integers(0, 3), st.integers(1, 3)),
    unique_by=lambda item: item.request_id,
    max_size=20,
)
rules = st.sampled_from(PriorityRule)


@given(st.integers(-1, 8), requests_strategy, rules, st.randoms())
def test_allocation_loses_and_doubles_nobody_and_ignores_the_order_of_arrival(capacity, requests, rule, random):
    seating = allocate(capacity, requests, rule).seating
    placed = [*seating.confirmed, *seating.waitlisted]
    assert len(seating.confirmed) <= max(capacity, 0)
    assert seating.seats_free == 0 or not seating.waitlisted
    assert placed == sorted(requests, key=lambda item: item.priority(rule))
    shuffled = list(requests)
    random.shuffle(shuffled)
    assert allocate(capacity, shuffled, rule).seating == seating


steps = st.lists(st.tuples(st.sampled_from(["ask", "leave", "resize"]), st.integers(0, 14)), max_size=40)


@given(st.integers(0, 4), rules, steps)
def test_any_history_keeps_the_invariants(capacity, rule, history):
    seating = Seating(capacity, rule)
    present: dict[str, SeatRequest] = {}
    for minute, (step, number) in enumerate(history):
        had_seat = set(names(seating.confirmed))
        name = f"r{number:02d}"
        if step == "ask" and name not in present:
            present[name] = request(name, minute, rank=number % 3 + 1)
            seating = request_seat(seating, present[name]).seating
        elif step == "leave":
            present.pop(name, None)
            seating = withdraw_request(seating, name).seating
        elif step == "resize" and number >= len(seating.confirmed):
            seating = change_capacity(seating, number).seating
        assert sorted(names((*seating.confirmed, *seating.waitlisted))) == sorted(present)
        assert len(seating.confirmed) <= seating.capacity
        assert seating.seats_free == 0 or not seating.waitlisted
        assert list(seating.waitlisted) == sorted(seating.waitlisted, key=lambda item: item.priority(rule))
        assert (had_seat & set(present)) <= set(names(seating.confirmed))


@given(st.integers(0, 5), st.integers(0, 12))
def test_one_by_one_in_time_equals_all_at_once(capacity, count):
    requests = [request(f"r{n:02d}", n) for n in range(count)]
    seating = Seating(capacity, PriorityRule.FIRST_COME)
    for item in requests:
        seating = request_seat(seating, item).seating
    assert seating == allocate(capacity, requests).seating
