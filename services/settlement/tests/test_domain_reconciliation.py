"""Reconciliation finds each difference and names it (invariants 2, 10, 11)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from settlement.domain.ledger import Account, AccountKind, Transfer, balances
from settlement.domain.period import PeriodKey
from settlement.domain.reconciliation import (
    CHECK_LABELS,
    ActFigures,
    Check,
    PairFigures,
    ReconciliationReport,
    StatementEntry,
    pair_figures,
    reconcile,
    statement,
)
from settlement.domain.transfers import accrual, founder_correction, payment, set_off

HOST, HOME = UUID(int=1), UUID(int=2)
SEPTEMBER = PeriodKey(2025, 9)
CLAIM = Account(AccountKind.CLAIM, HOST, HOME)


def journal() -> list[Transfer]:
    pair = {"creditor_id": HOST, "debtor_id": HOME, "period": SEPTEMBER}
    first = accrual(transfer_id=UUID(int=1), obligation_id=UUID(int=50), amount_kopecks=100_00, **pair)  # type: ignore[arg-type]
    assert first is not None
    settle = {**pair, "order_id": UUID(int=60)}
    return [
        first,
        set_off(transfer_id=UUID(int=2), amount_kopecks=30_00, outstanding_kopecks=100_00, **settle),  # type: ignore[arg-type]
        founder_correction(transfer_id=UUID(int=3), amount_kopecks=20_00, outstanding_kopecks=70_00, **settle),  # type: ignore[arg-type]
        payment(
            transfer_id=UUID(int=4),
            payment_id=UUID(int=61),
            amount_kopecks=40_00,
            outstanding_kopecks=50_00,
            **pair,  # type: ignore[arg-type]
        ),
    ]


ACT = ActFigures(UUID(int=70), "15", HOST, HOME, SEPTEMBER, 100_00, (60_00, 40_00))


def report(
    stored: dict[Account, int] | None = None, pairs: tuple[PairFigures, ...] | None = None, act: ActFigures = ACT
) -> ReconciliationReport:
    transfers = journal()
    return reconcile(
        stored_balances=balances(transfers) if stored is None else stored,
        posted_balances=balances(transfers),
        pairs=pair_figures(transfers) if pairs is None else pairs,
        acts=[act],
        closed_periods={SEPTEMBER},
    )


def test_the_five_figures_of_a_pair() -> None:
    assert pair_figures(journal()) == (PairFigures(HOST, HOME, SEPTEMBER, 100_00, 30_00, 20_00, 40_00, 10_00),)


def test_sound_books_reconcile() -> None:
    found = report()
    assert found.reconciled
    assert found.comparisons == 1 + 5 + 1 + 1 + 1


@pytest.mark.parametrize("figure", ["accrued", "set_off", "corrected", "paid", "outstanding"])
def test_a_wrong_figure_of_a_pair_is_listed(figure: str) -> None:
    sound = pair_figures(journal())[0]
    field = f"{figure}_kopecks"
    wrong = replace(sound, **{field: getattr(sound, field) + 1})
    found = [d for d in report(pairs=(wrong,)).differences if d.check is Check.PAIR]
    assert [abs(difference.difference_kopecks) for difference in found] == [1]
    assert found[0].subject == f"2025-09:{HOST}:{HOME}"


def test_a_balance_that_left_its_postings_is_listed_with_the_broken_sum() -> None:
    found = report(stored={**balances(journal()), CLAIM: 10_01})
    assert [(d.check, d.subject, d.difference_kopecks) for d in found.differences] == [
        (Check.LEDGER_ZERO, "ledger", 1),
        (Check.BALANCE, CLAIM.code, 1),
    ]


def test_a_balance_without_postings_and_postings_without_a_balance_are_listed() -> None:
    stray = Account(AccountKind.PAID, HOME, HOST)
    stored = {account: kopecks for account, kopecks in balances(journal()).items() if account != CLAIM}
    found = report(stored={**stored, stray: 10_00})
    assert {(d.subject, d.expected_kopecks, d.actual_kopecks) for d in found.differences} == {
        (CLAIM.code, 10_00, 0),
        (stray.code, 0, 10_00),
    }


def test_an_act_that_is_not_the_sum_of_its_lines_is_listed() -> None:
    found = report(act=replace(ACT, line_kopecks=(60_00, 39_99)))
    assert [(d.check, d.expected_kopecks, d.actual_kopecks) for d in found.differences] == [
        (Check.ACT_TOTAL, 99_99, 100_00)
    ]


def test_a_closed_period_whose_acts_miss_an_accrual_is_listed() -> None:
    found = report(act=replace(ACT, total_kopecks=60_00, line_kopecks=(60_00,)))
    assert [(d.check, d.difference_kopecks) for d in found.differences] == [(Check.ACTS_COVER, -40_00)]
    october = report(act=replace(ACT, period=PeriodKey(2025, 10)))
    assert [(d.check, d.difference_kopecks) for d in october.differences] == [(Check.ACTS_COVER, -100_00)]


def test_every_check_has_words() -> None:
    assert set(CHECK_LABELS) == set(Check)


def test_a_statement_opens_turns_and_closes() -> None:
    entries = [
        StatementEntry(date(2025, 9, 30), "Акт 15", debit_kopecks=100_00),
        StatementEntry(date(2025, 10, 20), "Платёжное поручение 7", credit_kopecks=40_00),
        StatementEntry(date(2025, 10, 31), "Акт 16", debit_kopecks=25_00),
        StatementEntry(date(2025, 11, 1), "Акт 17", debit_kopecks=1_00),
    ]
    october = statement(reversed(entries), first_day=date(2025, 10, 1), last_day=date(2025, 10, 31))
    assert [entry.document for entry in october.entries] == ["Платёжное поручение 7", "Акт 16"]
    assert (october.opening_kopecks, october.debit_kopecks, october.credit_kopecks) == (100_00, 25_00, 40_00)
    assert october.closing_kopecks == 85_00
