"""Events of settlement: contracts, obligations, periods, acts, set-off."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from contracts.base import Event, Hours, Kopecks, Part, Period


class ContractSigned(Event):
    """A contract of the network form (договор о сетевой форме) holds between a host and a home organisation."""

    event_type: ClassVar[str] = "settlement.contract.signed.v1"
    aggregate_field: ClassVar[str] = "contract_id"

    contract_id: UUID
    number: str
    host_organization_id: UUID
    home_organization_id: UUID
    valid_from: date
    valid_to: date

    def audience(self) -> frozenset[UUID] | None:
        return frozenset({self.host_organization_id, self.home_organization_id})


class ObligationAccrued(Event):
    """One obligation for one lesson and one pupil."""

    event_type: ClassVar[str] = "settlement.obligation.accrued.v1"
    aggregate_field: ClassVar[str] = "obligation_id"

    obligation_id: UUID
    lesson_id: UUID
    pupil_id: UUID
    creditor_organization_id: UUID
    debtor_organization_id: UUID
    period: Period
    hours: Hours
    tariff_code: str
    amount_kopecks: Kopecks

    def audience(self) -> frozenset[UUID] | None:
        return frozenset({self.creditor_organization_id, self.debtor_organization_id})


class PeriodClosed(Event):
    """A month is closed: its obligations are fixed and its acts are drawn up."""

    event_type: ClassVar[str] = "settlement.period.closed.v1"
    aggregate_field: ClassVar[str] = "period_id"

    period_id: UUID
    period: Period
    obligations: int
    accrued_kopecks: Kopecks
    acts: int

    def audience(self) -> frozenset[UUID] | None:
        return None

    def view_for(self, organization_id: UUID) -> dict[str, object]:
        return self.model_dump(mode="json", include={"period_id", "period"})


class ActState(Event):
    """An act of services rendered (акт оказанных услуг), signed by both sides."""

    aggregate_field: ClassVar[str] = "act_id"

    act_id: UUID
    number: str
    period: Period
    creditor_organization_id: UUID
    debtor_organization_id: UUID
    total_kopecks: Kopecks
    lines: int
    status: Literal["sent", "confirmed", "disputed"]

    def audience(self) -> frozenset[UUID] | None:
        return frozenset({self.creditor_organization_id, self.debtor_organization_id})


class ActSent(ActState):
    """The host signed the act and sent it."""

    event_type: ClassVar[str] = "settlement.act.sent.v1"


class ActConfirmed(ActState):
    """The home side signed the act too."""

    event_type: ClassVar[str] = "settlement.act.confirmed.v1"


class ActDisputed(ActState):
    """The home side does not agree with the act."""

    event_type: ClassVar[str] = "settlement.act.disputed.v1"


class Clearing(Part):
    """How much of one claim a settlement order reduces."""

    creditor_organization_id: UUID
    debtor_organization_id: UUID
    cleared_kopecks: Kopecks


class SetoffState(Event):
    """A settlement order: a set-off (взаимозачёт), or a correction by the founder."""

    aggregate_field: ClassVar[str] = "setoff_id"

    setoff_id: UUID
    period: Period
    method: Literal["set_off", "founder_correction"]
    status: Literal["proposed", "agreed", "executed", "rejected"]
    cleared_kopecks: Kopecks
    clearings: tuple[Clearing, ...]

    def audience(self) -> frozenset[UUID] | None:
        return frozenset(
            side for one in self.clearings for side in (one.creditor_organization_id, one.debtor_organization_id)
        )

    def view_for(self, organization_id: UUID) -> dict[str, object]:
        data = self.model_dump(mode="json")
        own = str(organization_id)
        data["clearings"] = [
            one for one in data["clearings"] if own in (one["creditor_organization_id"], one["debtor_organization_id"])
        ]
        data.pop("cleared_kopecks")
        return data


class SetoffProposed(SetoffState):
    """A set-off was computed and proposed to the sides."""

    event_type: ClassVar[str] = "settlement.setoff.proposed.v1"


class SetoffAgreed(SetoffState):
    """Every organisation whose claims change agreed."""

    event_type: ClassVar[str] = "settlement.setoff.agreed.v1"


class SetoffExecuted(SetoffState):
    """The claims were reduced in the ledger."""

    event_type: ClassVar[str] = "settlement.setoff.executed.v1"
