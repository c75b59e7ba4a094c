"""Post transfers: accounts are found or made, and all rows go in with one statement.

The balance of an account is moved by the database itself, together with the postings (see the first migration).
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Text, Uuid, bindparam, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from settlement.domain.ledger import Account, AccountKind, Posting, Transfer, TransferKind
from settlement.domain.period import PeriodKey
from settlement.domain.transfers import AlreadyReversed, reversal
from settlement.identifiers import uuid7
from settlement.tables import account, posting, transfer

_PAIRS: Final = (
    bindparam("kinds", type_=ARRAY(Text)),
    bindparam("creditors", type_=ARRAY(Uuid)),
    bindparam("debtors", type_=ARRAY(Uuid)),
)
_FIND: Final = text(
    "SELECT a.id, a.kind, a.creditor_id, a.debtor_id FROM ledger_account a "
    "JOIN unnest(:kinds, :creditors, :debtors) AS w(kind, creditor_id, debtor_id) USING (kind, creditor_id, debtor_id)"
).bindparams(*_PAIRS)
_MAKE: Final = text(
    "INSERT INTO ledger_account (kind, creditor_id, debtor_id) "
    "SELECT kind, creditor_id, debtor_id FROM unnest(:kinds, :creditors, :debtors) AS w(kind, creditor_id, debtor_id) "
    "ORDER BY creditor_id, debtor_id, kind ON CONFLICT DO NOTHING"
).bindparams(*_PAIRS)
_POST: Final = text(
    "WITH made AS (INSERT INTO ledger_transfer (id, kind, period, reference_id, reverses_id) "
    "SELECT * FROM unnest(:ids, :kinds, :periods, :references, :reverses)) "
    "INSERT INTO ledger_posting (transfer_id, account_id, debit_kopecks, credit_kopecks) "
    "SELECT * FROM unnest(:transfers, :accounts, :debits, :credits)"
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("kinds", type_=ARRAY(Text)),
    bindparam("periods", type_=ARRAY(Text)),
    bindparam("references", type_=ARRAY(Uuid)),
    bindparam("reverses", type_=ARRAY(Uuid)),
    bindparam("transfers", type_=ARRAY(Uuid)),
    bindparam("accounts", type_=ARRAY(BigInteger)),
    bindparam("debits", type_=ARRAY(BigInteger)),
    bindparam("credits", type_=ARRAY(BigInteger)),
)


async def post_transfers(session: AsyncSession, transfers: Sequence[Transfer]) -> None:
    """Append balanced transfers with their postings; three statements whatever their number."""
    if not transfers:
        return
    ids = await _account_ids(session, {one.account for moved in transfers for one in moved.postings})
    rows: list[tuple[UUID, Posting]] = [(moved.transfer_id, one) for moved in transfers for one in moved.postings]
    await session.execute(
        _POST,
        {
            "ids": [one.transfer_id for one in transfers],
            "kinds": [str(one.kind) for one in transfers],
            "periods": [str(one.period) for one in transfers],
            "references": [one.reference_id for one in transfers],
            "reverses": [one.reverses_id for one in transfers],
            "transfers": [transfer_id for transfer_id, _ in rows],
            "accounts": [ids[one.account] for _, one in rows],
            "debits": [one.debit_kopecks for _, one in rows],
            "credits": [one.credit_kopecks for _, one in rows],
        },
    )


async def reverse_transfer(session: AsyncSession, transfer_id: UUID) -> Transfer:
    """Post the exact negation of a transfer (сторно), in the period whose claim it moved.

    Raises NotFound for an unknown transfer, AlreadyReversed for a second reversal, also when two race for it.
    """
    original = await find_transfer(session, transfer_id)
    done = await session.scalar(select(transfer.c.id).where(transfer.c.reverses_id == transfer_id))
    made = reversal(original, transfer_id=uuid7(), period=original.period, reversed_by_id=done)
    try:
        async with session.begin_nested():
            await post_transfers(session, [made])
    except IntegrityError as error:
        raise AlreadyReversed("Проводка уже сторнирована.") from error
    return made


async def find_transfer(session: AsyncSession, transfer_id: UUID) -> Transfer:
    """A transfer with its postings; raises NotFound."""
    query = (
        select(transfer, posting, account)
        .join(posting, posting.c.transfer_id == transfer.c.id)
        .join(account, account.c.id == posting.c.account_id)
        .where(transfer.c.id == transfer_id)
        .order_by(posting.c.credit_kopecks, account.c.id)
        .with_only_columns(
            transfer.c.kind,
            transfer.c.period,
            transfer.c.reference_id,
            transfer.c.reverses_id,
            account.c.kind.label("account_kind"),
            account.c.creditor_id,
            account.c.debtor_id,
            posting.c.debit_kopecks,
            posting.c.credit_kopecks,
        )
    )
    rows = (await session.execute(query)).all()
    if not rows:
        raise NotFound("Такой проводки нет.")
    postings = tuple(
        Posting(
            Account(AccountKind(row.account_kind), row.creditor_id, row.debtor_id),
            row.debit_kopecks,
            row.credit_kopecks,
        )
        for row in rows
    )
    first = rows[0]
    return Transfer(
        transfer_id,
        TransferKind(first.kind),
        PeriodKey.parse(first.period),
        postings,
        first.reference_id,
        first.reverses_id,
    )


async def _account_ids(session: AsyncSession, accounts: set[Account]) -> dict[Account, int]:
    found = await _find(session, accounts)
    if missing := accounts - set(found):
        await session.execute(_MAKE, _pairs(missing))
        found |= await _find(session, missing)
    return found


async def _find(session: AsyncSession, accounts: set[Account]) -> dict[Account, int]:
    rows = await session.execute(_FIND, _pairs(accounts))
    return {Account(AccountKind(row.kind), row.creditor_id, row.debtor_id): row.id for row in rows}


def _pairs(accounts: set[Account]) -> dict[str, list[Any]]:
    ordered = sorted(accounts)
    return {
        "kinds": [str(one.kind) for one in ordered],
        "creditors": [one.creditor_id for one in ordered],
        "debtors": [one.debtor_id for one in ordered],
    }
