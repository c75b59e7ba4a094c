"""Accounts: made by whoever may give the roles, shut with every browser that is signed in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from center.adapters.passwords import Passwords
from center.domain.account import PersonKind, Role, check_account, may_give, normal_login
from center.domain.person import NAME_CHARACTERS_MAX
from center.operations.people import add_employee
from center.tables import Account, BrowserSession, Organization, Person
from chassis.errors import Conflict, DomainError, FieldError, Forbidden, NotFound
from chassis.logs import logger

log = logger("accounts")

ADMINISTRATOR_LOGIN = "admin"


class AccountRefused(DomainError):
    """The account has faults."""

    code = "account.refused"


class LoginTaken(Conflict):
    """The login belongs to somebody."""

    code = "account.login_taken"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account is made of; without a person, an employee of this name is registered for it."""

    login: str
    password: str
    roles: Sequence[str]
    organization_id: UUID | None
    person_id: UUID | None
    name: str


async def create_account(
    session: AsyncSession, passwords: Passwords, new: NewAccount, *, giver_roles: Collection[str]
) -> UUID:
    """Make an account; raises AccountRefused, LoginTaken, Forbidden."""
    login = normal_login(new.login)
    person = await session.get(Person, new.person_id) if new.person_id else None
    errors = check_account(
        login,
        new.password,
        new.roles,
        has_organization=new.organization_id is not None,
        person_kind=person.kind if person else None,
    )
    if new.person_id and person is None:
        errors += (FieldError("person_id", "Такого человека платформа не знает.", "Проверьте идентификатор."),)
    if person is None and not 2 <= len(new.name.strip()) <= NAME_CHARACTERS_MAX:
        errors += (FieldError("name", "Нет имени.", "Впишите имя: его увидят в шапке страниц."),)
    if new.organization_id and await session.get(Organization, new.organization_id) is None:
        errors += (FieldError("organization_id", "Такой организации нет.", "Возьмите её из списка сети."),)
    if errors:
        raise AccountRefused("Учётная запись не создана.", errors=errors)
    if not may_give(giver_roles, new.roles):
        raise Forbidden("Роли центра и администратора выдаёт только администратор.")
    if await session.scalar(select(Account.id).where(Account.login == login)):
        raise LoginTaken("Такой логин уже есть.", errors=(FieldError("login", "Логин занят.", "Возьмите другой."),))
    person_id = person.id if person else await add_employee(session, new.name, new.organization_id, PersonKind.STAFF)
    account = Account(
        id=uuid4(),
        login=login,
        password_hash=await passwords.hash(new.password),
        roles=sorted(set(new.roles)),
        organization_id=new.organization_id,
        person_id=person_id,
    )
    session.add(account)
    try:
        await session.flush()
    except IntegrityError as error:  # somebody took the login between our look and our write
        raise LoginTaken("Такой логин только что заняли.") from error
    log.info("account.created", account_id=str(account.id), roles=account.roles)
    return account.id


async def disable_account(session: AsyncSession, account_id: UUID, *, giver_roles: Collection[str]) -> None:
    """Let nobody in with it any more; tokens that are out end within five minutes. Raises NotFound, Forbidden."""
    account = await session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise NotFound("Такой учётной записи нет.")
    if not may_give(giver_roles, account.roles):
        raise Forbidden("Учётные записи центра и администратора закрывает только администратор.")
    account.disabled = True
    await session.execute(delete(BrowserSession).where(BrowserSession.account_id == account_id))
    await session.flush()
    log.info("account.disabled", account_id=str(account_id))


async def create_administrator(session: AsyncSession, passwords: Passwords, password: str) -> bool:
    """Make the account `admin` where there is none, with this first password; tells whether it was made."""
    if await session.scalar(select(Account.id).where(Account.login == ADMINISTRATOR_LOGIN)):
        return False
    person = Person(id=uuid4(), full_name="Администратор платформы", kind=PersonKind.STAFF)
    session.add(person)
    await session.flush()
    made = await session.scalar(
        insert(Account)
        .values(
            id=uuid4(),
            login=ADMINISTRATOR_LOGIN,
            password_hash=await passwords.hash(password),
            roles=[Role.ADMINISTRATOR],
            person_id=person.id,
            disabled=False,
        )
        .on_conflict_do_nothing()
        .returning(Account.id)
    )
    if made is None:  # another process was faster
        await session.delete(person)
    return made is not None
