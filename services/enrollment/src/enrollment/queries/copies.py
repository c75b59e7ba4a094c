"""Reads of what center has told: schools and pupils."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from enrollment.tables import Organization, Pupil, TutorAssignment


async def find_pupil(session: AsyncSession, pupil_id: UUID, *, lock: bool = False) -> Pupil:
    """The pupil, locked for a change of what is the pupil's; raises NotFound while center's event has not come."""
    pupil = await session.get(Pupil, pupil_id, with_for_update=lock or None)
    if pupil is None:
        raise NotFound("Такого ученика здесь пока нет. Повторите через минуту.", code="pupil.unknown")
    return pupil


async def find_school(session: AsyncSession, organization_id: UUID) -> Organization:
    """The home school; raises NotFound while center's event has not come."""
    school = await session.get(Organization, organization_id)
    if school is None:
        raise NotFound("Такой организации здесь пока нет. Повторите через минуту.", code="organization.unknown")
    return school


async def tutor_of(session: AsyncSession, pupil_id: UUID) -> UUID | None:
    """Who accompanies the pupil now."""
    return await session.scalar(select(TutorAssignment.tutor_id).where(TutorAssignment.pupil_id == pupil_id))


async def organization_names(session: AsyncSession) -> dict[UUID, str]:
    """Short names of all organisations, for pages."""
    return {row.id: row.short_name for row in await session.scalars(select(Organization))}
