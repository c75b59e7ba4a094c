"""Sign contracts of the network form (договор о сетевой форме, 273-ФЗ ст. 15)."""

from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, DomainError, FieldError
from chassis.outbox import record
from contracts.settlement import ContractSigned
from settlement.queries.organizations import organization_names
from settlement.tables import Contract


class ContractInvalid(DomainError):
    """Договор заполнен неверно."""

    code = "settlement.contract_invalid"


class ContractExists(Conflict):
    """Такой договор между этими организациями уже есть."""

    code = "settlement.contract_exists"


async def sign_contract(
    session: AsyncSession,
    *,
    number: str,
    host_organization_id: UUID,
    home_organization_id: UUID,
    valid_from: date,
    valid_to: date,
) -> Contract:
    """Record a signed contract; lessons that waited for it apply when their events are tried again."""
    names = await organization_names(session, {host_organization_id, home_organization_id})
    errors = []
    for field, one in (("host_organization_id", host_organization_id), ("home_organization_id", home_organization_id)):
        if one not in names:
            errors.append(FieldError(field, "Такой организации нет.", "Выберите организацию сети."))
    if host_organization_id == home_organization_id:
        errors.append(FieldError("home_organization_id", "Стороны совпадают.", "Выберите другую организацию."))
    if valid_to < valid_from:
        errors.append(FieldError("valid_to", "Договор кончается раньше, чем начинается.", "Проверьте даты."))
    if not number.strip():
        errors.append(FieldError("number", "Номер не указан.", "Укажите номер договора."))
    if errors:
        raise ContractInvalid("Договор заполнен неверно.", errors=tuple(errors))
    statement = insert(Contract).values(
        version=1,
        number=number.strip(),
        host_organization_id=host_organization_id,
        home_organization_id=home_organization_id,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    row: Contract | None = await session.scalar(statement.on_conflict_do_nothing().returning(Contract))
    if row is None:
        raise ContractExists(
            f"Договор № {number.strip()} между этими организациями уже есть.",
            errors=(FieldError("number", "Номер занят.", "Укажите другой номер."),),
        )
    event = ContractSigned(
        contract_id=row.id,
        number=row.number,
        host_organization_id=host_organization_id,
        home_organization_id=home_organization_id,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    await record(session, event, sequence=row.version)
    return row
