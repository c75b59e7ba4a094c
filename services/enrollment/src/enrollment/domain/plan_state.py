"""The way of a plan: the pupil submits, the tutor approves, then the home school; each may return it."""

from enum import StrEnum

from chassis.errors import Conflict, DomainError, FieldError
from enrollment.domain.rules import Finding, FindingState


class PlanState(StrEnum):
    """draft → submitted → tutor_approved → approved → completed; returned and amended plans are worked on again."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    TUTOR_APPROVED = "tutor_approved"
    APPROVED = "approved"
    RETURNED = "returned"
    COMPLETED = "completed"


class PlanAction(StrEnum):
    """What may be done to a plan."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE_AS_TUTOR = "approve_as_tutor"
    APPROVE_AS_SCHOOL = "approve_as_school"
    RETURN = "return"
    AMEND = "amend"  # an approved plan becomes a draft of the next version
    COMPLETE = "complete"


class ReturnReason(StrEnum):
    """Why a plan goes back; events carry the code, the words stay in the service."""

    RULES_BROKEN = "rules_broken"
    NO_SEAT = "no_seat"
    TIMETABLE = "timetable"
    TRAVEL = "travel"
    PROFILE_MISMATCH = "profile_mismatch"
    PARENT_DISAGREES = "parent_disagrees"
    OTHER = "other"


STATE_TITLES = {
    PlanState.DRAFT: "черновик",
    PlanState.SUBMITTED: "у тьютора",
    PlanState.TUTOR_APPROVED: "у школы",
    PlanState.APPROVED: "утверждён",
    PlanState.RETURNED: "возвращён",
    PlanState.COMPLETED: "выполнен",
}
REASON_TITLES = {
    ReturnReason.RULES_BROKEN: "план нарушает правило",
    ReturnReason.NO_SEAT: "на курсе нет места",
    ReturnReason.TIMETABLE: "не сходится расписание",
    ReturnReason.TRAVEL: "до занятий не добраться",
    ReturnReason.PROFILE_MISMATCH: "курсы не подходят профилю",
    ReturnReason.PARENT_DISAGREES: "родители не согласны",
    ReturnReason.OTHER: "другая причина",
}
TRANSITIONS = {
    (PlanState.DRAFT, PlanAction.EDIT): PlanState.DRAFT,
    (PlanState.RETURNED, PlanAction.EDIT): PlanState.RETURNED,
    (PlanState.DRAFT, PlanAction.SUBMIT): PlanState.SUBMITTED,
    (PlanState.RETURNED, PlanAction.SUBMIT): PlanState.SUBMITTED,
    (PlanState.SUBMITTED, PlanAction.APPROVE_AS_TUTOR): PlanState.TUTOR_APPROVED,
    (PlanState.SUBMITTED, PlanAction.RETURN): PlanState.RETURNED,
    (PlanState.TUTOR_APPROVED, PlanAction.APPROVE_AS_SCHOOL): PlanState.APPROVED,
    (PlanState.TUTOR_APPROVED, PlanAction.RETURN): PlanState.RETURNED,
    (PlanState.APPROVED, PlanAction.AMEND): PlanState.DRAFT,
    (PlanState.APPROVED, PlanAction.COMPLETE): PlanState.COMPLETED,
}
ACTION_TITLES = {
    PlanAction.EDIT: "изменить",
    PlanAction.SUBMIT: "отправить",
    PlanAction.APPROVE_AS_TUTOR: "согласовать тьютору",
    PlanAction.APPROVE_AS_SCHOOL: "утвердить школе",
    PlanAction.RETURN: "вернуть",
    PlanAction.AMEND: "изменить после утверждения",
    PlanAction.COMPLETE: "завершить",
}
RULE_BOUND = frozenset({PlanAction.SUBMIT, PlanAction.APPROVE_AS_TUTOR, PlanAction.APPROVE_AS_SCHOOL})


class PlanBreaksRules(DomainError):
    """The plan breaks rules that the cohort must keep."""

    code = "plan.breaks_rules"


def next_plan_state(state: PlanState, action: PlanAction, findings: tuple[Finding, ...] = ()) -> PlanState:
    """The state after the action.

    Conflict `plan.wrong_state` when the state forbids it; PlanBreaksRules when a plan with errors is submitted or
    approved. Warnings hinder nobody.
    """
    try:
        following = TRANSITIONS[state, action]
    except KeyError:
        raise Conflict(
            f"План нельзя {ACTION_TITLES[action]}: сейчас он в состоянии «{STATE_TITLES[state]}».",
            code="plan.wrong_state",
        ) from None
    errors = tuple(
        FieldError(finding.rule_id, finding.message, finding.repair.label if finding.repair else "Измените план.")
        for finding in findings
        if finding.state is FindingState.ERROR
    )
    if errors and action in RULE_BOUND:
        raise PlanBreaksRules("План нарушает правила: исправьте их и отправьте снова.", errors=errors)
    return following


def next_plan_actions(state: PlanState) -> tuple[PlanAction, ...]:
    """What may be done in the state, for the buttons of a page."""
    return tuple(action for known, action in TRANSITIONS if known is state)
