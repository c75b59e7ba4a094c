"""How the ledger moves: one builder for each kind of transfer in the chart of ledger.py."""

from uuid import UUID

from chassis.errors import Conflict, DomainError, FieldError
from settlement.domain.ledger import Account, AccountKind, Posting, Transfer, TransferKind
from settlement.domain.period import PeriodKey


class AmountRefused(DomainError):
    """Сумма погашения должна быть больше нуля и не больше остатка долга."""

    code = "settlement.amount_refused"


class AlreadyReversed(Conflict):
    """Проводка уже сторнирована или сама является сторно."""

    code = "settlement.already_reversed"


_SETTLED_INTO = {
    TransferKind.SET_OFF: AccountKind.SET_OFF,
    TransferKind.FOUNDER_CORRECTION: AccountKind.CORRECTED,
    TransferKind.PAYMENT: AccountKind.PAID,
}


def accrual(
    *,
    transfer_id: UUID,
    creditor_id: UUID,
    debtor_id: UUID,
    period: PeriodKey,
    obligation_id: UUID,
    amount_kopecks: int,
) -> Transfer | None:
    """Accrue what a lesson adds to a claim; a negative amount corrects it down; nought moves nothing and gives None."""
    if amount_kopecks == 0:
        return None
    claim = Account(AccountKind.CLAIM, creditor_id, debtor_id)
    accrued = Account(AccountKind.ACCRUED, creditor_id, debtor_id)
    debit, credit = (claim, accrued) if amount_kopecks > 0 else (accrued, claim)
    postings = _movement(debit, credit, abs(amount_kopecks))
    return Transfer(transfer_id, TransferKind.ACCRUAL, period, postings, obligation_id)


def set_off(
    *,
    transfer_id: UUID,
    creditor_id: UUID,
    debtor_id: UUID,
    period: PeriodKey,
    order_id: UUID,
    amount_kopecks: int,
    outstanding_kopecks: int,
) -> Transfer:
    """Reduce a claim by set-off (зачёт, ГК РФ ст. 410); raises AmountRefused above the outstanding debt."""
    pair = (creditor_id, debtor_id)
    return _settlement(TransferKind.SET_OFF, transfer_id, pair, period, order_id, amount_kopecks, outstanding_kopecks)


def founder_correction(
    *,
    transfer_id: UUID,
    creditor_id: UUID,
    debtor_id: UUID,
    period: PeriodKey,
    order_id: UUID,
    amount_kopecks: int,
    outstanding_kopecks: int,
) -> Transfer:
    """Reduce a claim by the founder's order that moves subsidy or limits; raises AmountRefused above the debt."""
    pair = (creditor_id, debtor_id)
    kind = TransferKind.FOUNDER_CORRECTION
    return _settlement(kind, transfer_id, pair, period, order_id, amount_kopecks, outstanding_kopecks)


def payment(
    *,
    transfer_id: UUID,
    creditor_id: UUID,
    debtor_id: UUID,
    period: PeriodKey,
    payment_id: UUID,
    amount_kopecks: int,
    outstanding_kopecks: int,
) -> Transfer:
    """Reduce a claim by money received; raises AmountRefused above the outstanding debt."""
    pair = (creditor_id, debtor_id)
    return _settlement(TransferKind.PAYMENT, transfer_id, pair, period, payment_id, amount_kopecks, outstanding_kopecks)


def reversal(original: Transfer, *, transfer_id: UUID, period: PeriodKey, reversed_by_id: UUID | None) -> Transfer:
    """The exact negation of a transfer (сторно), posted in a period that is open now.

    `reversed_by_id` is the reversal that the store already holds for it, if any: a second one, or the reversal of a
    reversal, raises AlreadyReversed.
    """
    if reversed_by_id is not None or original.kind is TransferKind.REVERSAL:
        raise AlreadyReversed(
            "Проводка уже сторнирована." if reversed_by_id is not None else "Сторно не сторнируется: проведите заново.",
            errors=(FieldError("transfer_id", "Сторнировать можно один раз.", "Создайте новую проводку."),),
        )
    postings = tuple(posting.negated for posting in original.postings)
    return Transfer(
        transfer_id, TransferKind.REVERSAL, period, postings, original.reference_id, reverses_id=original.transfer_id
    )


def _settlement(
    kind: TransferKind,
    transfer_id: UUID,
    pair: tuple[UUID, UUID],
    period: PeriodKey,
    reference_id: UUID,
    amount_kopecks: int,
    outstanding_kopecks: int,
) -> Transfer:
    if not 0 < amount_kopecks <= outstanding_kopecks:
        raise AmountRefused(
            f"Погасить {amount_kopecks} коп. нельзя: остаток долга {outstanding_kopecks} коп.",
            errors=(FieldError("amount_kopecks", "Сумма вне остатка долга.", "Укажите сумму от 1 коп. до остатка."),),
        )
    into = Account(_SETTLED_INTO[kind], *pair)
    claim = Account(AccountKind.CLAIM, *pair)
    return Transfer(transfer_id, kind, period, _movement(into, claim, amount_kopecks), reference_id)


def _movement(debit: Account, credit: Account, amount_kopecks: int) -> tuple[Posting, Posting]:
    return Posting(debit, debit_kopecks=amount_kopecks), Posting(credit, credit_kopecks=amount_kopecks)
