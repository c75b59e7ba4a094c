"""The database itself keeps the ledger (invariants 1, 2, 5, 6)."""

import asyncio
import uuid
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

from settlement.domain.transfers import AlreadyReversed
from settlement.operations.ledger import reverse_transfer

from .conftest import Network

INSERT_TRANSFER = "INSERT INTO ledger_transfer (id, kind, period, reference_id) VALUES (:id, 'accrual', '2026-10', :id)"
INSERT_POSTINGS = (
    "INSERT INTO ledger_posting (transfer_id, account_id, debit_kopecks, credit_kopecks) "
    "SELECT :id, a.id, CASE a.kind WHEN 'claim' THEN :debit ELSE 0 END, CASE a.kind WHEN 'claim' THEN 0 ELSE :credit END "
    "FROM ledger_account a WHERE a.kind IN ('claim', 'accrued')"
)

BALANCE_BY_HAND = (
    "INSERT INTO ledger_account (kind, creditor_id, debtor_id, balance_kopecks) "
    "VALUES ('paid', gen_random_uuid(), gen_random_uuid(), 100)"
)


async def _accrued(network: Network) -> None:
    await network.deliver(network.lesson("school", "club"))


async def _attempt(network: Network, role: str, *statements: tuple[str, dict[str, Any]]) -> str:
    """Run raw SQL as a role of the service; the server's refusal, or an empty string."""
    url = {"app": network.run.urls.app_url, "worker": network.run.urls.worker_url, "owner": network.run.urls.owner_url}
    engine = create_async_engine(url[role], poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            for statement, values in statements:
                await connection.execute(text(statement), values)
    except DBAPIError as error:
        return str(error.orig)
    finally:
        await engine.dispose()
    return ""


@pytest.mark.parametrize("role", ["app", "worker", "owner"])
async def test_raw_sql_that_breaks_the_balance_is_rejected(network: Network, role: str) -> None:
    await _accrued(network)
    key = uuid.uuid4()
    refused = await _attempt(
        network, role, (INSERT_TRANSFER, {"id": key}), (INSERT_POSTINGS, {"id": key, "debit": 100, "credit": 99})
    )
    assert "is not balanced" in refused
    one_sided = INSERT_POSTINGS.replace("IN ('claim', 'accrued')", "= 'claim'")
    refused = await _attempt(
        network, role, (INSERT_TRANSFER, {"id": key}), (one_sided, {"id": key, "debit": 100, "credit": 0})
    )
    assert "is not balanced" in refused
    assert await network.run.scalar("SELECT count(*) FROM ledger_transfer") == 1
    await network.reconciled()


async def test_balanced_raw_sql_moves_the_stored_balance_and_nothing_is_added_later(network: Network) -> None:
    await _accrued(network)
    key = uuid.uuid4()
    before = await network.run.scalar("SELECT balance_kopecks FROM ledger_account WHERE kind = 'claim'")
    values = {"id": key, "debit": 100, "credit": 100}
    assert await _attempt(network, "app", (INSERT_TRANSFER, {"id": key}), (INSERT_POSTINGS, values)) == ""
    assert await network.run.scalar("SELECT balance_kopecks FROM ledger_account WHERE kind = 'claim'") == before + 100
    sums = await network.run.rows(
        "SELECT a.balance_kopecks, sum(p.debit_kopecks - p.credit_kopecks) FROM ledger_account a "
        "JOIN ledger_posting p ON p.account_id = a.id GROUP BY a.id"
    )
    assert all(balance == posted for balance, posted in sums)
    await network.deliver(network.lesson("school", "centre"))
    again = INSERT_POSTINGS.replace("WHERE", "WHERE a.debtor_id = :debtor AND")
    refused = await _attempt(network, "app", (again, values | {"debtor": network.ids["centre"]}))
    assert "posted already" in refused
    # the ledger holds, and reconciliation tells that no obligation explains the hundred kopecks
    found = await network.get("reconciliation")
    assert [one["check"] for one in found["differences"]] == ["obligations"]
    assert found["differences"][0]["expected_kopecks"] - found["differences"][0]["actual_kopecks"] == 100


@pytest.mark.parametrize("table", ["ledger_transfer", "ledger_posting"])
@pytest.mark.parametrize("role", ["app", "worker", "owner"])
async def test_the_ledger_is_append_only_for_every_role(network: Network, role: str, table: str) -> None:
    await _accrued(network)
    column = "period" if table == "ledger_transfer" else "debit_kopecks"
    said = "append-only" if role == "owner" else "permission denied"
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):  # noqa: S608
        assert said in await _attempt(network, role, (statement, {})), statement
    assert await network.run.scalar(f"SELECT count(*) FROM {table}") == (1 if table == "ledger_transfer" else 2)  # noqa: S608


@pytest.mark.parametrize("role", ["app", "worker"])
async def test_a_balance_cannot_be_written_by_hand(network: Network, role: str) -> None:
    await _accrued(network)
    for statement in (
        "UPDATE ledger_account SET balance_kopecks = 0",
        "DELETE FROM ledger_account",
        BALANCE_BY_HAND,
        "ALTER TABLE ledger_posting DISABLE TRIGGER guard",
    ):
        refused = await _attempt(network, role, (statement, {}))
        assert "permission denied" in refused or "must be owner" in refused, statement


async def test_a_transfer_is_reversed_once_and_the_losers_change_nothing(network: Network) -> None:
    await _accrued(network)
    (original,) = (await network.run.rows("SELECT id FROM ledger_transfer"))[0]
    sessions: async_sessionmaker[Any] = network.run.runtime.database.app

    async def reverse() -> uuid.UUID:
        async with sessions() as session, session.begin():
            return (await reverse_transfer(session, original)).transfer_id

    outcomes = await asyncio.gather(*(reverse() for _ in range(5)), return_exceptions=True)
    done = [one for one in outcomes if isinstance(one, uuid.UUID)]
    assert len(done) == 1
    assert all(isinstance(one, AlreadyReversed) for one in outcomes if not isinstance(one, uuid.UUID))
    rows = await network.run.rows(
        "SELECT a.kind, sum(p.debit_kopecks) AS debit, sum(p.credit_kopecks) AS credit, a.balance_kopecks "
        "FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id GROUP BY a.id"
    )
    assert all(row.debit == row.credit and row.balance_kopecks == 0 for row in rows)
    with pytest.raises(AlreadyReversed):
        async with sessions() as session, session.begin():
            await reverse_transfer(session, done[0])
