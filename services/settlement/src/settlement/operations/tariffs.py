"""Publish versions of a tariff."""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import FieldError
from settlement.domain.tariff import TariffsOverlap, TariffVersion
from settlement.domain.terms import TariffInvalid, Terms
from settlement.identifiers import uuid7
from settlement.stored_terms import terms_to_json
from settlement.tables import ActLine, Obligation, Tariff

PRICE_KOPECKS_MAX: Final = 100_000_000_00
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 1))")


async def publish_tariff(
    session: AsyncSession, *, code: str, valid_from: date, valid_to: date | None, terms: Terms, basis: str = ""
) -> Tariff:
    """Add a version of the tariff.

    An open-ended version before it ends the day before; its terms never change. Raises TariffsOverlap when another
    version is in force within the new validity, or has already paid lessons of those days.
    """
    checked = TariffVersion(uuid7(), 1, valid_from, valid_to, terms, basis)
    if checked.price > PRICE_KOPECKS_MAX:
        raise TariffInvalid(
            "Цена единицы слишком велика.",
            errors=(FieldError("terms", "Больше 100 млн ₽ за единицу.", "Проверьте: деньги указываются в копейках."),),
        )
    await session.execute(_ONE_AT_A_TIME, {"key": code})
    known = list(await session.scalars(select(Tariff).where(Tariff.code == code).order_by(Tariff.number)))
    for one in known:
        if one.valid_to is None and one.valid_from < valid_from:
            await _end(session, one, valid_from - timedelta(days=1))
    clashing = [one for one in known if _overlap(one, valid_from, valid_to)]
    if clashing:
        one = clashing[0]
        until = f"по {one.valid_to:%d.%m.%Y}" if one.valid_to else "без срока"
        raise TariffsOverlap(
            f"Тариф «{code}» уже действует с {one.valid_from:%d.%m.%Y} {until}.",
            errors=(FieldError("valid_from", "Сроки версий пересекаются.", "Укажите другие даты."),),
        )
    row = Tariff(
        id=checked.tariff_version_id,
        code=code,
        number=max((one.number for one in known), default=0) + 1,
        valid_from=valid_from,
        valid_to=valid_to,
        terms=terms_to_json(terms),
        basis=basis,
    )
    session.add(row)
    await session.flush()
    return row


async def _end(session: AsyncSession, tariff: Tariff, last_day: date) -> None:
    """Close the open end, unless the version has paid a later lesson."""
    paid_later = exists().where(
        Obligation.line_id == ActLine.id, ActLine.tariff_version_id == tariff.id, Obligation.delivered_on > last_day
    )
    if await session.scalar(select(func.count()).where(paid_later)):
        raise TariffsOverlap(
            f"По тарифу «{tariff.code}» уже начислены занятия после {last_day:%d.%m.%Y}.",
            errors=(FieldError("valid_from", "Эти дни уже оплачены прежней версией.", "Укажите более позднюю дату."),),
        )
    tariff.valid_to = last_day
    await session.flush()


def _overlap(one: Tariff, valid_from: date, valid_to: date | None) -> bool:
    starts_before_end = valid_to is None or one.valid_from <= valid_to
    return starts_before_end and (one.valid_to is None or valid_from <= one.valid_to)
