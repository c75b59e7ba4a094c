"""Whether an offer may stand in the catalogue: every rule, each with its cure; and the life of an offer."""

from enum import StrEnum

from catalog.domain.draft import OfferDraft
from catalog.domain.offer_rules import RULES, OrganisationView
from chassis.errors import Conflict, FieldError


class OfferState(StrEnum):
    """The life of an offer: draft → published → closed → archived."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"  # no new requests; those who study finish
    ARCHIVED = "archived"


class OfferAction(StrEnum):
    """What may be done to an offer."""

    PUBLISH = "publish"
    CHANGE = "change"
    CLOSE = "close"
    ARCHIVE = "archive"


STATE_TITLES = {
    OfferState.DRAFT: "черновик",
    OfferState.PUBLISHED: "опубликовано",
    OfferState.CLOSED: "набор закрыт",
    OfferState.ARCHIVED: "в архиве",
}
TRANSITIONS = {
    (OfferState.DRAFT, OfferAction.CHANGE): OfferState.DRAFT,
    (OfferState.DRAFT, OfferAction.PUBLISH): OfferState.PUBLISHED,
    (OfferState.PUBLISHED, OfferAction.CHANGE): OfferState.PUBLISHED,
    (OfferState.PUBLISHED, OfferAction.CLOSE): OfferState.CLOSED,
    (OfferState.CLOSED, OfferAction.ARCHIVE): OfferState.ARCHIVED,
}
_REFUSALS = {
    OfferAction.PUBLISH: "опубликовать",
    OfferAction.CHANGE: "изменить",
    OfferAction.CLOSE: "закрыть",
    OfferAction.ARCHIVE: "убрать в архив",
}


def check_offer(draft: OfferDraft, organisation: OrganisationView) -> tuple[FieldError, ...]:
    """Everything that keeps the offer out of the catalogue, in the order of the form; empty when it may stand there."""
    return tuple(error for rule in RULES for error in rule(draft, organisation))


def next_state(state: OfferState, action: OfferAction) -> OfferState:
    """The state after the action; Conflict `offer.wrong_state` when the state forbids it."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise Conflict(
            f"Предложение нельзя {_REFUSALS[action]}: сейчас оно в состоянии «{STATE_TITLES[state]}».",
            code="offer.wrong_state",
        ) from None


def next_actions(state: OfferState) -> tuple[OfferAction, ...]:
    """What may be done in the state, for the buttons of a page."""
    return tuple(action for known, action in TRANSITIONS if known is state)
