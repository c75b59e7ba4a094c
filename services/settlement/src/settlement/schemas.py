"""HTTP bodies of settlement; what they hold is judged by the domain."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from settlement.domain.act import Act, ActLine, Disagreement, Signature
from settlement.domain.reconciliation import CHECK_LABELS
from settlement.queries.reconciling import Reconciliation

Text = Annotated[str, Field(min_length=1, max_length=200)]
Post = Annotated[str, Field(min_length=1, max_length=100, description="Должность подписавшего.")]


class Body(BaseModel):
    """A body that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid")


class TariffIn(Body):
    """A new version of a tariff; `terms.kind` is pupil_hour, group_hour, fixed or free."""

    code: Annotated[str, Field(min_length=1, max_length=64)]
    valid_from: date
    valid_to: date | None = None
    terms: dict[str, Any]
    basis: Annotated[str, Field(max_length=500)] = ""


class ContractIn(Body):
    """A signed contract of the network form."""

    number: Text
    host_organization_id: UUID
    home_organization_id: UUID
    valid_from: date
    valid_to: date


class PeriodIn(Body):
    """Which period is meant."""

    period: str


class VersionIn(Body):
    """The version that the command was decided upon."""

    version: int


class SignatureIn(VersionIn):
    """A signature: the signer is the caller, the post (должность) is stated."""

    post: Post = "бухгалтер"


class DisagreementIn(Body):
    """The customer's own figure for a line, kopecks."""

    line_id: UUID
    amount_by_customer_kopecks: Annotated[int, Field(ge=0, le=10**15)]
    reason: Text


class DisputeIn(VersionIn):
    """An act returned with disagreements."""

    disagreements: Annotated[list[DisagreementIn], Field(max_length=1000)]


class CorrectedLineIn(Body):
    """Corrected hours of a line."""

    line_id: UUID
    hours: Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=2)]


class CorrectionIn(SignatureIn):
    """An answer to a dispute."""

    lines: Annotated[list[CorrectedLineIn], Field(max_length=1000)]


class ActLineOut(BaseModel):
    """A line of an act; `price_kopecks` is the unrounded price of a unit, shown with four decimals."""

    line_id: UUID
    service: str
    unit: str
    quantity: Decimal
    price_kopecks: Decimal
    amount_kopecks: int

    @classmethod
    def of(cls, line: ActLine) -> "ActLineOut":
        """The line as an answer."""
        price = Decimal(round(line.price * 10_000)) / 10_000
        return cls(
            line_id=line.line_id,
            service=line.service,
            unit=line.unit,
            quantity=line.quantity,
            price_kopecks=price,
            amount_kopecks=line.amount_kopecks,
        )


class SignatureOut(BaseModel):
    """Who signed a title, and when."""

    organization_id: UUID
    post: str
    signed_at: datetime

    @classmethod
    def of(cls, signature: Signature | None) -> "SignatureOut | None":
        """The signature as an answer, None while there is none."""
        if signature is None:
            return None
        return cls(organization_id=signature.organization_id, post=signature.post, signed_at=signature.signed_at)


class ActOut(BaseModel):
    """An act with its lines."""

    id: UUID
    version: int
    number: str
    period: str
    issued_on: date | None
    state: str
    creditor_organization_id: UUID
    creditor: str
    debtor_organization_id: UUID
    debtor: str
    fact: str
    vat_note: str
    total_kopecks: int
    lines: tuple[ActLineOut, ...]
    creditor_signature: SignatureOut | None
    debtor_signature: SignatureOut | None
    disagreements: tuple[DisagreementIn, ...]

    @classmethod
    def of(cls, act: Act) -> "ActOut":
        """The act as an answer."""
        return cls(
            id=act.act_id,
            version=act.version,
            number=act.number,
            period=str(act.period),
            issued_on=act.issued_on,
            state=act.state,
            creditor_organization_id=act.executor_id,
            creditor=act.executor_name,
            debtor_organization_id=act.customer_id,
            debtor=act.customer_name,
            fact=act.fact,
            vat_note=act.vat_note,
            total_kopecks=act.total_kopecks,
            lines=tuple(ActLineOut.of(one) for one in act.lines),
            creditor_signature=SignatureOut.of(act.executor_signature),
            debtor_signature=SignatureOut.of(act.customer_signature),
            disagreements=tuple(_disagreement(one) for one in act.disagreements),
        )


class DifferenceOut(BaseModel):
    """One comparison that failed."""

    check: str
    label: str
    subject: str
    expected_kopecks: int
    actual_kopecks: int


class ReconciliationOut(BaseModel):
    """Whether everything agrees, what does not, and the figures."""

    reconciled: bool
    differences: tuple[DifferenceOut, ...]
    comparisons: int
    accrued_kopecks: int
    set_off_kopecks: int
    corrected_kopecks: int
    paid_kopecks: int
    outstanding_kopecks: int
    ledger_sum_kopecks: int
    obligations: int

    @classmethod
    def of(cls, found: Reconciliation) -> "ReconciliationOut":
        """The reconciliation as an answer."""
        return cls(
            reconciled=found.report.reconciled,
            differences=tuple(
                DifferenceOut(
                    check=one.check,
                    label=CHECK_LABELS[one.check],
                    subject=one.subject,
                    expected_kopecks=one.expected_kopecks,
                    actual_kopecks=one.actual_kopecks,
                )
                for one in found.report.differences
            ),
            comparisons=found.report.comparisons,
            accrued_kopecks=found.accrued_kopecks,
            set_off_kopecks=found.set_off_kopecks,
            corrected_kopecks=found.corrected_kopecks,
            paid_kopecks=found.paid_kopecks,
            outstanding_kopecks=found.outstanding_kopecks,
            ledger_sum_kopecks=found.ledger_sum_kopecks,
            obligations=found.obligations,
        )


def disagreements_of(body: DisputeIn) -> list[Disagreement]:
    """The disagreements as the domain reads them."""
    return [Disagreement(one.line_id, one.amount_by_customer_kopecks, one.reason) for one in body.disagreements]


def _disagreement(one: Disagreement) -> DisagreementIn:
    return DisagreementIn(
        line_id=one.line_id, amount_by_customer_kopecks=one.amount_by_customer_kopecks, reason=one.reason
    )
