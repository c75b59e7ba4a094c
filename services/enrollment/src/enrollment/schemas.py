"""HTTP bodies that come in; answers are the frozen views of `queries`."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from enrollment.operations.wishes import COMMENT_CHARACTERS_MAX, SETTLEMENT_CHARACTERS_MAX

BATCH_MAX = 200
Code = Annotated[str, Field(min_length=1, max_length=60)]
Hours = Annotated[Decimal, Field(ge=0, le=1500, max_digits=6, decimal_places=2)]


class Body(BaseModel):
    """A body in which an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid")


class WishIn(Body):
    """A wish; the comment is read by the centre and never sent on."""

    topic_code: Code
    level: Code
    settlement: str | None = Field(default=None, max_length=SETTLEMENT_CHARACTERS_MAX)
    comment: str = Field(default="", max_length=COMMENT_CHARACTERS_MAX)


class PlanIn(Body):
    """What a plan is built from."""

    profile: Code
    offer_ids: list[UUID] = Field(default_factory=list, max_length=50)


class RepairIn(Body):
    """A repair of a finding, as the evaluation named it."""

    rule_id: Code
    label: str = Field(max_length=400)


class PlanChange(Body):
    """A change by hand; parts that are left out stay as they are."""

    version: int
    profile: Code | None = None
    add_offer_id: UUID | None = None
    remove_offer_id: UUID | None = None
    repair: RepairIn | None = None


class Versioned(Body):
    """A step on a row; `version` is the one that the caller has seen."""

    version: int


class ApprovalIn(Versioned):
    """The home school's approval; `approved_on` is the business date."""

    approved_on: date


class ReturnIn(Versioned):
    """A return with its coded reason."""

    reason_code: Code


class DeclineIn(Body):
    """A refusal with its coded reason."""

    reason_code: Code


class AttendanceIn(Body):
    """One pupil at a lesson: present (or attended), remote, late, excused, absent."""

    pupil_id: UUID
    status: Code


class LessonIn(Body):
    """A lesson that was given; its id makes a repetition harmless."""

    lesson_id: UUID | None = None
    offer_id: UUID
    delivered_on: date
    hours: Annotated[Decimal, Field(gt=0, le=12, max_digits=4, decimal_places=2)]
    attendances: list[AttendanceIn] = Field(min_length=1, max_length=500)


class LessonBatch(Body):
    """Lessons that are taken all or none."""

    lessons: list[LessonIn] = Field(min_length=1, max_length=BATCH_MAX)


class ResultIn(Body):
    """A result of a half-year; hours that are left out are counted."""

    placement_id: UUID
    half_year: Code
    mark: Code
    hours_planned: Hours | None = None
    hours_attended: Hours | None = None


class ResultBatch(Body):
    """Results that are issued all or none."""

    results: list[ResultIn] = Field(min_length=1, max_length=BATCH_MAX)
