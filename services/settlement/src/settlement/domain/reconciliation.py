"""Reconciliation (сверка): do stored balances, postings, acts and settlements tell the same story?

Every check compares two figures that were stored independently, and every difference is listed; nothing is repaired
here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from settlement.domain.ledger import Account, AccountKind, Transfer
from settlement.domain.period import PeriodKey


class Check(StrEnum):
    """What was compared."""

    LEDGER_ZERO = "ledger_zero"
    BALANCE = "balance"
    PAIR = "pair"
    ACT_TOTAL = "act_total"
    ACTS_COVER = "acts_cover"
    OBLIGATIONS = "obligations"


CHECK_LABELS: Mapping[Check, str] = {
    Check.LEDGER_ZERO: "Сумма всех остатков равна нулю",
    Check.BALANCE: "Остаток счёта равен сумме его проводок",
    Check.PAIR: "Начислено = зачтено + скорректировано учредителем + оплачено + остаток",
    Check.ACT_TOTAL: "Итог акта равен сумме его строк",
    Check.ACTS_COVER: "Акты закрытого периода равны начисленному",
    Check.OBLIGATIONS: "Сумма обязательств равна начисленному по проводкам",
}


@dataclass(frozen=True, slots=True)
class PairFigures:
    """A pair's period in five figures, kopecks; `outstanding` is what is still owed."""

    creditor_id: UUID
    debtor_id: UUID
    period: PeriodKey
    accrued_kopecks: int = 0
    set_off_kopecks: int = 0
    corrected_kopecks: int = 0
    paid_kopecks: int = 0
    outstanding_kopecks: int = 0

    @property
    def explained_kopecks(self) -> int:
        """Set off + corrected + paid + outstanding, which must be what was accrued."""
        return self.set_off_kopecks + self.corrected_kopecks + self.paid_kopecks + self.outstanding_kopecks


@dataclass(frozen=True, slots=True)
class ActFigures:
    """An act as it was stored: its total and the amounts of its lines."""

    act_id: UUID
    number: str
    creditor_id: UUID
    debtor_id: UUID
    period: PeriodKey
    total_kopecks: int
    line_kopecks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One check that failed: of what (`subject`: an account, an act, a pair and period), and by how much."""

    check: Check
    subject: str
    expected_kopecks: int
    actual_kopecks: int

    @property
    def difference_kopecks(self) -> int:
        """Actual − expected."""
        return self.actual_kopecks - self.expected_kopecks


@dataclass(frozen=True, slots=True)
class ReconciliationReport:
    """All differences, in a fixed order, and how many comparisons were made."""

    differences: tuple[Difference, ...]
    comparisons: int

    @property
    def reconciled(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def pair_figures(transfers: Iterable[Transfer]) -> tuple[PairFigures, ...]:
    """The five figures of every pair and period, from the postings; ordered by period and pair."""
    sums: dict[tuple[PeriodKey, UUID, UUID], dict[AccountKind, int]] = {}
    for transfer in transfers:
        kinds = sums.setdefault((transfer.period, *transfer.pair), dict.fromkeys(AccountKind, 0))
        for posting in transfer.postings:
            kinds[posting.account.kind] += posting.debit_kopecks - posting.credit_kopecks
    return tuple(
        PairFigures(
            creditor_id,
            debtor_id,
            period,
            accrued_kopecks=-kinds[AccountKind.ACCRUED],
            set_off_kopecks=kinds[AccountKind.SET_OFF],
            corrected_kopecks=kinds[AccountKind.CORRECTED],
            paid_kopecks=kinds[AccountKind.PAID],
            outstanding_kopecks=kinds[AccountKind.CLAIM],
        )
        for (period, creditor_id, debtor_id), kinds in sorted(sums.items(), key=lambda item: item[0])
    )


def reconcile(
    *,
    stored_balances: Mapping[Account, int],
    posted_balances: Mapping[Account, int],
    pairs: Iterable[PairFigures],
    acts: Iterable[ActFigures],
    closed_periods: Collection[PeriodKey] = (),
    obligations: Mapping[tuple[PeriodKey, UUID, UUID], int] | None = None,
) -> ReconciliationReport:
    """Compare everything and list what differs.

    `stored_balances` are kept beside the postings and `posted_balances` summed from them; acts are held against the
    accruals only in `closed_periods`, because an open one has no acts yet. `obligations` sums the single obligations by
    (period, creditor, debtor); None leaves that comparison out.
    """
    differences: list[Difference] = []
    comparisons = 0

    def compare(check: Check, subject: str, expected_kopecks: int, actual_kopecks: int) -> None:
        nonlocal comparisons
        comparisons += 1
        if expected_kopecks != actual_kopecks:
            differences.append(Difference(check, subject, expected_kopecks, actual_kopecks))

    compare(Check.LEDGER_ZERO, "ledger", 0, sum(stored_balances.values()))
    for account in sorted({*stored_balances, *posted_balances}):
        compare(Check.BALANCE, account.code, posted_balances.get(account, 0), stored_balances.get(account, 0))
    accrued: dict[tuple[PeriodKey, UUID, UUID], int] = {}
    for pair in sorted(pairs, key=lambda pair: (pair.period, pair.creditor_id, pair.debtor_id)):
        accrued[pair.period, pair.creditor_id, pair.debtor_id] = pair.accrued_kopecks
        subject = _pair_subject(pair.period, pair.creditor_id, pair.debtor_id)
        compare(Check.PAIR, subject, pair.accrued_kopecks, pair.explained_kopecks)
    acted: dict[tuple[PeriodKey, UUID, UUID], int] = {}
    for act in sorted(acts, key=lambda act: act.act_id):
        compare(Check.ACT_TOTAL, f"act:{act.act_id}", sum(act.line_kopecks), act.total_kopecks)
        key = (act.period, act.creditor_id, act.debtor_id)
        acted[key] = acted.get(key, 0) + act.total_kopecks
    for key in sorted({*accrued, *acted}):
        if key[0] in closed_periods:
            compare(Check.ACTS_COVER, _pair_subject(*key), accrued.get(key, 0), acted.get(key, 0))
    if obligations is not None:
        for key in sorted({*accrued, *obligations}):
            compare(Check.OBLIGATIONS, _pair_subject(*key), accrued.get(key, 0), obligations.get(key, 0))
    return ReconciliationReport(tuple(differences), comparisons)


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One document of a reconciliation statement; debit raises what the debtor owes, credit lowers it."""

    entered_on: date
    document: str
    debit_kopecks: int = 0
    credit_kopecks: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """Акт сверки of a pair (ФНС, приказ ЕД-7-26/405@): opening balance, turnover by document, closing balance."""

    opening_kopecks: int
    entries: tuple[StatementEntry, ...]

    @property
    def debit_kopecks(self) -> int:
        """Turnover that raised the debt."""
        return sum(entry.debit_kopecks for entry in self.entries)

    @property
    def credit_kopecks(self) -> int:
        """Turnover that lowered the debt."""
        return sum(entry.credit_kopecks for entry in self.entries)

    @property
    def closing_kopecks(self) -> int:
        """Opening + debit − credit."""
        return self.opening_kopecks + self.debit_kopecks - self.credit_kopecks


def statement(entries: Iterable[StatementEntry], *, first_day: date, last_day: date) -> Statement:
    """The statement of a span from all documents of a pair: the earlier ones make the opening balance."""
    ordered = sorted(entries, key=lambda entry: (entry.entered_on, entry.document))
    opening_kopecks = sum(
        entry.debit_kopecks - entry.credit_kopecks for entry in ordered if entry.entered_on < first_day
    )
    return Statement(opening_kopecks, tuple(entry for entry in ordered if first_day <= entry.entered_on <= last_day))


def _pair_subject(period: PeriodKey, creditor_id: UUID, debtor_id: UUID) -> str:
    return f"{period}:{creditor_id}:{debtor_id}"
