"""Words and tones of the pages."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from chassis.pages.formats import month_ru, number_ru
from settlement.domain.act import ActState
from settlement.domain.method import SettlementMethod
from settlement.domain.order import OrderState
from settlement.domain.period import PeriodKey, PeriodState

ACT_TONES: Final[Mapping[ActState, str]] = {
    ActState.DRAFT: "",
    ActState.SENT: "accent",
    ActState.CONFIRMED: "ok",
    ActState.DISPUTED: "bad",
    ActState.CORRECTED: "warn",
}
ORDER_TONES: Final[Mapping[OrderState, str]] = {
    OrderState.PROPOSED: "accent",
    OrderState.AGREED: "warn",
    OrderState.EXECUTED: "ok",
    OrderState.REJECTED: "bad",
}
PERIOD_TONES: Final[Mapping[PeriodState, str]] = {
    PeriodState.OPEN: "accent",
    PeriodState.CLOSING: "warn",
    PeriodState.CLOSED: "",
    PeriodState.SETTLED: "ok",
}
METHOD_TITLES: Final[Mapping[str, str]] = {
    SettlementMethod.FOUNDER_CORRECTION: "Корректировка учредителя",
    SettlementMethod.SET_OFF: "Взаимозачёт",
    SettlementMethod.CONTRACT_PAYMENT: "Оплата по договору",
    SettlementMethod.SOCIAL_ORDER: "Социальный заказ",
    SettlementMethod.FREE: "Безвозмездно",
}


def period_title(key: PeriodKey | str) -> str:
    """«октябрь 2026», a correcting period «октябрь 2026, уточнение 1»."""
    known = PeriodKey.parse(key) if isinstance(key, str) else key
    month = month_ru(known.last_day())
    return f"{month}, уточнение {known.correction}" if known.correction else month


def price_text(price_kopecks: Fraction) -> str:
    """The unrounded price of a unit in roubles, shown with up to six digits."""
    return number_ru(Decimal(round(price_kopecks * 10_000)) / 1_000_000, 6)
