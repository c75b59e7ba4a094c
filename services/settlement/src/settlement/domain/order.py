"""A settlement order (распоряжение о расчёте): proposed → agreed → executed | rejected.

It is agreed when every organisation whose claims change has agreed, and only an agreed order moves money. Before it is
executed any of them may still refuse.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from chassis.errors import Forbidden
from settlement.domain.method import SettlementMethod
from settlement.domain.states import IllegalTransition, require_transition, require_version


class NotAParty(Forbidden):
    """Расчёт не меняет требований этой организации: её согласие не нужно."""

    code = "settlement.not_a_party"


class OrderState(StrEnum):
    """Where an order stands."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    EXECUTED = "executed"
    REJECTED = "rejected"


ORDER_LABELS: Mapping[OrderState, str] = {
    OrderState.PROPOSED: "предложен",
    OrderState.AGREED: "согласован",
    OrderState.EXECUTED: "исполнен",
    OrderState.REJECTED: "отклонён",
}
ORDER_TRANSITIONS: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.PROPOSED: frozenset({OrderState.AGREED, OrderState.REJECTED}),
    OrderState.AGREED: frozenset({OrderState.EXECUTED, OrderState.REJECTED}),
    OrderState.EXECUTED: frozenset(),
    OrderState.REJECTED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class SettlementOrder:
    """An order and who has agreed to it; `parties` are all organisations whose claims or debts it changes."""

    order_id: UUID
    method: SettlementMethod
    parties: frozenset[UUID]
    agreed_by: frozenset[UUID] = frozenset()
    state: OrderState = OrderState.PROPOSED
    version: int = 1

    @property
    def awaited(self) -> frozenset[UUID]:
        """The organisations that have not agreed yet."""
        return self.parties - self.agreed_by

    def agree(self, organization_id: UUID, *, expected_version: int) -> "SettlementOrder":
        """One party agrees; the last one makes the order agreed. Agreeing twice is refused as an illegal step."""
        self._require_fresh(expected_version)
        self._require_party(organization_id)
        self._require(OrderState.AGREED)
        if organization_id in self.agreed_by:
            raise IllegalTransition("Ваша организация уже согласовала этот расчёт.")
        agreed_by = self.agreed_by | {organization_id}
        state = OrderState.AGREED if agreed_by == self.parties else OrderState.PROPOSED
        return replace(self, agreed_by=agreed_by, state=state, version=self.version + 1)

    def reject(self, organization_id: UUID, *, expected_version: int) -> "SettlementOrder":
        """One party refuses, and the order is off for all."""
        self._require_fresh(expected_version)
        self._require_party(organization_id)
        self._require(OrderState.REJECTED)
        return replace(self, state=OrderState.REJECTED, version=self.version + 1)

    def execute(self, *, expected_version: int) -> "SettlementOrder":
        """Mark executed; the caller posts the transfers in the same transaction."""
        self._require_fresh(expected_version)
        self._require(OrderState.EXECUTED)
        return replace(self, state=OrderState.EXECUTED, version=self.version + 1)

    def _require_fresh(self, expected_version: int) -> None:
        require_version("Расчёт", expected=expected_version, actual=self.version)

    def _require(self, target: OrderState) -> None:
        require_transition("Расчёт", ORDER_TRANSITIONS, ORDER_LABELS, self.state, target)

    def _require_party(self, organization_id: UUID) -> None:
        if organization_id not in self.parties:
            raise NotAParty("Расчёт не меняет требований вашей организации: её согласие не нужно.")
