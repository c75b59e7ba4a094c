"""Accounts: what a login and a password look like, which roles go together with what, and who may give which role."""

import re
from collections.abc import Collection, Iterable
from enum import StrEnum

from chassis.errors import FieldError

LOGIN_PATTERN = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{1,62}[a-z0-9])")
PASSWORD_CHARACTERS_MIN = 10
PASSWORD_CHARACTERS_MAX = 200  # hashing costs by length: the bound keeps a sign-in from becoming work for an attacker


class Role(StrEnum):
    """What an account may do; guests have none."""

    PUPIL = "pupil"
    GUARDIAN = "guardian"
    TUTOR = "tutor"
    TEACHER = "teacher"
    COORDINATOR = "coordinator"
    ACCOUNTANT = "accountant"
    OPERATOR = "operator"
    HEAD = "head"
    DEPARTMENT = "department"
    ADMINISTRATOR = "administrator"


ROLE_TITLES = {
    Role.PUPIL: "ученик",
    Role.GUARDIAN: "родитель",
    Role.TUTOR: "тьютор",
    Role.TEACHER: "педагог",
    Role.COORDINATOR: "координатор организации",
    Role.ACCOUNTANT: "бухгалтер",
    Role.OPERATOR: "оператор центра",
    Role.HEAD: "руководитель центра",
    Role.DEPARTMENT: "департамент образования",
    Role.ADMINISTRATOR: "администратор",
}
ACTS_FOR_ORGANIZATION = frozenset({Role.COORDINATOR, Role.ACCOUNTANT, Role.TEACHER})
GIVEN_BY_ADMINISTRATOR_ALONE = frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.HEAD, Role.DEPARTMENT})
PERSON_KIND = {Role.PUPIL: "pupil", Role.TUTOR: "tutor"}


class PersonKind(StrEnum):
    """Why the platform knows a person."""

    PUPIL = "pupil"
    TUTOR = "tutor"
    STAFF = "staff"


def normal_login(text: str) -> str:
    """Logins are compared without case and without blanks around them."""
    return text.strip().lower()


def check_account(
    login: str, password: str, roles: Collection[str], *, has_organization: bool, person_kind: str | None
) -> tuple[FieldError, ...]:
    """Everything wrong with a new account; `person_kind` is None where no person was named."""
    known = {Role(role) for role in roles if role in set(Role)}
    found: list[FieldError] = []
    if not LOGIN_PATTERN.fullmatch(login):
        found.append(
            FieldError("login", "Логин — от 3 до 64 латинских букв, цифр и знаков . _ @ -.", "Например: ivanova.gyda.")
        )
    if not PASSWORD_CHARACTERS_MIN <= len(password) <= PASSWORD_CHARACTERS_MAX:
        bounds = f"от {PASSWORD_CHARACTERS_MIN} до {PASSWORD_CHARACTERS_MAX} знаков"
        found.append(FieldError("password", f"Пароль — {bounds}.", "Возьмите фразу из нескольких слов."))
    if not roles:
        found.append(FieldError("roles", "Не указана роль.", "Назовите хотя бы одну роль."))
    found += [
        FieldError("roles", f"Роли «{role[:40]}» нет.", f"Возможные роли: {', '.join(Role)}.")
        for role in roles
        if role not in set(Role)
    ]
    found += _check_relations(known, has_organization=has_organization, person_kind=person_kind)
    return tuple(found)


def _check_relations(
    roles: Collection[Role], *, has_organization: bool, person_kind: str | None
) -> Iterable[FieldError]:
    if ACTS_FOR_ORGANIZATION & set(roles) and not has_organization:
        yield FieldError(
            "organization_id", "Эта роль действует от имени организации.", "Назовите организацию из списка сети."
        )
    for role, kind in PERSON_KIND.items():
        if role in roles and person_kind != kind:
            yield FieldError(
                "person_id",
                f"Роли «{ROLE_TITLES[role]}» нужен человек, которого платформа знает в этом качестве.",
                "Сначала зарегистрируйте его, затем укажите выданный идентификатор.",
            )


def may_give(giver_roles: Collection[str], roles: Collection[str]) -> bool:
    """Whether the giver may hand out these roles: those that see the whole network come from an administrator alone."""
    if Role.ADMINISTRATOR in giver_roles:
        return True
    return Role.OPERATOR in giver_roles and GIVEN_BY_ADMINISTRATOR_ALONE.isdisjoint(roles)
