"""Tables of enrollment, as SQLAlchemy mappings; people stand in them as pseudonymous ids alone."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Integer, MetaData, Numeric, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import Base as ChassisBase


class Base(ChassisBase):
    """Everything that this service's migrations own."""

    __abstract__ = True
    metadata = MetaData(naming_convention=ChassisBase.metadata.naming_convention)


class Organization(Base):
    """A read copy of center's organisations."""

    __tablename__ = "organization"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    short_name: Mapped[str] = mapped_column(Text)
    settlement: Mapped[str] = mapped_column(Text)
    active: Mapped[bool]


class Offer(Base):
    """A read copy of catalog's offers; its row is the lock under which seats are given."""

    __tablename__ = "offer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    organization_id: Mapped[UUID] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(Text)
    subject_code: Mapped[str | None] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    grades: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    hours_total: Mapped[Decimal] = mapped_column(Numeric(7, 2))
    hours_per_week: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    capacity: Mapped[int]
    mode: Mapped[str] = mapped_column(Text)
    settlement: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    slots: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    tariff_code: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)


class Pupil(Base):
    """A read copy of center's pupils."""

    __tablename__ = "pupil"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    home_organization_id: Mapped[UUID] = mapped_column(index=True)
    grade: Mapped[int]
    cohort_year: Mapped[int]
    residence: Mapped[str] = mapped_column(Text)


class TutorAssignment(Base):
    """A read copy of who accompanies whom: one tutor a pupil."""

    __tablename__ = "tutor_assignment"

    pupil_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    tutor_id: Mapped[UUID] = mapped_column(index=True)
    home_organization_id: Mapped[UUID]


class Wish(Base):
    """What a pupil would like to learn; the comment is free text and never leaves this table."""

    __tablename__ = "wish"
    __table_args__ = (UniqueConstraint("pupil_id", "topic_code", "level"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    pupil_id: Mapped[UUID]
    home_organization_id: Mapped[UUID] = mapped_column(index=True)
    topic_code: Mapped[str] = mapped_column(Text, index=True)
    level: Mapped[str] = mapped_column(Text)
    settlement: Mapped[str] = mapped_column(Text)
    comment: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class StudyPlan(Base):
    """An individual study plan (ИУП); `subjects` are its items, `findings` what the rules said when it was kept."""

    __tablename__ = "plan"
    __table_args__ = (
        Index("uq_plan_pupil_active", "pupil_id", unique=True, postgresql_where=text("status <> 'completed'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer)
    pupil_id: Mapped[UUID]
    home_organization_id: Mapped[UUID] = mapped_column(index=True)
    cohort_year: Mapped[int]
    grade: Mapped[int]
    profile: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    subjects: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    offer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason_code: Mapped[str | None] = mapped_column(Text)
    approved_on: Mapped[date | None]
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )

    __mapper_args__ = {"version_id_col": version}


class Placement(Base):
    """A request for a seat and what became of it; `position` counts from 1 while the pupil waits."""

    __tablename__ = "placement"
    __table_args__ = (UniqueConstraint("plan_id", "offer_id"), Index("ix_placement_offer_status", "offer_id", "status"))

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"))
    pupil_id: Mapped[UUID] = mapped_column(index=True)
    offer_id: Mapped[UUID]
    home_organization_id: Mapped[UUID] = mapped_column(index=True)
    host_organization_id: Mapped[UUID] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    position: Mapped[int | None]
    reason_code: Mapped[str | None] = mapped_column(Text)

    __mapper_args__ = {"version_id_col": version}


class Lesson(Base):
    """A lesson that was given: a fact that never changes. `attendances` hold pupil, home school, status, accepted hours."""

    __tablename__ = "lesson"
    __table_args__ = (Index("ix_lesson_offer_day", "offer_id", "delivered_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    offer_id: Mapped[UUID]
    host_organization_id: Mapped[UUID]
    delivered_on: Mapped[date]
    hours: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    tariff_code: Mapped[str | None] = mapped_column(Text)
    attendances: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Result(Base):
    """A pupil's result of a half-year on its way from the host to the home school."""

    __tablename__ = "result"
    __table_args__ = (UniqueConstraint("placement_id", "half_year"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer)
    placement_id: Mapped[UUID] = mapped_column(ForeignKey("placement.id"))
    half_year: Mapped[str] = mapped_column(Text)
    mark: Mapped[str] = mapped_column(Text)
    hours_planned: Mapped[Decimal] = mapped_column(Numeric(7, 2))
    hours_attended: Mapped[Decimal] = mapped_column(Numeric(7, 2))
    status: Mapped[str] = mapped_column(Text, index=True)
    reason_code: Mapped[str | None] = mapped_column(Text)

    __mapper_args__ = {"version_id_col": version}
