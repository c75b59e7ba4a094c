"""HTTP bodies; what they hold is judged by the domain, which names field, fault and cure in Russian."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class OfferIn(BaseModel):
    """An offer as a sender states it; see the workbook's columns for the meaning of the fields."""

    model_config = ConfigDict(extra="allow")


class OfferOut(BaseModel):
    """A published offer."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organization_id: UUID
    organization: str
    title: str
    subject_code: str
    level: str
    grades: tuple[int, ...]
    hours_total: int
    hours_per_week: Decimal
    capacity: int
    mode: str
    settlement: str
    starts_on: date
    ends_on: date
    slots: tuple[dict[str, Any], ...]
    language: str
    enrolment_closes: date
    description: str
    status: str
    version: int


class OffersOut(BaseModel):
    """A page of offers."""

    items: tuple[OfferOut, ...]
    total: int
    page: int
    pages: int


class FieldErrorOut(BaseModel):
    """One thing wrong with one field."""

    field: str
    message: str
    cure: str = ""


class VerdictOut(BaseModel):
    """What became of a submission."""

    submission_id: UUID
    accepted: bool
    offer_id: UUID | None
    changed: bool = False
    errors: tuple[FieldErrorOut, ...] = ()


class RowOut(BaseModel):
    """What became of one row of a workbook."""

    row: int
    accepted: bool
    offer_id: UUID | None
    errors: tuple[dict[str, str], ...] = ()


class ImportOut(BaseModel):
    """What became of a workbook."""

    accepted: int
    refused: int
    rows: tuple[RowOut, ...]
