"""Who is told of what, and in which words."""

import re
import uuid

from contracts import enrollment, settlement
from contracts.base import Event
from contracts.registry import EVENTS
from notifications.domain.notices import Notice, compose, parties_of
from notifications.domain.titles import TITLES

from .samples import act, lesson, offer, placement, plan, rejected, result, setoff

HOME, HOST, PUPIL = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
NAMES = {HOME: "Тазовская школа", HOST: "Дом творчества"}


def told(event: Event) -> dict[tuple[str, uuid.UUID], Notice]:
    return {(one.recipient_kind, one.recipient_id): one for one in compose(event, NAMES)}


def test_a_request_goes_to_the_host_and_its_mailbox() -> None:
    (notice,) = told(placement(enrollment.PlacementRequested, HOME, HOST)).values()
    assert (notice.recipient_id, notice.by_mail) == (HOST, True)
    assert "Тазовская школа" in notice.body


def test_the_answer_goes_to_the_home_school_and_to_the_pupil() -> None:
    for kind in (
        enrollment.PlacementConfirmed,
        enrollment.PlacementWaitlisted,
        enrollment.PlacementPromoted,
        enrollment.PlacementDeclined,
    ):
        notices = told(placement(kind, HOME, HOST, PUPIL))
        assert set(notices) == {("organization", HOME), ("person", PUPIL)}, kind
        assert all("Дом творчества" in one.body for one in notices.values())
    assert all(one.critical for one in told(placement(enrollment.PlacementDeclined, HOME, HOST, PUPIL)).values())
    waiting = told(placement(enrollment.PlacementWaitlisted, HOME, HOST, PUPIL, position=3))
    assert "Номер в очереди: 3" in waiting["person", PUPIL].body


def test_a_plan_goes_to_the_school_and_its_fate_to_the_pupil() -> None:
    assert set(told(plan(enrollment.PlanSubmitted, HOME, PUPIL))) == {("organization", HOME)}
    assert set(told(plan(enrollment.PlanApproved, HOME, PUPIL))) == {("person", PUPIL)}
    assert told(plan(enrollment.PlanReturned, HOME, PUPIL))["person", PUPIL].critical


def test_documents_go_to_the_side_that_must_act() -> None:
    assert set(told(result(HOME, HOST))) == {("organization", HOME)}
    sent = told(act(settlement.ActSent, HOST, HOME))["organization", HOME]
    assert "акт №\u00a07/2026 за ноябрь\u00a02026 на 12\u00a0345,67\u00a0₽" in sent.body
    assert set(told(act(settlement.ActConfirmed, HOST, HOME))) == {("organization", HOST)}
    assert told(act(settlement.ActDisputed, HOST, HOME))["organization", HOST].critical
    both = told(setoff(HOME, HOST))
    assert set(both) == {("organization", HOME), ("organization", HOST)}
    assert all(one.body.count("100,00\u00a0₽") == 2 for one in both.values())


def test_a_refused_submission_brings_every_reason() -> None:
    notice = told(rejected(HOST))["organization", HOST]
    assert "«CHEM-1»" in notice.body
    assert "— Мест: 0. Укажите, сколько." in notice.body


def test_most_events_are_for_programs_only() -> None:
    for event in (offer(HOST), lesson(HOST, HOME)):
        assert compose(event, NAMES) == ()
        assert parties_of(event) == ()


def test_no_text_holds_an_identifier_and_an_unknown_organisation_has_a_word() -> None:
    for event in (result(HOME, HOST), act(settlement.ActSent, HOST, HOME), setoff(HOME, HOST)):
        for notice in compose(event, {}):
            assert not re.search(r"[0-9a-f]{8}-", notice.title + notice.body)
            assert notice.link.startswith("/")


def test_every_event_type_has_its_title() -> None:
    assert set(EVENTS) == set(TITLES)
