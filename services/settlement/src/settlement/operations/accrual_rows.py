"""Rows of accrual, by prebuilt statements: act lines under lock, groups, obligations."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Numeric, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.enrollment import LessonDelivered
from contracts.settlement import ObligationAccrued
from settlement.domain.accrual import Attended, GroupTotals, LineTotals
from settlement.domain.period import PeriodKey

_OF_LINE: Final = "creditor_id = :creditor AND offer_id = :offer AND tariff_version_id = :version"
_COLUMNS: Final = "id, period, debtor_id, hours, billable_hours, posted_kopecks"
_LOCK: Final = text(
    f"SELECT {_COLUMNS} FROM act_line WHERE {_OF_LINE} AND period = :period AND debtor_id = ANY(:debtors) "  # noqa: S608
    "ORDER BY debtor_id FOR UPDATE"
).bindparams(bindparam("debtors", type_=ARRAY(Uuid)))
_LOCK_WIDE: Final = text(
    f"SELECT {_COLUMNS} FROM act_line WHERE {_OF_LINE} ORDER BY period, debtor_id FOR UPDATE"  # noqa: S608
)
_MAKE: Final = text(
    "INSERT INTO act_line (period, creditor_id, debtor_id, offer_id, tariff_version_id) "
    "SELECT :period, :creditor, d.id, :offer, :version FROM unnest(:debtors) AS d(id) ORDER BY d.id ON CONFLICT DO NOTHING"
).bindparams(bindparam("debtors", type_=ARRAY(Uuid)))
_WRITE: Final = text(
    "UPDATE act_line l SET hours = t.hours, billable_hours = t.billable, posted_kopecks = t.posted "
    "FROM unnest(:ids, :hours, :billable, :posted) AS t(id, hours, billable, posted) WHERE l.id = t.id"
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("hours", type_=ARRAY(Numeric)),
    bindparam("billable", type_=ARRAY(Numeric)),
    bindparam("posted", type_=ARRAY(BigInteger)),
)
_GROUP: Final = text(
    "SELECT group_hours, host_hours FROM group_course "
    "WHERE period = :period AND offer_id = :offer AND tariff_version_id = :version"
)
_WRITE_GROUP: Final = text(
    "INSERT INTO group_course (period, offer_id, tariff_version_id, group_hours, host_hours) "
    "VALUES (:period, :offer, :version, :group_hours, :host_hours) ON CONFLICT (period, offer_id, tariff_version_id) "
    "DO UPDATE SET group_hours = EXCLUDED.group_hours, host_hours = EXCLUDED.host_hours"
)
_OBLIGE: Final = text(
    "INSERT INTO obligation (id, version, lesson_id, pupil_id, creditor_id, debtor_id, period, delivered_on, hours, "
    "line_id, contract_id, accrued_kopecks) "
    "SELECT t.id, 1, :lesson, t.pupil, :creditor, t.debtor, :period, :day, t.hours, t.line, t.contract, t.kopecks "
    "FROM unnest(:ids, :pupils, :debtors, :hours, :lines, :contracts, :kopecks) "
    "AS t(id, pupil, debtor, hours, line, contract, kopecks)"
).bindparams(
    *(bindparam(name, type_=ARRAY(Uuid)) for name in ("ids", "pupils", "debtors", "lines", "contracts")),
    bindparam("hours", type_=ARRAY(Numeric)),
    bindparam("kopecks", type_=ARRAY(BigInteger)),
)
_ADJUST: Final = text(
    "UPDATE obligation o SET accrued_kopecks = o.accrued_kopecks + latest.step, version = o.version + 1 "
    "FROM (SELECT DISTINCT ON (s.line_id) b.id, s.step FROM unnest(:lines, :steps) AS s(line_id, step) "
    "JOIN obligation b ON b.line_id = s.line_id ORDER BY s.line_id, b.delivered_on DESC, b.id DESC) AS latest "
    "WHERE o.id = latest.id RETURNING o.id, o.version, o.lesson_id, o.pupil_id, o.creditor_id, o.debtor_id, o.hours, "
    "o.accrued_kopecks, latest.step"
).bindparams(bindparam("lines", type_=ARRAY(Uuid)), bindparam("steps", type_=ARRAY(BigInteger)))


@dataclass(frozen=True, slots=True)
class LineKey:
    """What the lines of one lesson share."""

    period: str
    creditor_id: UUID
    offer_id: UUID
    tariff_version_id: UUID

    @property
    def values(self) -> dict[str, Any]:
        """Bind values of the statements."""
        return {
            "period": self.period,
            "creditor": self.creditor_id,
            "offer": self.offer_id,
            "version": self.tariff_version_id,
        }


@dataclass(frozen=True, slots=True)
class LineRow:
    """An act line under lock."""

    line_id: UUID
    period: str
    debtor_id: UUID
    totals: LineTotals


@dataclass(frozen=True, slots=True)
class ObligationRow:
    """An obligation to be written."""

    obligation_id: UUID
    attended: Attended
    line_id: UUID
    contract_id: UUID
    accrued_kopecks: int


@dataclass(frozen=True, slots=True)
class AdjustedRow:
    """An obligation whose amount changed because the others of its group did."""

    obligation_id: UUID
    version: int
    lesson_id: UUID
    pupil_id: UUID
    creditor_id: UUID
    debtor_id: UUID
    hours: Decimal
    accrued_kopecks: int
    step_kopecks: int


async def lock_lines(
    session: AsyncSession, key: LineKey, debtors: Collection[UUID], *, wide: bool
) -> tuple[LineRow, ...]:
    """The debtors' lines, made where they are missing; `wide` locks all payers and periods of the offer and tariff."""
    values = key.values | {"debtors": sorted(debtors)}
    found = await _lines(session, values, wide)
    missing = set(debtors) - {one.debtor_id for one in found if one.period == key.period}
    if missing:
        await session.execute(_MAKE, key.values | {"debtors": sorted(missing)})
        found = await _lines(session, values, wide)
    return found


async def _lines(session: AsyncSession, values: dict[str, Any], wide: bool) -> tuple[LineRow, ...]:
    if wide:
        values = {name: value for name, value in values.items() if name not in ("debtors", "period")}
    rows = await session.execute(_LOCK_WIDE if wide else _LOCK, values)
    return tuple(
        LineRow(row.id, row.period, row.debtor_id, LineTotals(row.hours, row.billable_hours, row.posted_kopecks))
        for row in rows
    )


async def write_lines(session: AsyncSession, lines: Mapping[UUID, LineTotals]) -> None:
    """Store the totals of the locked lines."""
    await session.execute(
        _WRITE,
        {
            "ids": list(lines),
            "hours": [one.hours for one in lines.values()],
            "billable": [one.billable_hours for one in lines.values()],
            "posted": [one.posted_kopecks for one in lines.values()],
        },
    )


async def read_group(session: AsyncSession, key: LineKey) -> GroupTotals:
    """The group so far; the caller holds the lock of its offer and tariff."""
    values = {name: value for name, value in key.values.items() if name != "creditor"}
    row = (await session.execute(_GROUP, values)).one_or_none()
    return GroupTotals(row.group_hours, row.host_hours) if row else GroupTotals()


async def write_group(session: AsyncSession, key: LineKey, group: GroupTotals) -> None:
    """Store the group's totals."""
    values = {name: value for name, value in key.values.items() if name != "creditor"}
    hours = {"group_hours": group.group_hours, "host_hours": group.host_hours}
    await session.execute(_WRITE_GROUP, values | hours)


async def insert_obligations(
    session: AsyncSession, lesson: LessonDelivered, period: str, obligations: Sequence[ObligationRow]
) -> None:
    """Write them all; the unique pair (lesson, pupil) refuses what another transaction wrote meanwhile."""
    await session.execute(
        _OBLIGE,
        {
            "lesson": lesson.lesson_id,
            "creditor": lesson.host_organization_id,
            "period": period,
            "day": lesson.delivered_on,
            "ids": [one.obligation_id for one in obligations],
            "pupils": [one.attended.pupil_id for one in obligations],
            "debtors": [one.attended.debtor_id for one in obligations],
            "hours": [one.attended.hours for one in obligations],
            "lines": [one.line_id for one in obligations],
            "contracts": [one.contract_id for one in obligations],
            "kopecks": [one.accrued_kopecks for one in obligations],
        },
    )


async def adjust_latest(session: AsyncSession, steps: Mapping[UUID, int]) -> list[AdjustedRow]:
    """Add each line's step (kopecks, may be negative) to the newest obligation of that line."""
    if not steps:
        return []
    rows = await session.execute(_ADJUST, {"lines": list(steps), "steps": list(steps.values())})
    return [AdjustedRow(*row) for row in rows]


def adjusted_event(one: AdjustedRow, period: PeriodKey, tariff_code: str) -> ObligationAccrued:
    """The obligation's state after an adjustment."""
    return ObligationAccrued(
        obligation_id=one.obligation_id,
        lesson_id=one.lesson_id,
        pupil_id=one.pupil_id,
        creditor_organization_id=one.creditor_id,
        debtor_organization_id=one.debtor_id,
        period=str(period.main),
        hours=f"{one.hours.normalize():f}",
        tariff_code=tariff_code,
        amount_kopecks=one.accrued_kopecks,
    )
