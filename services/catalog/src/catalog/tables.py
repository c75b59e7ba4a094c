"""Tables of the catalogue, as SQLAlchemy mappings."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, DateTime, Integer, MetaData, Numeric, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import Base as ChassisBase


class Base(ChassisBase):
    """Everything that this service's migrations own."""

    __abstract__ = True
    metadata = MetaData(naming_convention=ChassisBase.metadata.naming_convention)


class Organization(Base):
    """A read copy of center's organisations: what the rules of an offer need."""

    __tablename__ = "organization"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    slug: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str] = mapped_column(Text)
    settlement: Mapped[str] = mapped_column(Text)
    network_roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    licences: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    feed_account: Mapped[str | None] = mapped_column(Text, index=True)
    active: Mapped[bool]


class Offer(Base):
    """A course offered by one organisation for one term."""

    __tablename__ = "offer"
    __table_args__ = (UniqueConstraint("organization_id", "external_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer)
    organization_id: Mapped[UUID]
    external_id: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, index=True)
    course_title: Mapped[str] = mapped_column(Text)
    subject_code: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    grades: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    hours_total: Mapped[int]
    hours_per_week: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    capacity: Mapped[int]
    term_start: Mapped[date]
    term_end: Mapped[date]
    mode: Mapped[str] = mapped_column(Text)
    settlement: Mapped[str] = mapped_column(Text)
    slots: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    language: Mapped[str] = mapped_column(Text)
    enrolment_opens: Mapped[date]
    enrolment_closes: Mapped[date]
    tariff_reference: Mapped[str] = mapped_column(Text)
    teacher_id: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    prerequisites: Mapped[list[str]] = mapped_column(ARRAY(Text))
    search_text: Mapped[str] = mapped_column(Text)
    search: Mapped[Any] = mapped_column(
        TSVECTOR, Computed("to_tsvector('russian'::regconfig, search_text)", persisted=True), deferred=True
    )
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )

    __mapper_args__ = {"version_id_col": version}


class Submission(Base):
    """What an organisation sent, and the verdict."""

    __tablename__ = "submission"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    accepted: Mapped[bool]
    offer_id: Mapped[UUID | None]
    errors: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
