"""Which step a reader may take on a document now: the button that the page shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from chassis.auth import Principal
from settlement.domain.act import Act, ActState
from settlement.domain.method import SettlementMethod
from settlement.domain.order import OrderState
from settlement.queries.orders import OrderView


@dataclass(frozen=True, slots=True)
class Step:
    """A command: the last word of its address, the button's label, and what to ask before it."""

    name: str
    label: str
    question: str = ""
    tone: str = "primary"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many documents wait for this very reader."""

    acts: int
    orders: int


def waiting_for(who: Principal, acts: Iterable[Act], orders: Iterable[OrderView]) -> Waiting:
    """Count the documents on which the reader may take a step."""
    return Waiting(
        sum(1 for one in acts if act_steps(one, who) or may_correct(one, who)),
        sum(1 for one in orders if order_steps(one, who)),
    )


def act_steps(act: Act, who: Principal) -> tuple[Step, ...]:
    """Steps on an act; disputing and correcting are forms on its page, not buttons."""
    if not who.has("accountant"):
        return ()
    if act.state is ActState.DRAFT and who.organization_id == act.executor_id:
        return (Step("send", "Подписать и направить"),)
    if act.state in (ActState.SENT, ActState.CORRECTED) and who.organization_id == act.customer_id:
        return (
            Step("confirm", "Подписать и принять", "Принять акт без разногласий? После подписи долг можно рассчитать."),
        )
    return ()


def may_dispute(act: Act, who: Principal) -> bool:
    """Whether the reader may return the act with disagreements."""
    return who.has("accountant") and act.state is ActState.SENT and who.organization_id == act.customer_id


def may_correct(act: Act, who: Principal) -> bool:
    """Whether the reader may answer the disagreements."""
    return who.has("accountant") and act.state is ActState.DISPUTED and who.organization_id == act.executor_id


def order_steps(order: OrderView, who: Principal) -> tuple[Step, ...]:
    """Steps on a settlement order."""
    if order.state == OrderState.PROPOSED and who.has("accountant"):
        mine = [one for one in order.parties if one.organization_id == who.organization_id and one.agreed_at is None]
        if mine:
            return (
                Step("agree", "Согласовать"),
                Step("reject", "Отклонить", "Отклонить расчёт? Он будет снят для всех участников.", ""),
            )
    if order.state == OrderState.AGREED:
        if order.method == SettlementMethod.SET_OFF and who.has("operator", "department"):
            return (Step("execute", "Провести зачёт", "Провести зачёт? Долги уменьшатся."),)
        if order.method == SettlementMethod.FOUNDER_CORRECTION and who.has("department"):
            return (Step("execute", "Провести корректировку", "Провести корректировку? Долги уменьшатся без платежа."),)
    return ()
