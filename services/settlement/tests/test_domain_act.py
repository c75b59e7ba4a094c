"""Acts: two sides sign, only legal steps are taken, and totals are the sum of the lines (invariants 8, 10)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.act import (
    Act,
    ActIncomplete,
    ActInvalid,
    ActLine,
    ActState,
    Disagreement,
    NotYourTitle,
    Signature,
    missing_fields,
    vat_note_on,
)
from settlement.domain.money import round_half_up
from settlement.domain.period import PeriodKey
from settlement.domain.states import IllegalTransition, StaleVersion

HOST, HOME = UUID(int=1), UUID(int=2)
PRICE = Fraction(400_000_00, 1156)
SIGNED_AT = datetime(2025, 10, 1, 6, tzinfo=UTC)
BY_HOST = Signature(HOST, UUID(int=11), "Директор", SIGNED_AT)
BY_HOME = Signature(HOME, UUID(int=12), "Директор", SIGNED_AT)


def line(quantity: str = "170", number: int = 1, price: Fraction = PRICE) -> ActLine:
    hours = Decimal(quantity)
    amount = round_half_up(price * Fraction(hours))
    return ActLine(UUID(int=number), "Физика, углублённый уровень", UUID(int=50), "человеко-час", hours, price, amount)


def act(state: ActState = ActState.DRAFT, *lines: ActLine) -> Act:
    chosen = lines or (line(),)
    return Act(
        act_id=UUID(int=100),
        number="15",
        issued_on=date(2025, 9, 30),
        executor_id=HOST,
        executor_name="МБОУ Газ-Салинская СОШ",
        customer_id=HOME,
        customer_name="МБОУ Тазовская СОШ",
        period=PeriodKey(2025, 9),
        fact="Оказаны образовательные услуги по договору о сетевой форме",
        lines=chosen,
        total_kopecks=sum(each.amount_kopecks for each in chosen),
        vat_note=vat_note_on(date(2025, 9, 30)),
        state=state,
        version=3,
    )


DISAGREEMENT = (Disagreement(UUID(int=1), 50_000_00, "Два занятия не состоялись"),)
STEPS: dict[str, Callable[[Act, int], Act]] = {
    "sent": lambda it, version: it.send(BY_HOST, expected_version=version),
    "confirmed": lambda it, version: it.confirm(BY_HOME, expected_version=version),
    "disputed": lambda it, version: it.dispute(HOME, DISAGREEMENT, expected_version=version),
    "corrected": lambda it, version: it.correct((line("168"),), BY_HOST, expected_version=version),
}
LEGAL = {
    ("draft", "sent"),
    ("sent", "confirmed"),
    ("sent", "disputed"),
    ("disputed", "corrected"),
    ("corrected", "confirmed"),
}


@pytest.mark.parametrize("target", STEPS)
@pytest.mark.parametrize("state", list(ActState))
def test_only_the_legal_steps_are_taken(state: ActState, target: str) -> None:
    before = act(state)
    if (state.value, target) in LEGAL:
        after = STEPS[target](before, 3)
        assert (after.state, after.version) == (target, 4)
    else:
        with pytest.raises(IllegalTransition):
            STEPS[target](before, 3)
    assert before == act(state)


@pytest.mark.parametrize(("state", "target"), sorted(LEGAL))
def test_a_stale_version_is_a_conflict(state: str, target: str) -> None:
    with pytest.raises(StaleVersion) as refused:
        STEPS[target](act(ActState(state)), 2)
    assert refused.value.status == 409


def test_each_side_signs_its_own_title() -> None:
    sent = act().send(BY_HOST, expected_version=3)
    confirmed = sent.confirm(BY_HOME, expected_version=4)
    assert (confirmed.executor_signature, confirmed.customer_signature) == (BY_HOST, BY_HOME)
    with pytest.raises(NotYourTitle):
        act().send(BY_HOME, expected_version=3)
    with pytest.raises(NotYourTitle):
        sent.confirm(BY_HOST, expected_version=4)
    with pytest.raises(NotYourTitle):
        sent.dispute(HOST, DISAGREEMENT, expected_version=4)
    with pytest.raises(NotYourTitle):
        act(ActState.DISPUTED).correct((line(),), BY_HOME, expected_version=3)


def test_a_dispute_is_corrected_signed_anew_and_confirmed() -> None:
    disputed = act().send(BY_HOST, expected_version=3).dispute(HOME, DISAGREEMENT, expected_version=4)
    later = replace(BY_HOST, signed_at=datetime(2025, 10, 5, tzinfo=UTC))
    corrected = disputed.correct((line("168"),), later, expected_version=5)
    assert corrected.total_kopecks == round_half_up(PRICE * 168)
    assert (corrected.executor_signature, corrected.customer_signature) == (later, None)
    assert corrected.disagreements == DISAGREEMENT
    assert corrected.confirm(BY_HOME, expected_version=6).state is ActState.CONFIRMED


@pytest.mark.parametrize("lines", [(), (UUID(int=99),), (UUID(int=1), UUID(int=1))])
def test_a_disagreement_names_lines_of_this_act_once(lines: tuple[UUID, ...]) -> None:
    disagreements = tuple(Disagreement(line_id, 0, "нет") for line_id in lines)
    with pytest.raises(ActInvalid):
        act(ActState.SENT).dispute(HOME, disagreements, expected_version=3)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("number", " "),
        ("issued_on", None),
        ("executor_name", ""),
        ("customer_name", ""),
        ("fact", ""),
        ("vat_note", ""),
    ],
)
def test_an_act_without_a_required_field_is_not_sent(field: str, value: str | None) -> None:
    incomplete = replace(act(), **{field: value})
    with pytest.raises(ActIncomplete) as refused:
        incomplete.send(BY_HOST, expected_version=3)
    assert [error.field for error in refused.value.errors] == [field]


def test_an_act_needs_lines_units_and_a_post() -> None:
    assert not missing_fields(act())
    assert [error.field for error in missing_fields(replace(act(), lines=(), total_kopecks=0))] == ["lines"]
    assert [error.field for error in missing_fields(act(ActState.DRAFT, replace(line(), unit="")))] == ["lines[0]"]
    with pytest.raises(ActIncomplete):
        act().send(replace(BY_HOST, post=" "), expected_version=3)


def test_the_vat_note_is_data_of_its_day() -> None:
    assert vat_note_on(date(2025, 9, 30)) == "Без НДС, подп. 14 п. 2 ст. 149 НК РФ"
    assert vat_note_on(date(2016, 12, 31)) == ""


@given(st.lists(st.tuples(st.decimals(0, 400, places=2), st.fractions(0, 10**7, max_denominator=2000)), max_size=8))
def test_the_total_is_the_sum_of_lines_each_rounded_once(rows: list[tuple[Decimal, Fraction]]) -> None:
    lines = tuple(line(str(hours), number, price) for number, (hours, price) in enumerate(rows, start=1))
    total = sum(round_half_up(price * Fraction(hours)) for hours, price in rows)
    assert replace(act(), lines=lines, total_kopecks=total).total_kopecks == total
    for wrong in (total - 1, total + 1):
        with pytest.raises(ActInvalid):
            replace(act(), lines=lines, total_kopecks=wrong)


def test_a_line_that_is_not_price_times_hours_cannot_be_made() -> None:
    with pytest.raises(ActInvalid):
        replace(line(), amount_kopecks=58_823_40)
    with pytest.raises(ActInvalid):
        line("-1")
    exact = line()
    assert replace(exact, amount_kopecks=exact.amount_kopecks + 1, is_share=True)
    with pytest.raises(ActInvalid):
        replace(exact, amount_kopecks=exact.amount_kopecks + 3, is_share=True)
