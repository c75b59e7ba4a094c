"""People: names go into one table, events carry only random ids."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from center.domain.account import PersonKind
from center.domain.person import PupilLine, check_full_name, check_pupils
from center.tables import Employment, Organization, Person, Pupil, TutorAssignment
from chassis.errors import DomainError, FieldError
from chassis.outbox import record
from contracts.center import PupilRegistered, TutorAssigned


class PeopleRefused(DomainError):
    """A list of people has faults; nothing of it was taken."""

    code = "people.refused"


@dataclass(frozen=True, slots=True)
class NewPupil:
    """A line of the list with its school."""

    line: PupilLine
    home_organization_id: UUID


@dataclass(frozen=True, slots=True)
class Assigned:
    """How many assignments are new, and how many stood already."""

    assigned: int
    unchanged: int


async def register_pupils(session: AsyncSession, pupils: Sequence[NewPupil]) -> list[UUID]:
    """Register a list, whole or not at all; ids in the order of the list. Raises PeopleRefused."""
    errors = list(check_pupils(one.line for one in pupils))
    schools = await _base_organizations(session, {one.home_organization_id for one in pupils})
    errors += [
        FieldError(f"pupils[{place}].home_organization_id", "Такой школы в сети нет.", "Возьмите базовую организацию.")
        for place, one in enumerate(pupils)
        if one.home_organization_id not in schools
    ]
    if errors:
        raise PeopleRefused("Список учеников не принят.", errors=tuple(errors[:100]))
    # drawn here, at random: an id from the database's clock would give away the order of the list
    ids = [uuid4() for _ in pupils]
    people = [
        {"id": person_id, "full_name": " ".join(one.line.full_name.split()), "kind": PersonKind.PUPIL}
        for person_id, one in zip(ids, pupils, strict=True)
    ]
    rows = [
        {
            "person_id": person_id,
            "version": 1,
            "home_organization_id": one.home_organization_id,
            "grade": one.line.grade,
            "cohort_year": one.line.cohort_year,
            "residence": one.line.residence.strip(),
            "enrolled_on": one.line.enrolled_on,
        }
        for person_id, one in zip(ids, pupils, strict=True)
    ]
    if rows:
        await session.execute(insert(Person), people)
        await session.execute(insert(Pupil), rows)
    for row in rows:
        state = {name: value for name, value in row.items() if name not in ("person_id", "version")}
        await record(session, PupilRegistered(pupil_id=row["person_id"], **state), sequence=1)
    return ids


async def register_tutor(session: AsyncSession, full_name: str, organization_id: UUID) -> UUID:
    """A tutor of an organisation; raises PeopleRefused."""
    errors = [error for error in (check_full_name(full_name, "full_name"),) if error]
    if await session.get(Organization, organization_id) is None:
        errors.append(FieldError("organization_id", "Такой организации нет.", "Возьмите её из списка сети."))
    if errors:
        raise PeopleRefused("Тьютор не зарегистрирован.", errors=tuple(errors))
    return await add_employee(session, full_name, organization_id, PersonKind.TUTOR)


async def add_employee(session: AsyncSession, full_name: str, organization_id: UUID | None, kind: PersonKind) -> UUID:
    """A tutor or another employee, checked already; `organization_id` is None for who works for the whole network."""
    person = Person(id=uuid4(), full_name=" ".join(full_name.split()), kind=kind)
    session.add(person)
    await session.flush()
    if organization_id is not None:
        session.add(Employment(person_id=person.id, organization_id=organization_id))
        await session.flush()
    return person.id


async def assign_tutors(session: AsyncSession, assignments: Sequence[tuple[UUID, UUID]]) -> Assigned:
    """Make each (tutor, pupil) pair the current one; the former tutor is released. Raises PeopleRefused."""
    wanted = {pupil_id: tutor_id for tutor_id, pupil_id in assignments}
    await _check_assignments(session, assignments)
    # in one order, so that two lists with common pupils wait for each other instead of locking each other out
    rows = select(Pupil.person_id).where(Pupil.person_id.in_(wanted)).order_by(Pupil.person_id).with_for_update()
    await session.execute(rows)
    current = select(TutorAssignment.pupil_id, TutorAssignment.tutor_id).where(
        TutorAssignment.pupil_id.in_(wanted), TutorAssignment.released_at.is_(None)
    )
    standing = {row.pupil_id: row.tutor_id for row in await session.execute(current)}
    changing = {pupil: tutor for pupil, tutor in wanted.items() if standing.get(pupil) != tutor}
    if changing:
        await _assign(session, changing)
    return Assigned(len(changing), len(wanted) - len(changing))


async def _assign(session: AsyncSession, changing: dict[UUID, UUID]) -> None:
    await session.execute(
        update(TutorAssignment)
        .where(TutorAssignment.pupil_id.in_(changing), TutorAssignment.released_at.is_(None))
        .values(released_at=func.now())
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        insert(TutorAssignment), [{"pupil_id": pupil, "tutor_id": tutor} for pupil, tutor in changing.items()]
    )
    versions = await session.execute(
        update(Pupil)
        .where(Pupil.person_id.in_(changing))
        .values(version=Pupil.version + 1)
        .returning(Pupil.person_id, Pupil.version, Pupil.home_organization_id)
        .execution_options(synchronize_session=False)
    )
    for pupil_id, version, home in versions.all():
        event = TutorAssigned(pupil_id=pupil_id, tutor_id=changing[pupil_id], home_organization_id=home)
        await record(session, event, sequence=version)


async def _check_assignments(session: AsyncSession, assignments: Sequence[tuple[UUID, UUID]]) -> None:
    ids = {one for pair in assignments for one in pair}
    kinds = {
        row.id: row.kind for row in await session.execute(select(Person.id, Person.kind).where(Person.id.in_(ids)))
    }
    errors: list[FieldError] = []
    seen: set[UUID] = set()
    for place, (tutor_id, pupil_id) in enumerate(assignments):
        at = f"assignments[{place}]"
        if kinds.get(tutor_id) != PersonKind.TUTOR:
            errors.append(FieldError(f"{at}.tutor_id", "Такого тьютора нет.", "Сначала зарегистрируйте его."))
        if kinds.get(pupil_id) != PersonKind.PUPIL:
            errors.append(FieldError(f"{at}.pupil_id", "Такого ученика нет.", "Сначала зарегистрируйте его."))
        if pupil_id in seen:
            errors.append(FieldError(f"{at}.pupil_id", "Ученик назван дважды.", "Оставьте одного тьютора."))
        seen.add(pupil_id)
    if errors:
        raise PeopleRefused("Назначения не приняты.", errors=tuple(errors[:100]))


async def _base_organizations(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    query = select(Organization.id).where(
        Organization.id.in_(ids), Organization.active, Organization.network_roles.contains(["base"])
    )
    return set(await session.scalars(query))
