"""The ledger balances by construction; a reversal is the exact negation, once (invariants 1, 6, 11)."""

from dataclasses import replace
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.ledger import (
    Account,
    AccountKind,
    Posting,
    Transfer,
    TransferKind,
    UnbalancedTransfer,
    balances,
)
from settlement.domain.period import PeriodKey
from settlement.domain.reconciliation import pair_figures
from settlement.domain.transfers import (
    AlreadyReversed,
    AmountRefused,
    accrual,
    founder_correction,
    payment,
    reversal,
    set_off,
)

HOST, HOME, CLUB = (UUID(int=number) for number in (1, 2, 3))
SEPTEMBER, OCTOBER = PeriodKey(2025, 9), PeriodKey(2025, 10)
CLAIM, ACCRUED = Account(AccountKind.CLAIM, HOST, HOME), Account(AccountKind.ACCRUED, HOST, HOME)
POSITIVE = st.integers(1, 10**14)


def accrued(amount: int, number: int = 1, pair: tuple[UUID, UUID] = (HOST, HOME)) -> Transfer:
    transfer = accrual(
        transfer_id=UUID(int=number),
        creditor_id=pair[0],
        debtor_id=pair[1],
        period=SEPTEMBER,
        obligation_id=UUID(int=900),
        amount_kopecks=amount,
    )
    assert transfer is not None
    return transfer


def settled(
    kind: str, amount: int, outstanding: int, number: int = 2, pair: tuple[UUID, UUID] = (HOST, HOME)
) -> Transfer:
    transfer_id, reference_id = UUID(int=number), UUID(int=901)
    creditor_id, debtor_id = pair
    if kind == "payment":
        return payment(
            transfer_id=transfer_id,
            creditor_id=creditor_id,
            debtor_id=debtor_id,
            period=SEPTEMBER,
            payment_id=reference_id,
            amount_kopecks=amount,
            outstanding_kopecks=outstanding,
        )
    return {"set_off": set_off, "founder_correction": founder_correction}[kind](
        transfer_id=transfer_id,
        creditor_id=creditor_id,
        debtor_id=debtor_id,
        period=SEPTEMBER,
        order_id=reference_id,
        amount_kopecks=amount,
        outstanding_kopecks=outstanding,
    )


METHODS = ["set_off", "founder_correction", "payment"]


@pytest.mark.parametrize(
    ("debit", "credit"), [(100, 99), (1, 2)], ids=["more debit than credit", "more credit than debit"]
)
def test_an_unbalanced_transfer_cannot_be_made(debit: int, credit: int) -> None:
    postings = (Posting(CLAIM, debit_kopecks=debit), Posting(ACCRUED, credit_kopecks=credit))
    with pytest.raises(UnbalancedTransfer):
        Transfer(UUID(int=1), TransferKind.ACCRUAL, SEPTEMBER, postings, HOST)


@pytest.mark.parametrize(("debit", "credit"), [(0, 0), (1, 1), (-1, 0), (0, -5), (-1, 1)])
def test_a_posting_has_one_positive_side(debit: int, credit: int) -> None:
    with pytest.raises(UnbalancedTransfer):
        Posting(CLAIM, debit, credit)


def test_a_transfer_stays_within_one_pair_and_names_what_it_reverses() -> None:
    stranger = Posting(Account(AccountKind.ACCRUED, CLUB, HOME), credit_kopecks=5)
    with pytest.raises(UnbalancedTransfer):
        Transfer(UUID(int=1), TransferKind.ACCRUAL, SEPTEMBER, (Posting(CLAIM, debit_kopecks=5), stranger), HOST)
    with pytest.raises(UnbalancedTransfer):
        Transfer(UUID(int=1), TransferKind.ACCRUAL, SEPTEMBER, (), HOST)
    with pytest.raises(UnbalancedTransfer):
        replace(accrued(5), kind=TransferKind.REVERSAL)
    with pytest.raises(UnbalancedTransfer):
        Account(AccountKind.CLAIM, HOST, HOST)


@given(st.integers(-(10**14), 10**14).filter(bool))
def test_an_accrual_moves_the_claim_and_nothing_else(amount: int) -> None:
    assert balances([accrued(amount)]) == {CLAIM: amount, ACCRUED: -amount}


def test_nought_moves_nothing() -> None:
    nothing = accrual(
        transfer_id=UUID(int=1),
        creditor_id=HOST,
        debtor_id=HOME,
        period=SEPTEMBER,
        obligation_id=HOST,
        amount_kopecks=0,
    )
    assert nothing is None


@pytest.mark.parametrize(
    ("kind", "account"),
    [
        ("set_off", AccountKind.SET_OFF),
        ("founder_correction", AccountKind.CORRECTED),
        ("payment", AccountKind.PAID),
    ],
)
def test_each_method_settles_into_its_own_account(kind: str, account: AccountKind) -> None:
    after = balances([accrued(100_00), settled(kind, 40_00, 100_00)])
    assert after == {CLAIM: 60_00, ACCRUED: -100_00, Account(account, HOST, HOME): 40_00}


@pytest.mark.parametrize("kind", METHODS)
@pytest.mark.parametrize("amount", [0, -1, 101])
def test_a_settlement_stays_between_nought_and_the_debt(kind: str, amount: int) -> None:
    with pytest.raises(AmountRefused):
        settled(kind, amount, 100)


@given(POSITIVE, st.sampled_from(["accrual", *METHODS]))
def test_a_reversal_is_the_exact_negation(amount: int, kind: str) -> None:
    original = accrued(amount) if kind == "accrual" else settled(kind, amount, amount)
    undone = reversal(original, transfer_id=UUID(int=9), period=OCTOBER, reversed_by_id=None)
    assert undone.reverses_id == original.transfer_id
    assert undone.period == OCTOBER
    assert undone.amount_kopecks == original.amount_kopecks
    assert set(balances([original, undone]).values()) == {0}


def test_a_transfer_is_reversed_once_and_a_reversal_never() -> None:
    original = accrued(5)
    undone = reversal(original, transfer_id=UUID(int=9), period=OCTOBER, reversed_by_id=None)
    with pytest.raises(AlreadyReversed) as refused:
        reversal(original, transfer_id=UUID(int=10), period=OCTOBER, reversed_by_id=undone.transfer_id)
    assert refused.value.status == 409
    with pytest.raises(AlreadyReversed):
        reversal(undone, transfer_id=UUID(int=11), period=OCTOBER, reversed_by_id=None)


PAIRS = [(HOST, HOME), (HOME, HOST), (CLUB, HOME)]
MOVES = st.lists(
    st.tuples(st.sampled_from(["accrual", "reversal", *METHODS]), st.sampled_from(PAIRS), st.integers(1, 10**6)),
    max_size=40,
)


@given(MOVES)
def test_whatever_happens_accrued_is_set_off_corrected_paid_and_outstanding(
    moves: list[tuple[str, tuple[UUID, UUID], int]],
) -> None:
    ids = count(1)
    journal: list[Transfer] = []
    for kind, pair, amount in moves:
        claim = balances(journal).get(Account(AccountKind.CLAIM, *pair), 0)
        if kind == "accrual":
            journal.append(accrued(amount, next(ids), pair))
        elif kind == "reversal":
            done = {transfer.reverses_id for transfer in journal}
            fresh = [t for t in journal if t.transfer_id not in done and t.kind is not TransferKind.REVERSAL]
            if fresh:
                original = fresh[amount % len(fresh)]
                transfer_id = UUID(int=next(ids))
                journal.append(reversal(original, transfer_id=transfer_id, period=SEPTEMBER, reversed_by_id=None))
        elif claim > 0:
            journal.append(settled(kind, min(amount, claim), claim, next(ids), pair))
    assert sum(balances(journal).values()) == 0
    for figures in pair_figures(journal):
        assert figures.accrued_kopecks == figures.explained_kopecks


def test_an_account_reads_back_from_its_name() -> None:
    assert CLAIM.code == f"claim:{HOST}:{HOME}"
    assert Account.parse(CLAIM.code) == CLAIM
