"""Tables of center, as SQLAlchemy mappings."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Integer, LargeBinary, MetaData, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import Base as ChassisBase


class Base(ChassisBase):
    """Everything that this service's migrations own."""

    __abstract__ = True
    metadata = MetaData(naming_convention=ChassisBase.metadata.naming_convention)


class Organization(Base):
    """An organisation of the network; center is its only source."""

    __tablename__ = "organization"
    __table_args__ = (UniqueConstraint("inn", "kpp"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    full_name: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str] = mapped_column(Text)
    legal_type: Mapped[str] = mapped_column(Text)
    budget_level: Mapped[str] = mapped_column(Text)
    network_roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    settlement: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    inn: Mapped[str] = mapped_column(Text)
    kpp: Mapped[str] = mapped_column(Text)
    ogrn: Mapped[str] = mapped_column(Text)
    oktmo: Mapped[str] = mapped_column(Text)
    mailbox: Mapped[str] = mapped_column(Text)
    licences: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    feed_account: Mapped[str | None] = mapped_column(Text, unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}


class PartnerAccess(Base):
    """The broker account of an organisation: kept for good, so that renewed access keeps its identity."""

    __tablename__ = "partner_access"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    account: Mapped[str] = mapped_column(Text, unique=True)
    granted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    granted_by: Mapped[UUID]


class Person(Base):
    """Identity: the only place of the platform where names stand; erasure empties this row and nothing else."""

    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    full_name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)


class Employment(Base):
    """Where a tutor or another employee works."""

    __tablename__ = "employment"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)


class Pupil(Base):
    """A pupil of grades 10–11, without a name; `version` counts the events about the pupil."""

    __tablename__ = "pupil"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    home_organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    grade: Mapped[int]
    cohort_year: Mapped[int]
    residence: Mapped[str] = mapped_column(Text)
    enrolled_on: Mapped[date]


class TutorAssignment(Base):
    """Who accompanies a pupil, and who did before."""

    __tablename__ = "tutor_assignment"
    __table_args__ = (
        Index("uq_tutor_assignment_current", "pupil_id", unique=True, postgresql_where=text("released_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.person_id"))
    tutor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    assigned_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Account(Base):
    """What somebody signs in with."""

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    login: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class BrowserSession(Base):
    """A signed-in browser; only the hash of its cookie is kept, so that a copy of the table opens no door."""

    __tablename__ = "browser_session"

    id_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class SignInFailure(Base):
    """Failed attempts, counted by login and by address under a hash; forgotten after an hour of silence."""

    __tablename__ = "sign_in_failure"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int]
    last_failed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class PlanApproval(Base):
    """A read copy for the headline figure: when a pupil's plan was approved."""

    __tablename__ = "plan_approval"

    plan_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    pupil_id: Mapped[UUID] = mapped_column(index=True)
    approved_on: Mapped[date]


class NetworkStudy(Base):
    """A read copy for the headline figure: a pupil's first and latest lesson at another organisation."""

    __tablename__ = "network_study"

    pupil_id: Mapped[UUID] = mapped_column(primary_key=True)
    started_on: Mapped[date]
    last_on: Mapped[date]


class Wish(Base):
    """A read copy: what pupils wish for, perhaps offered by nobody."""

    __tablename__ = "wish"

    wish_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    topic_code: Mapped[str] = mapped_column(Text, index=True)
    level: Mapped[str] = mapped_column(Text)
    settlement: Mapped[str] = mapped_column(Text)


class Decision(Base):
    """What an operator decided on a dead letter, and what came of it; a batch is one press of a button."""

    __tablename__ = "decision"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    batch_id: Mapped[UUID] = mapped_column(index=True)
    place: Mapped[int]
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    account_id: Mapped[UUID]
    service: Mapped[str] = mapped_column(Text)
    consumer: Mapped[str] = mapped_column(Text)
    event_id: Mapped[UUID]
    action: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
