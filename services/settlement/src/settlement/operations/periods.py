"""Periods: which one takes an accrual, and the lock that every step of settlement takes."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from settlement.domain.period import PeriodKey, PeriodState, accepting_period
from settlement.tables import Period

_STATES: Final = text("SELECT key, state FROM period WHERE month = :month ORDER BY correction FOR SHARE")
_OPEN: Final = text(
    "INSERT INTO period (version, key, month, correction, state) VALUES (1, :key, :month, :correction, 'open') "
    "ON CONFLICT DO NOTHING"
)


async def lock_accepting_period(session: AsyncSession, key: PeriodKey) -> PeriodKey:
    """The period that takes an accrual of that month now, opened if need be, and held open until the commit."""
    month = str(key.main)
    while True:
        rows: Sequence[tuple[str, str]] = [
            (one.key, one.state) for one in await session.execute(_STATES, {"month": month})
        ]
        states = {PeriodKey.parse(found): PeriodState(state) for found, state in rows}
        chosen = accepting_period(key, states)
        if chosen in states:
            return chosen
        await open_period(session, chosen)


async def open_period(session: AsyncSession, key: PeriodKey) -> None:
    """Make the period's row unless it is there."""
    await session.execute(_OPEN, {"key": str(key), "month": str(key.main), "correction": key.correction})


async def lock_period(session: AsyncSession, key: PeriodKey) -> Period:
    """The period's row, locked against accruals and against other steps of settlement; raises NotFound."""
    row = await session.scalar(select(Period).where(Period.key == str(key)).with_for_update())
    if row is None:
        raise NotFound("Такого расчётного периода нет: в нём не было занятий.")
    return row
