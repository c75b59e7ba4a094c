"""The double-entry ledger of claims between organisations.

One pair — the creditor (host, исполнитель) and the debtor (home school or payer, заказчик) — has five accounts, named
`<kind>:<creditor>:<debtor>`:

    claim       what the debtor owes now: the creditor's receivable and, read from the other side, the debtor's payable
    accrued     what was accrued; stands in credit
    set_off     settled by set-off (зачёт)                                   debit
    corrected   settled by the founder's correction of subsidy or limits     debit
    paid        settled by money                                             debit

    accrual                 Dr claim      Cr accrued      (a correction down: the other way round)
    set-off                 Dr set_off    Cr claim
    founder's correction    Dr corrected  Cr claim
    payment                 Dr paid       Cr claim
    reversal                the same accounts, debit and credit exchanged

A transfer touches one pair and balances, so the five balances of a pair add up to nought: accrued = set off + corrected
+ paid + outstanding is double entry itself. Nothing is edited; a correction is a new transfer. Balances are debit −
credit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError
from settlement.domain.period import PeriodKey


class UnbalancedTransfer(DomainError):
    """Проводка не сходится: дебет не равен кредиту."""

    code = "settlement.unbalanced_transfer"


class AccountKind(StrEnum):
    """The five accounts of a pair."""

    CLAIM = "claim"
    ACCRUED = "accrued"
    SET_OFF = "set_off"
    CORRECTED = "corrected"
    PAID = "paid"


class TransferKind(StrEnum):
    """Why money moved."""

    ACCRUAL = "accrual"
    SET_OFF = "set_off"
    FOUNDER_CORRECTION = "founder_correction"
    PAYMENT = "payment"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """One account of a pair."""

    kind: AccountKind
    creditor_id: UUID
    debtor_id: UUID

    def __post_init__(self) -> None:
        if self.creditor_id == self.debtor_id:
            raise UnbalancedTransfer("Организация не может быть должна самой себе.")

    @property
    def code(self) -> str:
        """`claim:<creditor>:<debtor>`, the account's stored name."""
        return f"{self.kind}:{self.creditor_id}:{self.debtor_id}"

    @classmethod
    def parse(cls, code: str) -> "Account":
        """Read back what `code` wrote."""
        kind, creditor, debtor = code.split(":")
        return cls(AccountKind(kind), UUID(creditor), UUID(debtor))

    @property
    def pair(self) -> tuple[UUID, UUID]:
        """(creditor, debtor)."""
        return self.creditor_id, self.debtor_id


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of a transfer: exactly one of debit and credit is positive, the other nought."""

    account: Account
    debit_kopecks: int = 0
    credit_kopecks: int = 0

    def __post_init__(self) -> None:
        if min(self.debit_kopecks, self.credit_kopecks) != 0 or max(self.debit_kopecks, self.credit_kopecks) <= 0:
            raise UnbalancedTransfer("В проводке должна быть ровно одна сумма, дебет или кредит, больше нуля.")

    @property
    def negated(self) -> "Posting":
        """The same account with debit and credit exchanged."""
        return Posting(self.account, self.credit_kopecks, self.debit_kopecks)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A balanced movement within one pair and period; `reference_id` is the obligation, order or payment behind it."""

    transfer_id: UUID
    kind: TransferKind
    period: PeriodKey
    postings: tuple[Posting, ...]
    reference_id: UUID
    reverses_id: UUID | None = None

    def __post_init__(self) -> None:
        debit = sum(posting.debit_kopecks for posting in self.postings)
        credit = sum(posting.credit_kopecks for posting in self.postings)
        if debit != credit or debit == 0:
            raise UnbalancedTransfer(f"Проводка не сходится: дебет {debit} коп., кредит {credit} коп.")
        if len({posting.account.pair for posting in self.postings}) != 1:
            raise UnbalancedTransfer("Проводка затрагивает больше одной пары организаций.")
        if (self.kind is TransferKind.REVERSAL) != (self.reverses_id is not None):
            raise UnbalancedTransfer("Сторно должно указывать на исходную проводку, и только оно.")

    @property
    def pair(self) -> tuple[UUID, UUID]:
        """(creditor, debtor)."""
        return self.postings[0].account.pair

    @property
    def amount_kopecks(self) -> int:
        """Σ debit, which is Σ credit."""
        return sum(posting.debit_kopecks for posting in self.postings)


def balances(transfers: Iterable[Transfer]) -> dict[Account, int]:
    """Debit − credit of every account touched, in kopecks."""
    result: dict[Account, int] = {}
    for transfer in transfers:
        for posting in transfer.postings:
            step = posting.debit_kopecks - posting.credit_kopecks
            result[posting.account] = result.get(posting.account, 0) + step
    return result
