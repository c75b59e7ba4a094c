"""Pupils, tutors, and the names behind the pseudonyms."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from center import queries
from center.domain.person import PupilLine
from center.operations.people import NewPupil, assign_tutors, register_pupils, register_tutor
from center.schemas import AssignedOut, AssignmentsIn, Created, CreatedList, NamesOut, PupilsIn, TutorIn
from chassis.auth import Principal, require
from chassis.errors import DomainError, FieldError
from chassis.http.unit import UnitRoute, session
from chassis.logs import logger

log = logger("people")
router = APIRouter(route_class=UnitRoute, tags=["people"])

Session = Annotated[AsyncSession, Depends(session)]
Operator = Annotated[Principal, Depends(require("operator", "administrator"))]
Reader = Annotated[Principal, Depends(require("operator", "administrator", "coordinator", "tutor"))]

NAMES_MAX = 200


@router.post("/pupils", status_code=201)
async def post_pupils(body: PupilsIn, _: Operator, current: Session) -> CreatedList:
    """Register a list of pupils, whole or not at all; ids in the order of the list."""
    pupils = [
        NewPupil(PupilLine(**one.model_dump(exclude={"home_organization_id"})), one.home_organization_id)
        for one in body.pupils
    ]
    return CreatedList(ids=await register_pupils(current, pupils))


@router.post("/tutors", status_code=201)
async def post_tutor(body: TutorIn, _: Operator, current: Session) -> Created:
    """Register a tutor."""
    return Created(id=await register_tutor(current, body.full_name, body.organization_id))


@router.post("/tutor-assignments")
async def post_assignments(body: AssignmentsIn, _: Operator, current: Session) -> AssignedOut:
    """Make each pair the current one; the former tutor of a pupil is released."""
    result = await assign_tutors(current, [(one.tutor_id, one.pupil_id) for one in body.assignments])
    return AssignedOut(assigned=result.assigned, unchanged=result.unchanged)


@router.get("/names")
async def get_names(who: Reader, current: Session, ids: Annotated[list[str], Query()]) -> NamesOut:
    """Names by id (repeated, or joined by commas; at most 200), as far as the viewer's rights go."""
    asked = _ids(ids)
    if who.has("operator", "administrator"):
        names = await queries.names_for_all(current, asked)
    else:
        names = await queries.names_for(current, asked, who.organization_id, who.person_id)
    log.info("names.read", account_id=str(who.account_id), asked=len(asked), shown=len(names))
    return NamesOut(names=names)


def _ids(texts: list[str]) -> set[UUID]:
    parts = [part for text in texts for part in text.split(",") if part]
    try:
        if len(parts) > NAMES_MAX:
            raise ValueError(len(parts))
        return {UUID(part) for part in parts}
    except ValueError as error:
        problem = FieldError("ids", f"Нужны UUID, не больше {NAMES_MAX}.", "Разделите запрос на части.")
        raise DomainError("Список идентификаторов не принят.", code="names.refused", errors=(problem,)) from error
