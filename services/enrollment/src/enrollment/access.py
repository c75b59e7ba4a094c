"""Who may call what, by role; the relation to the row is asked by each operation."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal, require, signed_in
from chassis.http.unit import session

Session = Annotated[AsyncSession, Depends(session)]
SignedIn = Annotated[Principal, Depends(signed_in)]
PupilOnly = Annotated[Principal, Depends(require("pupil"))]
TutorOnly = Annotated[Principal, Depends(require("tutor"))]
Coordinator = Annotated[Principal, Depends(require("coordinator"))]
Teacher = Annotated[Principal, Depends(require("coordinator", "teacher"))]
TutorOrCoordinator = Annotated[Principal, Depends(require("tutor", "coordinator"))]
PupilOrCoordinator = Annotated[Principal, Depends(require("pupil", "coordinator"))]
PlanReader = Annotated[Principal, Depends(require("pupil", "tutor", "coordinator"))]
SeatReader = Annotated[Principal, Depends(require("pupil", "tutor", "coordinator", "teacher"))]
Overseer = Annotated[Principal, Depends(require("operator", "head", "department", "administrator"))]
WishReader = Annotated[Principal, Depends(require("operator", "head", "department", "administrator", "coordinator"))]
RequestReader = Annotated[
    Principal,
    Depends(require("tutor", "coordinator", "teacher", "operator", "head", "department", "administrator")),
]
