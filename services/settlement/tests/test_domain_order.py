"""Settlement orders: money moves only after everybody whose claims change has agreed (invariant 8)."""

from collections.abc import Callable
from uuid import UUID

import pytest

from settlement.domain.method import SettlementMethod
from settlement.domain.order import NotAParty, OrderState, SettlementOrder
from settlement.domain.states import IllegalTransition, StaleVersion

A, B, C = (UUID(int=number) for number in (1, 2, 3))


def order(state: OrderState = OrderState.PROPOSED, agreed_by: frozenset[UUID] = frozenset()) -> SettlementOrder:
    return SettlementOrder(UUID(int=9), SettlementMethod.SET_OFF, frozenset({A, B, C}), agreed_by, state)


def test_the_last_consent_makes_it_agreed() -> None:
    first = order().agree(A, expected_version=1)
    second = first.agree(C, expected_version=2)
    assert (second.state, second.awaited) == (OrderState.PROPOSED, frozenset({B}))
    third = second.agree(B, expected_version=3)
    assert (third.state, third.awaited) == (OrderState.AGREED, frozenset())
    assert third.execute(expected_version=4).state is OrderState.EXECUTED


STEPS: dict[str, Callable[[SettlementOrder], SettlementOrder]] = {
    "agreed": lambda it: it.agree(A, expected_version=1),
    "executed": lambda it: it.execute(expected_version=1),
    "rejected": lambda it: it.reject(A, expected_version=1),
}
LEGAL = {("proposed", "agreed"), ("proposed", "rejected"), ("agreed", "executed"), ("agreed", "rejected")}


@pytest.mark.parametrize("target", STEPS)
@pytest.mark.parametrize("state", list(OrderState))
def test_only_the_legal_steps_are_taken(state: OrderState, target: str) -> None:
    before = order(state, frozenset({B, C}))
    if (state.value, target) in LEGAL:
        assert STEPS[target](before).state == target
    else:
        with pytest.raises(IllegalTransition):
            STEPS[target](before)


def test_strangers_stale_readers_and_second_consents_are_refused() -> None:
    with pytest.raises(NotAParty):
        order().agree(UUID(int=4), expected_version=1)
    with pytest.raises(NotAParty):
        order().reject(UUID(int=4), expected_version=1)
    with pytest.raises(StaleVersion):
        order().agree(A, expected_version=2)
    with pytest.raises(IllegalTransition):
        order(agreed_by=frozenset({A})).agree(A, expected_version=1)
