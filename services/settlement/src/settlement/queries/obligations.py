"""Obligations: one by one for programs, by lesson for people."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from settlement.domain.period import PeriodKey
from settlement.queries.scope import Scope
from settlement.tables import ActLine, Obligation, Offer, Tariff

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """Which obligations are asked for."""

    period: PeriodKey | None = None
    creditor_id: UUID | None = None
    debtor_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ObligationView:
    """One obligation with what it was given for."""

    id: UUID
    version: int
    lesson_id: UUID
    pupil_id: UUID
    creditor_id: UUID
    debtor_id: UUID
    period: str
    delivered_on: date
    offer_id: UUID
    offer_title: str
    hours: Decimal
    tariff_code: str
    tariff_number: int
    amount_kopecks: int


@dataclass(frozen=True, slots=True)
class LessonView:
    """One lesson as it stands in a pair's debt."""

    lesson_id: UUID
    delivered_on: date
    offer_title: str
    tariff_code: str
    pupils: int
    hours: Decimal
    amount_kopecks: int


@dataclass(frozen=True, slots=True)
class ObligationsFound:
    """A page of obligations and the sums over all pages."""

    items: tuple[ObligationView, ...]
    total: int
    hours: Decimal
    amount_kopecks: int


def _where(query: Any, scope: Scope, wanted: Filter) -> Any:
    query = query.where(scope.sides(Obligation.creditor_id, Obligation.debtor_id))
    if wanted.period is not None:
        query = query.where(Obligation.period == str(wanted.period))
    if wanted.creditor_id is not None:
        query = query.where(Obligation.creditor_id == wanted.creditor_id)
    if wanted.debtor_id is not None:
        query = query.where(Obligation.debtor_id == wanted.debtor_id)
    return query


def _joined(query: Any) -> Any:
    query = query.join(ActLine, ActLine.id == Obligation.line_id).join(Tariff, Tariff.id == ActLine.tariff_version_id)
    return query.outerjoin(Offer, Offer.id == ActLine.offer_id)


async def find_obligations(
    session: AsyncSession, scope: Scope, wanted: Filter, *, page: int = 1, rows: int = PAGE_ROWS
) -> ObligationsFound:
    """Obligations in the order of their lessons."""
    sums: Any = select(
        func.count(),
        func.coalesce(func.sum(Obligation.hours), 0),
        func.coalesce(func.sum(Obligation.accrued_kopecks), 0),
    ).select_from(Obligation)
    total, hours, amount = (await session.execute(_where(sums, scope, wanted))).one()
    query: Any = select(Obligation, ActLine.offer_id, Offer.title, Tariff.code, Tariff.number).select_from(Obligation)
    query = _where(_joined(query), scope, wanted).order_by(Obligation.delivered_on, Obligation.id)
    found = await session.execute(query.limit(rows).offset((page - 1) * rows))
    items = tuple(
        ObligationView(
            id=one.id,
            version=one.version,
            lesson_id=one.lesson_id,
            pupil_id=one.pupil_id,
            creditor_id=one.creditor_id,
            debtor_id=one.debtor_id,
            period=one.period,
            delivered_on=one.delivered_on,
            offer_id=offer_id,
            offer_title=title or "",
            hours=one.hours,
            tariff_code=code,
            tariff_number=number,
            amount_kopecks=one.accrued_kopecks,
        )
        for one, offer_id, title, code, number in found
    )
    return ObligationsFound(items, total, Decimal(hours), int(amount))


async def find_lessons(
    session: AsyncSession, scope: Scope, wanted: Filter, *, page: int = 1
) -> tuple[tuple[LessonView, ...], int]:
    """Lessons behind a debt, the newest first, and how many there are."""
    lessons: Any = select(func.count(func.distinct(Obligation.lesson_id))).select_from(Obligation)
    total = await session.scalar(_where(lessons, scope, wanted)) or 0
    query: Any = select(
        Obligation.lesson_id,
        Obligation.delivered_on,
        func.coalesce(Offer.title, ""),
        Tariff.code,
        func.count(),
        func.sum(Obligation.hours),
        cast(func.sum(Obligation.accrued_kopecks), BigInteger),
    ).select_from(Obligation)
    query = _where(_joined(query), scope, wanted)
    query = query.group_by(Obligation.lesson_id, Obligation.delivered_on, Offer.title, Tariff.code)
    query = query.order_by(Obligation.delivered_on.desc(), Obligation.lesson_id)
    rows = await session.execute(query.limit(PAGE_ROWS).offset((page - 1) * PAGE_ROWS))
    return tuple(LessonView(*row) for row in rows), total
