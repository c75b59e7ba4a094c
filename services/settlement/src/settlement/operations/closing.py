"""Close a period: fix its obligations and draw up an act for each pair.

What belongs to a period follows from the days of its lessons alone. The period's row is locked first, so every accrual
is either committed and counted, or finds the period closed and goes to the correcting one.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.outbox import record
from chassis.pages.formats import month_ru
from contracts.settlement import PeriodClosed
from settlement.domain import period as domain
from settlement.domain.act import ACT_NAME, Act, ActState, vat_note_on
from settlement.domain.period import PeriodKey, PeriodState
from settlement.domain.terms import FixedTerms, GroupHourTerms, PupilHourTerms
from settlement.operations.periods import lock_period, open_period
from settlement.queries.acts import line_of
from settlement.queries.organizations import organization_names
from settlement.stored_terms import terms_from_json
from settlement.tables import Act as ActRow
from settlement.tables import ActLine, Contract, GroupCourse, Obligation, Offer, Period, Tariff


async def close_period(session: AsyncSession, key: PeriodKey) -> Period:
    """Close it and draw up draft acts; a month without a single lesson closes too. Raises IllegalTransition if closed."""
    if key.correction == 0:
        await open_period(session, key)
    row = await lock_period(session, key)
    closing = _state(row).start_closing(expected_version=row.version)
    row.state = closing.state
    await session.flush()
    acts = await _draw_up_acts(session, key)
    counted = select(func.count(), func.coalesce(func.sum(Obligation.accrued_kopecks), 0))
    count, accrued = (await session.execute(counted.where(Obligation.period == str(key)))).one()
    without_act = await session.scalar(
        select(func.count())
        .select_from(Obligation)
        .join(ActLine, ActLine.id == Obligation.line_id)
        .where(Obligation.period == str(key), ActLine.act_id.is_(None))
    )
    closed = closing.close(expected_version=row.version, obligations_without_act=without_act or 0)
    row.state, row.closed_at = closed.state, datetime.now(UTC)
    row.obligations, row.accrued_kopecks, row.acts = count, int(accrued), acts
    await session.flush()
    event = PeriodClosed(period_id=row.id, period=row.month, obligations=count, accrued_kopecks=int(accrued), acts=acts)
    await record(session, event, sequence=row.version)
    return row


async def settle_period(session: AsyncSession, key: PeriodKey, unsettled_pairs: int) -> Period:
    """Mark a closed period settled; raises PeriodNotReady while a pair still owes something for it."""
    row = await lock_period(session, key)
    row.state = _state(row).settle(expected_version=row.version, unsettled_pairs=unsettled_pairs).state
    await session.flush()
    return row


def _state(row: Period) -> domain.Period:
    return domain.Period(PeriodKey.parse(row.key), PeriodState(row.state), row.version)


async def _draw_up_acts(session: AsyncSession, key: PeriodKey) -> int:
    lines = list(
        await session.scalars(
            select(ActLine)
            .where(ActLine.period == str(key))
            .order_by(ActLine.creditor_id, ActLine.debtor_id, ActLine.offer_id, ActLine.id)
        )
    )
    await _name_lines(session, key, lines)
    by_pair: dict[tuple[UUID, UUID], list[ActLine]] = {}
    for line in lines:
        by_pair.setdefault((line.creditor_id, line.debtor_id), []).append(line)
    names = await organization_names(session, {side for pair in by_pair for side in pair})
    contracts = await _contract_numbers(session, key)
    for number, (pair, own) in enumerate(by_pair.items(), start=1):
        row = _act(key, number, pair, own, names, contracts.get(pair, ()))
        session.add(row)
        await session.flush()
        for line in own:
            line.act_id = row.id
    await session.flush()
    return len(by_pair)


async def _name_lines(session: AsyncSession, key: PeriodKey, lines: Sequence[ActLine]) -> None:
    """Write down what each line says in the document: service, unit and price, as of the close."""
    offers_of_lines = select(Offer).where(Offer.id.in_({one.offer_id for one in lines}))
    tariffs_of_lines = select(Tariff).where(Tariff.id.in_({one.tariff_version_id for one in lines}))
    offers = {one.id: one.title for one in await session.scalars(offers_of_lines)}
    tariffs = {one.id: one for one in await session.scalars(tariffs_of_lines)}
    groups = {
        (one.offer_id, one.tariff_version_id): one
        for one in await session.scalars(select(GroupCourse).where(GroupCourse.period == str(key)))
    }
    group_hours: dict[tuple[UUID, UUID], Fraction] = {}
    for line in lines:
        group = (line.offer_id, line.tariff_version_id)
        group_hours[group] = group_hours.get(group, Fraction(0)) + Fraction(line.hours)
    for line in lines:
        terms = terms_from_json(tariffs[line.tariff_version_id].terms)
        line.service = offers.get(line.offer_id, "Образовательные услуги")
        line.unit, price = terms.unit, terms.price
        if isinstance(terms, GroupHourTerms):
            # a payer's own price is the group's cost for one pupil-hour of everybody's
            course = groups[line.offer_id, line.tariff_version_id]
            everybody = group_hours[line.offer_id, line.tariff_version_id] + Fraction(course.host_hours)
            line.unit = PupilHourTerms.unit
            price = terms.price * Fraction(course.group_hours) / everybody if everybody else Fraction(0)
        line.price = str(price)
        line.is_share = isinstance(terms, GroupHourTerms | FixedTerms)


async def _contract_numbers(session: AsyncSession, key: PeriodKey) -> dict[tuple[UUID, UUID], tuple[str, ...]]:
    query = (
        select(Obligation.creditor_id, Obligation.debtor_id, Contract.number)
        .join(Contract, Contract.id == Obligation.contract_id)
        .where(Obligation.period == str(key))
        .distinct()
        .order_by(Contract.number)
    )
    result: dict[tuple[UUID, UUID], tuple[str, ...]] = {}
    for creditor_id, debtor_id, number in await session.execute(query):
        result[creditor_id, debtor_id] = (*result.get((creditor_id, debtor_id), ()), number)
    return result


def _act(
    key: PeriodKey,
    number: int,
    pair: tuple[UUID, UUID],
    lines: Sequence[ActLine],
    names: dict[UUID, str],
    contracts: Sequence[str],
) -> ActRow:
    creditor_id, debtor_id = pair
    issued_on = key.last_day()
    month = f"{key.main}-К{key.correction}" if key.correction else str(key)
    checked = Act(
        act_id=lines[0].id,
        number=f"{month}-{number:03d}",
        issued_on=issued_on,
        executor_id=creditor_id,
        executor_name=names[creditor_id],
        customer_id=debtor_id,
        customer_name=names[debtor_id],
        period=key,
        fact=f"Образовательные услуги в сетевой форме за {month_ru(issued_on)} г. по договору № {', № '.join(contracts)}",
        lines=tuple(line_of(one) for one in lines),
        total_kopecks=sum(one.posted_kopecks for one in lines),
        vat_note=vat_note_on(issued_on),
    )
    return ActRow(
        number=checked.number,
        name=ACT_NAME,
        issued_on=issued_on,
        period=str(key),
        executor_id=creditor_id,
        executor_name=checked.executor_name,
        customer_id=debtor_id,
        customer_name=checked.customer_name,
        fact=checked.fact,
        vat_note=checked.vat_note,
        total_kopecks=checked.total_kopecks,
        state=ActState.DRAFT,
        disagreements=[],
    )
