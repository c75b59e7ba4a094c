"""A lesson was given: accrue one obligation for each pupil of another organisation.

About nine statements a lesson, whatever the size of the class. Act lines are locked while they grow, so two lessons of
one line round one after the other; the period is locked against its close.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import PermanentError
from chassis.inbox import Received
from chassis.outbox import record_many
from contracts.enrollment import LessonDelivered
from contracts.settlement import ObligationAccrued
from settlement.domain.accrual import Attended, LessonAccrual, LineTotals, accrue_by_group, accrue_by_pupil
from settlement.domain.period import PeriodKey, period_of
from settlement.domain.tariff import TariffVersion
from settlement.domain.transfers import accrual
from settlement.identifiers import uuid7
from settlement.operations import accrual_rows as rows
from settlement.operations.ledger import post_transfers
from settlement.operations.lesson_facts import LessonFacts, read_facts
from settlement.operations.periods import lock_accepting_period

_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


async def accrue_lesson(session: AsyncSession, received: Received[LessonDelivered]) -> None:
    """Accrue what is not accrued yet; the same lesson again changes nothing, whatever event carries it.

    Raises TransientError while an organisation, the offer, its tariff or the contract of that day is unknown, and
    PermanentError when the lesson contradicts what was accrued for it.
    """
    lesson = received.event
    foreign = _foreign_pupils(lesson)
    if not foreign:
        return
    facts = await read_facts(session, lesson, {one.debtor_id for one in foreign})
    fresh = _not_accrued_yet(lesson, foreign, facts)
    if not fresh:
        return
    tariff = facts.require(lesson, {one.debtor_id for one in fresh})
    period = await lock_accepting_period(session, period_of(lesson.delivered_on))
    line_key = rows.LineKey(str(period), lesson.host_organization_id, lesson.offer_id, tariff.tariff_version_id)
    ids, grown = await _grow_lines(session, lesson, fresh, facts, tariff, line_key)
    obligations = [
        rows.ObligationRow(
            uuid7(), one, ids[one.debtor_id], facts.contracts[one.debtor_id], grown.by_pupil[one.pupil_id]
        )
        for one in fresh
    ]
    await rows.insert_obligations(session, lesson, str(period), obligations)
    adjusted = await rows.adjust_latest(session, {ids[debtor]: step for debtor, step in grown.adjustments.items()})
    await _post(session, lesson, period, obligations, adjusted)
    await record_many(
        session,
        [(_event(lesson, period, facts, one), 1) for one in obligations]
        + [(rows.adjusted_event(one, period, facts.tariff_code), one.version) for one in adjusted],
    )


def _foreign_pupils(lesson: LessonDelivered) -> list[Attended]:
    pupils = [one.pupil_id for one in lesson.attendances]
    if len(set(pupils)) != len(pupils):
        raise PermanentError("Ученик указан в занятии дважды: отметьте посещение заново.")
    return [
        Attended(one.pupil_id, one.home_organization_id, Decimal(one.accepted_hours))
        for one in sorted(lesson.attendances, key=lambda one: one.pupil_id)
        if one.home_organization_id != lesson.host_organization_id
    ]


def _not_accrued_yet(lesson: LessonDelivered, foreign: Sequence[Attended], facts: LessonFacts) -> list[Attended]:
    for one in foreign:
        known = facts.accrued.get(one.pupil_id)
        if known is not None and known != one.hours:
            raise PermanentError(
                f"За занятие {lesson.lesson_id} обучающемуся {one.pupil_id} уже начислено {known} ч, а событие говорит "
                f"{one.hours} ч. Обязательство не переписывается: исправьте часы в акте."
            )
    return [one for one in foreign if one.pupil_id not in facts.accrued]


async def _grow_lines(
    session: AsyncSession,
    lesson: LessonDelivered,
    fresh: Sequence[Attended],
    facts: LessonFacts,
    tariff: TariffVersion,
    key: rows.LineKey,
) -> tuple[Mapping[UUID, UUID], LessonAccrual]:
    """Lock the lines, compute, write them back; returns the lines' ids by debtor and what was computed."""
    debtors = {one.debtor_id for one in fresh}
    wide = tariff.is_group or tariff.is_fixed
    if wide:
        await session.execute(_ONE_AT_A_TIME, {"key": f"{key.offer_id}:{key.tariff_version_id}"})
    found = await rows.lock_lines(session, key, debtors, wide=wide)
    ids = {one.debtor_id: one.line_id for one in found if one.period == key.period}
    lines = {one.debtor_id: one.totals for one in found if one.period == key.period}
    if tariff.is_group:
        grown = accrue_by_group(
            tariff,
            lesson.host_organization_id,
            fresh,
            lines,
            await rows.read_group(session, key),
            # a second event of the same lesson brings pupils, not hours of the group
            new_group_hours=Decimal(0) if facts.accrued else Decimal(lesson.hours),
            new_host_hours=Decimal(0) if facts.accrued else _host_hours(lesson),
        )
        assert grown.group is not None
        await rows.write_group(session, key, grown.group)
    else:
        grown = accrue_by_pupil(tariff, fresh, lines, _other_periods(found, key.period))
    await rows.write_lines(session, {ids[debtor]: totals for debtor, totals in grown.lines.items()})
    return ids, grown


def _other_periods(found: Sequence[rows.LineRow], period: str) -> dict[UUID, LineTotals]:
    result: dict[UUID, LineTotals] = {}
    for one in found:
        if one.period != period:
            sum_so_far = result.get(one.debtor_id, LineTotals())
            result[one.debtor_id] = LineTotals(
                sum_so_far.hours + one.totals.hours,
                sum_so_far.billable_hours + one.totals.billable_hours,
                sum_so_far.posted_kopecks + one.totals.posted_kopecks,
            )
    return result


def _host_hours(lesson: LessonDelivered) -> Decimal:
    own = [one for one in lesson.attendances if one.home_organization_id == lesson.host_organization_id]
    return sum((Decimal(one.accepted_hours) for one in own), Decimal(0))


async def _post(
    session: AsyncSession,
    lesson: LessonDelivered,
    period: PeriodKey,
    obligations: Sequence[rows.ObligationRow],
    adjusted: Sequence[rows.AdjustedRow],
) -> None:
    steps = [(one.obligation_id, one.attended.debtor_id, one.accrued_kopecks) for one in obligations]
    steps += [(one.obligation_id, one.debtor_id, one.step_kopecks) for one in adjusted]
    moved = [
        accrual(
            transfer_id=uuid7(),
            creditor_id=lesson.host_organization_id,
            debtor_id=debtor_id,
            period=period,
            obligation_id=obligation_id,
            amount_kopecks=step,
        )
        for obligation_id, debtor_id, step in steps
    ]
    await post_transfers(session, [one for one in moved if one is not None])


def _event(
    lesson: LessonDelivered, period: PeriodKey, facts: LessonFacts, one: rows.ObligationRow
) -> ObligationAccrued:
    return ObligationAccrued(
        obligation_id=one.obligation_id,
        lesson_id=lesson.lesson_id,
        pupil_id=one.attended.pupil_id,
        creditor_organization_id=lesson.host_organization_id,
        debtor_organization_id=one.attended.debtor_id,
        period=str(period.main),
        hours=f"{one.attended.hours.normalize():f}",
        tariff_code=facts.tariff_code,
        amount_kopecks=one.accrued_kopecks,
    )
