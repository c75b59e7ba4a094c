"""The way of one request for a seat, from the wish of a pupil to the end of the course."""

from enum import StrEnum

from chassis.errors import Conflict


class PlacementState(StrEnum):
    """requested → confirmed | waitlisted | declined; waitlisted → promoted; then withdrawn, expired or completed."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    PROMOTED = "promoted"  # a seat after waiting: the same rights as confirmed
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    COMPLETED = "completed"


class PlacementAction(StrEnum):
    """What may be done to a request."""

    CONFIRM = "confirm"
    WAITLIST = "waitlist"
    DECLINE = "decline"
    PROMOTE = "promote"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    COMPLETE = "complete"


class DeclineReason(StrEnum):
    """Why a host declines; events carry the code alone."""

    GRADE = "grade"
    PREREQUISITE = "prerequisite"
    TIMETABLE = "timetable"
    NO_TEACHER = "no_teacher"
    NO_PLACE = "no_place"
    NO_LINK = "no_link"
    NO_MONEY = "no_money"
    OTHER = "other"


STATE_TITLES = {
    PlacementState.REQUESTED: "ждёт ответа",
    PlacementState.CONFIRMED: "место подтверждено",
    PlacementState.WAITLISTED: "в очереди",
    PlacementState.PROMOTED: "место из очереди",
    PlacementState.DECLINED: "отказано",
    PlacementState.WITHDRAWN: "отозвана",
    PlacementState.EXPIRED: "срок вышел",
    PlacementState.COMPLETED: "курс пройден",
}
REASON_TITLES = {
    DeclineReason.GRADE: "курс не для этого класса",
    DeclineReason.PREREQUISITE: "не изучена основа курса",
    DeclineReason.TIMETABLE: "не сходится расписание",
    DeclineReason.NO_TEACHER: "нет педагога",
    DeclineReason.NO_PLACE: "нет помещения или оборудования",
    DeclineReason.NO_LINK: "нет связи для занятий онлайн",
    DeclineReason.NO_MONEY: "нет средств",
    DeclineReason.OTHER: "другая причина",
}
ACTION_TITLES = {
    PlacementAction.CONFIRM: "подтвердить",
    PlacementAction.WAITLIST: "поставить в очередь",
    PlacementAction.DECLINE: "отклонить",
    PlacementAction.PROMOTE: "перевести из очереди",
    PlacementAction.WITHDRAW: "отозвать",
    PlacementAction.EXPIRE: "закрыть по сроку",
    PlacementAction.COMPLETE: "завершить",
}
SEATED = frozenset({PlacementState.CONFIRMED, PlacementState.PROMOTED})
OPEN = SEATED | {PlacementState.REQUESTED, PlacementState.WAITLISTED}

_S, _A = PlacementState, PlacementAction
TRANSITIONS = {
    (_S.REQUESTED, _A.CONFIRM): _S.CONFIRMED,
    (_S.REQUESTED, _A.WAITLIST): _S.WAITLISTED,
    (_S.REQUESTED, _A.DECLINE): _S.DECLINED,
    (_S.REQUESTED, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.REQUESTED, _A.EXPIRE): _S.EXPIRED,
    (_S.WAITLISTED, _A.PROMOTE): _S.PROMOTED,
    (_S.WAITLISTED, _A.DECLINE): _S.DECLINED,
    (_S.WAITLISTED, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.WAITLISTED, _A.EXPIRE): _S.EXPIRED,
    (_S.CONFIRMED, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.CONFIRMED, _A.EXPIRE): _S.EXPIRED,  # nobody came by the day that the host had set
    (_S.CONFIRMED, _A.COMPLETE): _S.COMPLETED,
    (_S.PROMOTED, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.PROMOTED, _A.EXPIRE): _S.EXPIRED,
    (_S.PROMOTED, _A.COMPLETE): _S.COMPLETED,
}


def next_placement_state(state: PlacementState, action: PlacementAction) -> PlacementState:
    """The state after the action; Conflict `placement.wrong_state` when the state forbids it."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise Conflict(
            f"Заявку нельзя {ACTION_TITLES[action]}: её состояние — «{STATE_TITLES[state]}».",
            code="placement.wrong_state",
        ) from None


def next_placement_actions(state: PlacementState) -> tuple[PlacementAction, ...]:
    """What may be done in the state, for the buttons of a page."""
    return tuple(action for known, action in TRANSITIONS if known is state)
