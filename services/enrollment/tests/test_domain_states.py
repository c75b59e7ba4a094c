import pytest

from chassis.errors import Conflict
from enrollment.domain.placement import (
    OPEN,
    SEATED,
    PlacementAction,
    PlacementState,
    next_placement_actions,
    next_placement_state,
)
from enrollment.domain.plan_state import (
    PlanAction,
    PlanBreaksRules,
    PlanState,
    next_plan_actions,
    next_plan_state,
)
from enrollment.domain.rules import Finding, FindingState, Repair

BROKEN = (Finding("weekly-cap", FindingState.ERROR, "В неделе 35 ч.", "СанПиН", repair=Repair("Убрать курс")),)
WARNED = (Finding("profile-core", FindingState.WARNING, "Обычно иначе.", "ФОП"),)


def test_plan_needs_tutor_and_then_school():
    state = PlanState.DRAFT
    for action in (PlanAction.SUBMIT, PlanAction.APPROVE_AS_TUTOR, PlanAction.APPROVE_AS_SCHOOL):
        state = next_plan_state(state, action, WARNED)
    assert state is PlanState.APPROVED
    with pytest.raises(Conflict):
        next_plan_state(PlanState.SUBMITTED, PlanAction.APPROVE_AS_SCHOOL)


@pytest.mark.parametrize("state", [PlanState.SUBMITTED, PlanState.TUTOR_APPROVED])
def test_either_may_return_and_the_plan_comes_again(state):
    returned = next_plan_state(state, PlanAction.RETURN)
    assert next_plan_state(returned, PlanAction.SUBMIT) is PlanState.SUBMITTED


@pytest.mark.parametrize(
    ("state", "action"),
    [
        (PlanState.DRAFT, PlanAction.SUBMIT),
        (PlanState.SUBMITTED, PlanAction.APPROVE_AS_TUTOR),
        (PlanState.TUTOR_APPROVED, PlanAction.APPROVE_AS_SCHOOL),
    ],
)
def test_broken_plan_goes_nowhere_and_the_refusal_carries_the_cure(state, action):
    with pytest.raises(PlanBreaksRules) as refusal:
        next_plan_state(state, action, BROKEN)
    assert [(error.field, error.cure) for error in refusal.value.errors] == [("weekly-cap", "Убрать курс")]
    assert next_plan_state(PlanState.SUBMITTED, PlanAction.RETURN, BROKEN) is PlanState.RETURNED


def test_approved_plan_changes_only_as_an_amendment():
    assert set(next_plan_actions(PlanState.APPROVED)) == {PlanAction.AMEND, PlanAction.COMPLETE}
    with pytest.raises(Conflict) as refusal:
        next_plan_state(PlanState.APPROVED, PlanAction.EDIT)
    assert refusal.value.error_code == "plan.wrong_state"
    assert next_plan_state(PlanState.APPROVED, PlanAction.AMEND) is PlanState.DRAFT
    assert next_plan_actions(PlanState.COMPLETED) == ()


@pytest.mark.parametrize("state", PlacementState)
@pytest.mark.parametrize("action", PlacementAction)
def test_placement_transitions(state, action):
    legal = {
        "requested": {"confirm", "waitlist", "decline", "withdraw", "expire"},
        "waitlisted": {"promote", "decline", "withdraw", "expire"},
        "confirmed": {"withdraw", "expire", "complete"},
        "promoted": {"withdraw", "expire", "complete"},
    }
    assert (action in next_placement_actions(state)) == (action in legal.get(state, set()))
    if action in legal.get(state, set()):
        following = next_placement_state(state, action)
        assert (following in OPEN) == (action in {"confirm", "waitlist", "promote"})
        assert (following in SEATED) == (action in {"confirm", "promote"})
    else:
        with pytest.raises(Conflict) as refusal:
            next_placement_state(state, action)
        assert refusal.value.error_code == "placement.wrong_state"
