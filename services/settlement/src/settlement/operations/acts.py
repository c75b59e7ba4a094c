"""Acts: sent, confirmed, disputed, corrected; each side signs its own title."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.errors import FieldError, Forbidden
from chassis.outbox import record, record_many
from contracts.settlement import ActConfirmed, ActDisputed, ActSent
from contracts.settlement import ActState as ActEvent
from settlement.domain.act import Act, ActInvalid, ActLine, Disagreement, Signature
from settlement.domain.correction import spread_correction
from settlement.domain.money import round_half_up
from settlement.domain.transfers import accrual
from settlement.identifiers import uuid7
from settlement.operations.accrual_rows import AdjustedRow, adjusted_event
from settlement.operations.ledger import post_transfers
from settlement.queries.acts import act_of, find_act
from settlement.queries.scope import Scope
from settlement.tables import Act as ActRow
from settlement.tables import ActLine as LineRow
from settlement.tables import Obligation, Tariff

DEFAULT_POST = "бухгалтер"


async def send_act(
    session: AsyncSession, who: Principal, act_id: UUID, *, version: int, post: str = DEFAULT_POST
) -> Act:
    """The executor signs its title and sends the act; a stale version gets StaleVersion."""
    row, lines = await find_act(session, _own(who), act_id, lock=True)
    act = act_of(row, lines).send(_signature(who, post), expected_version=version)
    return await _store(session, row, act, ActSent, "sent")


async def confirm_act(
    session: AsyncSession, who: Principal, act_id: UUID, *, version: int, post: str = DEFAULT_POST
) -> Act:
    """The customer signs its title; from here the claim may be settled."""
    row, lines = await find_act(session, _own(who), act_id, lock=True)
    act = act_of(row, lines).confirm(_signature(who, post), expected_version=version)
    return await _store(session, row, act, ActConfirmed, "confirmed")


async def dispute_act(
    session: AsyncSession, who: Principal, act_id: UUID, disagreements: Sequence[Disagreement], *, version: int
) -> Act:
    """The customer returns the act with its own figures."""
    row, lines = await find_act(session, _own(who), act_id, lock=True)
    act = act_of(row, lines).dispute(
        _signature(who, "").organization_id, tuple(disagreements), expected_version=version
    )
    return await _store(session, row, act, ActDisputed, "disputed")


async def correct_act(
    session: AsyncSession,
    who: Principal,
    act_id: UUID,
    hours: Mapping[UUID, Decimal],
    *,
    version: int,
    post: str = DEFAULT_POST,
) -> Act:
    """The executor answers a dispute with corrected hours of some lines and signs anew.

    The difference is posted as new transfers against the obligations of the line; nothing posted is edited.
    """
    row, lines = await find_act(session, _own(who), act_id, lock=True)
    known = act_of(row, lines)
    if unknown := set(hours) - {one.line_id for one in known.lines}:
        raise ActInvalid(
            "Исправить можно только строки этого акта.",
            errors=tuple(FieldError("lines", f"Строки {one} в акте нет.", "Выберите строку акта.") for one in unknown),
        )
    corrected = tuple(_corrected(one, hours.get(one.line_id, one.quantity)) for one in known.lines)
    act = known.correct(corrected, _signature(who, post), expected_version=version)
    for old, new in zip(known.lines, corrected, strict=True):
        if new != old:
            await _post_correction(session, act, new, new.amount_kopecks - old.amount_kopecks)
    return await _store(session, row, act, ActSent, "sent")


def _own(who: Principal) -> Scope:
    return Scope(who.organization_id)


def _signature(who: Principal, post: str) -> Signature:
    if who.organization_id is None:
        raise Forbidden("Подписывает представитель организации, а у вашей учётной записи её нет.")
    return Signature(who.organization_id, who.person_id or who.account_id, post, datetime.now(UTC))


def _corrected(line: ActLine, hours: Decimal) -> ActLine:
    amount = round_half_up(line.price * Fraction(hours))
    if hours == line.quantity:
        amount = line.amount_kopecks  # a share's kopeck of rounding stays where it was
    return ActLine(
        line.line_id, line.service, line.tariff_version_id, line.unit, hours, line.price, amount, line.is_share
    )


async def _post_correction(session: AsyncSession, act: Act, line: ActLine, difference_kopecks: int) -> None:
    await session.execute(
        update(LineRow)
        .where(LineRow.id == line.line_id)
        .values(
            hours=LineRow.hours - LineRow.billable_hours + line.quantity,
            billable_hours=line.quantity,
            posted_kopecks=line.amount_kopecks,
        )
    )
    newest = await session.execute(
        select(Obligation.id, Obligation.accrued_kopecks)
        .where(Obligation.line_id == line.line_id)
        .order_by(Obligation.delivered_on.desc(), Obligation.id.desc())
    )
    steps = spread_correction(difference_kopecks, [(one, kopecks) for one, kopecks in newest])
    code = await session.scalar(select(Tariff.code).where(Tariff.id == line.tariff_version_id))
    changed = [await _adjust(session, obligation_id, step) for obligation_id, step in steps.items()]
    moved = [
        accrual(
            transfer_id=uuid7(),
            creditor_id=act.executor_id,
            debtor_id=act.customer_id,
            period=act.period,
            obligation_id=one.obligation_id,
            amount_kopecks=one.step_kopecks,
        )
        for one in changed
    ]
    await post_transfers(session, [one for one in moved if one is not None])
    await record_many(session, [(adjusted_event(one, act.period, code or ""), one.version) for one in changed])


async def _adjust(session: AsyncSession, obligation_id: UUID, step_kopecks: int) -> AdjustedRow:
    statement = (
        update(Obligation)
        .where(Obligation.id == obligation_id)
        .values(accrued_kopecks=Obligation.accrued_kopecks + step_kopecks, version=Obligation.version + 1)
        .returning(
            Obligation.id,
            Obligation.version,
            Obligation.lesson_id,
            Obligation.pupil_id,
            Obligation.creditor_id,
            Obligation.debtor_id,
            Obligation.hours,
            Obligation.accrued_kopecks,
            literal(step_kopecks),
        )
    )
    return AdjustedRow(*(await session.execute(statement)).one())


async def _store(session: AsyncSession, row: ActRow, act: Act, kind: type[ActEvent], status: str) -> Act:
    row.state = act.state
    row.total_kopecks = act.total_kopecks
    row.executor_signature = _stored(act.executor_signature)
    row.customer_signature = _stored(act.customer_signature)
    row.disagreements = [
        {
            "line_id": str(one.line_id),
            "amount_by_customer_kopecks": one.amount_by_customer_kopecks,
            "reason": one.reason,
        }
        for one in act.disagreements
    ]
    await session.flush()
    event = kind.model_validate(
        {
            "act_id": act.act_id,
            "number": act.number,
            "period": str(act.period.main),
            "creditor_organization_id": act.executor_id,
            "debtor_organization_id": act.customer_id,
            "total_kopecks": act.total_kopecks,
            "lines": len(act.lines),
            "status": status,
        }
    )
    await record(session, event, sequence=row.version)
    return act


def _stored(signature: Signature | None) -> dict[str, Any] | None:
    if signature is None:
        return None
    return {
        "signer_id": str(signature.signer_id),
        "post": signature.post,
        "signed_at": signature.signed_at.isoformat(),
    }
