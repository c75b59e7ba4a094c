"""The act of services rendered (акт об оказании услуг): two sides, each signs its own title.

draft → sent → confirmed | disputed → corrected → confirmed. The executor (host) signs when it sends or corrects, the
customer (payer) when it confirms; a correction is signed anew. Every step names the version it was
decided upon.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from chassis.errors import DomainError, FieldError, Forbidden
from settlement.domain.money import round_half_up
from settlement.domain.period import PeriodKey
from settlement.domain.states import require_transition, require_version


class ActInvalid(DomainError):
    """Суммы акта не сходятся."""

    code = "settlement.act_invalid"


class ActIncomplete(DomainError):
    """В акте нет обязательных реквизитов первичного документа (402-ФЗ, ст. 9 ч. 2)."""

    code = "settlement.act_incomplete"


class NotYourTitle(Forbidden):
    """Эту часть акта подписывает другая сторона."""

    code = "settlement.not_your_title"


class ActState(StrEnum):
    """Where an act stands."""

    DRAFT = "draft"
    SENT = "sent"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    CORRECTED = "corrected"


ACT_LABELS: Mapping[ActState, str] = {
    ActState.DRAFT: "черновик",
    ActState.SENT: "направлен",
    ActState.CONFIRMED: "подтверждён",
    ActState.DISPUTED: "с разногласиями",
    ActState.CORRECTED: "исправлен",
}
ACT_TRANSITIONS: Mapping[ActState, frozenset[ActState]] = {
    ActState.DRAFT: frozenset({ActState.SENT}),
    ActState.SENT: frozenset({ActState.CONFIRMED, ActState.DISPUTED}),
    ActState.DISPUTED: frozenset({ActState.CORRECTED}),
    ActState.CORRECTED: frozenset({ActState.CONFIRMED}),
    ActState.CONFIRMED: frozenset(),
}

ACT_NAME = "Акт об оказании образовательных услуг"


@dataclass(frozen=True, slots=True)
class VatNote:
    """What a document says of VAT from a date on; a change of the law is a new row."""

    valid_from: date
    text: str


VAT_NOTES = (VatNote(date(2017, 1, 1), "Без НДС, подп. 14 п. 2 ст. 149 НК РФ"),)


def vat_note_on(day: date, notes: tuple[VatNote, ...] = VAT_NOTES) -> str:
    """The VAT note of a document of that day; empty before the first row, which makes the act incomplete."""
    known = [note for note in notes if note.valid_from <= day]
    return max(known, key=lambda note: note.valid_from).text if known else ""


@dataclass(frozen=True, slots=True)
class ActLine:
    """One service at one tariff version: hours, unrounded price, and kopecks rounded once for the whole line.

    `is_share` marks a payer's part of a group's cost, or a month's part of a fixed sum: rounding the whole may put it up
    to two kopecks off its own price × hours.
    """

    line_id: UUID
    service: str
    tariff_version_id: UUID
    unit: str
    quantity: Decimal
    price: Fraction
    amount_kopecks: int
    is_share: bool = False

    def __post_init__(self) -> None:
        exact = self.price * Fraction(self.quantity)
        matches = abs(exact - self.amount_kopecks) < 2 if self.is_share else round_half_up(exact) == self.amount_kopecks
        if self.quantity < 0 or not matches:
            raise ActInvalid(
                f"Строка «{self.service}»: сумма {self.amount_kopecks} коп. не равна цене, умноженной на количество.",
                errors=(FieldError("amount_kopecks", "Сумма строки не сходится.", "Пересчитайте строку по тарифу."),),
            )


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a title (титул) for an organisation: pseudonymous person, post (должность), aware UTC time."""

    organization_id: UUID
    signer_id: UUID
    post: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The customer's own figure for a line (разногласие), with its reason."""

    line_id: UUID
    amount_by_customer_kopecks: int
    reason: str


@dataclass(frozen=True, slots=True)
class Act:
    """One act between an executor (creditor) and a customer (debtor) for a period; `total_kopecks` equals Σ lines."""

    act_id: UUID
    number: str
    issued_on: date | None
    executor_id: UUID
    executor_name: str
    customer_id: UUID
    customer_name: str
    period: PeriodKey
    fact: str
    lines: tuple[ActLine, ...]
    total_kopecks: int
    vat_note: str
    name: str = ACT_NAME
    state: ActState = ActState.DRAFT
    version: int = 1
    executor_signature: Signature | None = None
    customer_signature: Signature | None = None
    disagreements: tuple[Disagreement, ...] = ()

    def __post_init__(self) -> None:
        lines_kopecks = sum(line.amount_kopecks for line in self.lines)
        if self.total_kopecks != lines_kopecks:
            raise ActInvalid(
                f"Акт {self.number}: итог {self.total_kopecks} коп., а сумма строк {lines_kopecks} коп.",
                errors=(FieldError("total_kopecks", "Итог не равен сумме строк.", "Пересчитайте итог."),),
            )

    def send(self, signature: Signature, *, expected_version: int) -> "Act":
        """The executor signs its title and sends; raises ActIncomplete when a required field is missing."""
        moved = self._move(ActState.SENT, expected_version)
        _require_signer(self.executor_id, signature)
        if missing := missing_fields(self):
            raise ActIncomplete("В акте не заполнены обязательные реквизиты (402-ФЗ, ст. 9 ч. 2).", errors=missing)
        return replace(moved, executor_signature=signature)

    def confirm(self, signature: Signature, *, expected_version: int) -> "Act":
        """The customer signs its title without disagreement."""
        moved = self._move(ActState.CONFIRMED, expected_version)
        _require_signer(self.customer_id, signature)
        return replace(moved, customer_signature=signature)

    def dispute(
        self, organization_id: UUID, disagreements: tuple[Disagreement, ...], *, expected_version: int
    ) -> "Act":
        """The customer returns the act with its own figures for some of the lines."""
        moved = self._move(ActState.DISPUTED, expected_version)
        if organization_id != self.customer_id:
            raise NotYourTitle("Разногласия заявляет только заказчик.")
        known = {line.line_id for line in self.lines}
        named = [disagreement.line_id for disagreement in disagreements]
        if not named or len(set(named)) != len(named) or not known.issuperset(named):
            raise ActInvalid(
                "Укажите разногласия по строкам этого акта, по одному на строку.",
                errors=(FieldError("disagreements", "Строки не названы или не из этого акта.", "Выберите строки."),),
            )
        return replace(moved, disagreements=disagreements)

    def correct(self, lines: tuple[ActLine, ...], signature: Signature, *, expected_version: int) -> "Act":
        """The executor answers a dispute with new lines and signs anew; the ledger gets the difference as transfers."""
        moved = self._move(ActState.CORRECTED, expected_version)
        _require_signer(self.executor_id, signature)
        corrected = replace(
            moved,
            lines=lines,
            total_kopecks=sum(line.amount_kopecks for line in lines),
            executor_signature=signature,
            customer_signature=None,
        )
        if missing := missing_fields(corrected):
            raise ActIncomplete("В акте не заполнены обязательные реквизиты (402-ФЗ, ст. 9 ч. 2).", errors=missing)
        return corrected

    def _move(self, target: ActState, expected_version: int) -> "Act":
        subject = f"Акт {self.number}"
        require_version(subject, expected=expected_version, actual=self.version)
        require_transition(subject, ACT_TRANSITIONS, ACT_LABELS, self.state, target)
        return replace(self, state=target, version=self.version + 1)


def missing_fields(act: Act) -> tuple[FieldError, ...]:
    """The required fields of a primary document (402-ФЗ ст. 9 ч. 2) that the act lacks, apart from the signatures."""
    texts = {
        "name": (act.name, "Наименование документа"),
        "number": (act.number, "Номер документа"),
        "executor_name": (act.executor_name, "Наименование составителя"),
        "customer_name": (act.customer_name, "Наименование заказчика"),
        "fact": (act.fact, "Содержание факта хозяйственной жизни"),
        "vat_note": (act.vat_note, "Сведения об НДС"),
    }
    missing = [
        FieldError(path, f"{label}: не заполнено.", "Заполните поле.")
        for path, (value, label) in texts.items()
        if not value.strip()
    ]
    if act.issued_on is None:
        missing.append(FieldError("issued_on", "Дата составления: не заполнена.", "Укажите дату."))
    if not act.lines:
        missing.append(FieldError("lines", "Величина измерения: нет ни одной строки.", "Добавьте оказанные услуги."))
    for index, line in enumerate(act.lines):
        if not line.unit.strip() or not line.service.strip():
            cure = "Укажите услугу и единицу измерения."
            missing.append(FieldError(f"lines[{index}]", "Нет услуги или единицы измерения.", cure))
    return tuple(missing)


def _require_signer(owner_id: UUID, signature: Signature) -> None:
    if signature.organization_id != owner_id:
        raise NotYourTitle("Эту часть акта подписывает другая сторона.")
    if not signature.post.strip():
        raise ActIncomplete(
            "Не указана должность подписавшего (402-ФЗ, ст. 9 ч. 2).",
            errors=(FieldError("signature.post", "Должность пуста.", "Укажите должность подписавшего."),),
        )
