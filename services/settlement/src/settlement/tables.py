"""Tables of settlement, as SQLAlchemy mappings; the ledger is Core, because its rows are written by the hundred."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import Base as ChassisBase

Hours = Numeric(12, 2)


class Base(ChassisBase):
    """Everything that this service's migrations own."""

    __abstract__ = True
    metadata = MetaData(naming_convention=ChassisBase.metadata.naming_convention)


class Organization(Base):
    """A read copy of center's organisations: what the lawful methods ask."""

    __tablename__ = "organization"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    slug: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str] = mapped_column(Text)
    legal_type: Mapped[str] = mapped_column(Text)
    budget_level: Mapped[str] = mapped_column(Text)
    network_roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    active: Mapped[bool]


class Offer(Base):
    """A read copy of catalog's offers: what an act line is called, and by which tariff it is paid."""

    __tablename__ = "offer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    organization_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(Text)
    tariff_code: Mapped[str | None] = mapped_column(Text)


class Tariff(Base):
    """One version of a tariff; its terms never change, an open end may be closed by the next version."""

    __tablename__ = "tariff_version"
    __table_args__ = (UniqueConstraint("code", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    code: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
    basis: Mapped[str] = mapped_column(Text)


class Contract(Base):
    """A contract of the network form (договор о сетевой форме) between a host and a home organisation."""

    __tablename__ = "contract"
    __table_args__ = (UniqueConstraint("host_organization_id", "home_organization_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column()
    number: Mapped[str] = mapped_column(Text)
    host_organization_id: Mapped[UUID]
    home_organization_id: Mapped[UUID]
    valid_from: Mapped[date]
    valid_to: Mapped[date]

    __mapper_args__ = {"version_id_col": version}


class Period(Base):
    """A settlement period: the main one of a month (`correction` 0) or one of its correcting ones."""

    __tablename__ = "period"
    __table_args__ = (UniqueConstraint("month", "correction"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column()
    key: Mapped[str] = mapped_column(Text, unique=True)
    month: Mapped[str] = mapped_column(Text)
    correction: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    obligations: Mapped[int] = mapped_column(server_default=text("0"))
    accrued_kopecks: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    acts: Mapped[int] = mapped_column(server_default=text("0"))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __mapper_args__ = {"version_id_col": version}


class Act(Base):
    """An act of services rendered; its lines are the act lines of its pair and period."""

    __tablename__ = "act"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column()
    number: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    issued_on: Mapped[date]
    period: Mapped[str] = mapped_column(Text, index=True)
    executor_id: Mapped[UUID] = mapped_column(index=True)
    executor_name: Mapped[str] = mapped_column(Text)
    customer_id: Mapped[UUID] = mapped_column(index=True)
    customer_name: Mapped[str] = mapped_column(Text)
    fact: Mapped[str] = mapped_column(Text)
    vat_note: Mapped[str] = mapped_column(Text)
    total_kopecks: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    executor_signature: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    customer_signature: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    disagreements: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

    __mapper_args__ = {"version_id_col": version}


class ActLine(Base):
    """Running totals of one offer at one tariff version for a pair and period; drawn up into an act at the close."""

    __tablename__ = "act_line"
    __table_args__ = (
        UniqueConstraint("period", "creditor_id", "debtor_id", "offer_id", "tariff_version_id"),
        Index("ix_act_line_offer", "offer_id", "tariff_version_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    period: Mapped[str] = mapped_column(Text)
    creditor_id: Mapped[UUID]
    debtor_id: Mapped[UUID]
    offer_id: Mapped[UUID]
    tariff_version_id: Mapped[UUID] = mapped_column(ForeignKey("tariff_version.id"))
    hours: Mapped[Decimal] = mapped_column(Hours, server_default=text("0"))
    billable_hours: Mapped[Decimal] = mapped_column(Hours, server_default=text("0"))
    posted_kopecks: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    act_id: Mapped[UUID | None] = mapped_column(ForeignKey("act.id"), index=True)
    service: Mapped[str] = mapped_column(Text, server_default=text("''"))
    unit: Mapped[str] = mapped_column(Text, server_default=text("''"))
    price: Mapped[str] = mapped_column(Text, server_default=text("''"))
    is_share: Mapped[bool] = mapped_column(server_default=text("false"))


class GroupCourse(Base):
    """Hours of one group in a period, for tariffs that pay the hour of the group; host pupils carry their own part."""

    __tablename__ = "group_course"

    period: Mapped[str] = mapped_column(Text, primary_key=True)
    offer_id: Mapped[UUID] = mapped_column(primary_key=True)
    tariff_version_id: Mapped[UUID] = mapped_column(primary_key=True)
    group_hours: Mapped[Decimal] = mapped_column(Hours)
    host_hours: Mapped[Decimal] = mapped_column(Hours)


class Obligation(Base):
    """What one pupil's hours in one lesson added to the debt of the home organisation; one per lesson and pupil."""

    __tablename__ = "obligation"
    __table_args__ = (
        UniqueConstraint("lesson_id", "pupil_id"),
        Index("ix_obligation_pair", "period", "creditor_id", "debtor_id", "delivered_on", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    lesson_id: Mapped[UUID]
    pupil_id: Mapped[UUID]
    creditor_id: Mapped[UUID]
    debtor_id: Mapped[UUID]
    period: Mapped[str] = mapped_column(Text)
    delivered_on: Mapped[date]
    hours: Mapped[Decimal] = mapped_column(Hours)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("act_line.id"), index=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"))
    accrued_kopecks: Mapped[int] = mapped_column(BigInteger)


class Order(Base):
    """A settlement order: a set-off, or a correction by the founder."""

    __tablename__ = "settlement_order"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column()
    period: Mapped[str] = mapped_column(Text, index=True)
    method: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    cleared_kopecks: Mapped[int] = mapped_column(BigInteger)
    agreements: Mapped[int] = mapped_column(server_default=text("0"))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    executed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __mapper_args__ = {"version_id_col": version}


class OrderParty(Base):
    """An organisation whose claims or debts an order changes, and whether it has agreed."""

    __tablename__ = "settlement_order_party"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("settlement_order.id"), primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    agreed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    agreed_by: Mapped[UUID | None]


class Clearing(Base):
    """How much an order takes off one claim, and the transfer that did it."""

    __tablename__ = "settlement_clearing"
    __table_args__ = (UniqueConstraint("order_id", "creditor_id", "debtor_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("settlement_order.id"))
    creditor_id: Mapped[UUID]
    debtor_id: Mapped[UUID]
    before_kopecks: Mapped[int] = mapped_column(BigInteger)
    cleared_kopecks: Mapped[int] = mapped_column(BigInteger)
    transfer_id: Mapped[UUID | None] = mapped_column(unique=True)


class Allocation(Base):
    """How much of a single obligation a clearing takes."""

    __tablename__ = "settlement_allocation"

    clearing_id: Mapped[UUID] = mapped_column(ForeignKey("settlement_clearing.id"), primary_key=True)
    obligation_id: Mapped[UUID] = mapped_column(ForeignKey("obligation.id"), primary_key=True, index=True)
    amount_kopecks: Mapped[int] = mapped_column(BigInteger)


account: Final = Table(
    "ledger_account",
    Base.metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("creditor_id", Uuid, nullable=False),
    Column("debtor_id", Uuid, nullable=False),
    Column("balance_kopecks", BigInteger, nullable=False, server_default=text("0")),
    UniqueConstraint("creditor_id", "debtor_id", "kind"),
    CheckConstraint("creditor_id <> debtor_id", name="two_sides"),
)

transfer: Final = Table(
    "ledger_transfer",
    Base.metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("reference_id", Uuid, nullable=False),
    Column("reverses_id", Uuid, ForeignKey("ledger_transfer.id"), unique=True),
    Column("posted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal"),
    Index("ix_ledger_transfer_period", "period"),
    Index("ix_ledger_transfer_reference_id", "reference_id"),
)

posting: Final = Table(
    "ledger_posting",
    Base.metadata,
    Column("transfer_id", Uuid, ForeignKey("ledger_transfer.id"), primary_key=True),
    Column("account_id", BigInteger, ForeignKey("ledger_account.id"), primary_key=True),
    Column("debit_kopecks", BigInteger, nullable=False),
    Column("credit_kopecks", BigInteger, nullable=False),
    CheckConstraint(
        "least(debit_kopecks, credit_kopecks) = 0 AND greatest(debit_kopecks, credit_kopecks) > 0", name="one_side"
    ),
    Index("ix_ledger_posting_account_id", "account_id"),
)
