"""Results of a half-year: the host issues them, the home school recognises or returns them with a coded reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import DomainError, FieldError
from chassis.outbox import record
from contracts.enrollment import ResultIssued, ResultRecognized, ResultReturned
from enrollment.domain.half_years import WEEKS, half_year_days
from enrollment.domain.placement import PlacementState
from enrollment.domain.results import (
    FAILED,
    MARKS,
    PASSED,
    ResultAction,
    ResultState,
    ReturnReason,
    check_mark,
    next_result_state,
)
from enrollment.events import result_event
from enrollment.operations.codes import code_of, require_version
from enrollment.queries.attendance import attendance_of
from enrollment.tables import Offer, Placement, Result

WORDS = {"pass": PASSED, "fail": FAILED}  # the contract's codes of a course without marks
GRADED_LEVELS = ("base", "advanced")


class WrongResult(DomainError):
    """The result cannot be issued; every reason is named."""

    code = "result.refused"


@dataclass(frozen=True, slots=True)
class ResultGiven:
    """A result as the host tells it; hours that are not given are counted from the plan and the lessons."""

    placement_id: UUID
    half_year: str
    mark: str
    hours_planned: Decimal | None = None
    hours_attended: Decimal | None = None


async def issue_results(
    session: AsyncSession, host_id: UUID, results: Sequence[ResultGiven], *, in_batch: bool = True
) -> list[tuple[Result, Placement, bool]]:
    """Issue the results, all or none; each comes back with whether it is new.

    The same result again changes nothing, a returned one is issued anew. WrongResult names what cannot be issued;
    Conflict `result.wrong_state` when another mark stands already.
    """
    placed = await _placements(session, host_id, {one.placement_id for one in results})
    errors = [
        error
        for place, one in enumerate(results)
        for error in _faults(one, placed, f"results[{place}]." if in_batch else "")
    ]
    if errors:
        raise WrongResult("Результат не принят.", errors=tuple(errors[:50]))
    return [await _issue(session, one, *placed[one.placement_id]) for one in results]


async def recognize_result(session: AsyncSession, result: Result, placement: Placement, version: int) -> None:
    """The home school accepts the result and counts it (зачёт результатов)."""
    require_version(result.version, version)
    accepted = next_result_state(ResultState(result.status), ResultAction.ACCEPT)
    result.status = next_result_state(accepted, ResultAction.RECOGNIZE)
    await session.flush()
    await record(session, ResultRecognized(**result_event(result, placement)), sequence=result.version)


async def return_result(
    session: AsyncSession, result: Result, placement: Placement, version: int, reason_code: str
) -> None:
    """The home school sends the result back with a coded reason."""
    require_version(result.version, version)
    reason = code_of(ReturnReason, reason_code, "reason_code")
    result.status = next_result_state(ResultState(result.status), ResultAction.RETURN)
    result.reason_code = reason
    await session.flush()
    await record(session, ResultReturned(**result_event(result, placement)), sequence=result.version)


async def _issue(
    session: AsyncSession, given: ResultGiven, placement: Placement, offer: Offer
) -> tuple[Result, Placement, bool]:
    result = await session.scalar(
        select(Result).where(Result.placement_id == placement.id, Result.half_year == given.half_year)
    )
    if result is not None and result.status != ResultState.RETURNED and _says_the_same(result, given):
        return result, placement, False
    hours = await _hours(session, given, placement, offer)
    if result is None:
        result = Result(placement_id=placement.id, half_year=given.half_year, status=ResultState.ISSUED)
        session.add(result)
    else:
        result.status = next_result_state(ResultState(result.status), ResultAction.REISSUE)
    result.mark, result.reason_code = given.mark, None
    result.hours_planned, result.hours_attended = hours
    await session.flush()
    await record(session, ResultIssued(**result_event(result, placement)), sequence=result.version)
    return result, placement, True


def _says_the_same(result: Result, given: ResultGiven) -> bool:
    """Hours that are not given are those of the day when the result was issued."""
    return (
        result.mark == given.mark
        and given.hours_planned in (None, result.hours_planned)
        and given.hours_attended in (None, result.hours_attended)
    )


async def _hours(
    session: AsyncSession, given: ResultGiven, placement: Placement, offer: Offer
) -> tuple[Decimal, Decimal]:
    """Hours planned and attended: as given, else from the weekly hours and from the journal."""
    planned = given.hours_planned if given.hours_planned is not None else offer.hours_per_week * WEEKS
    if given.hours_attended is not None:
        return planned, given.hours_attended
    summary = await attendance_of(session, placement.pupil_id, offer.id, given.half_year)
    return planned, summary.hours_attended


def _faults(given: ResultGiven, placed: Mapping[UUID, tuple[Placement, Offer]], prefix: str) -> list[FieldError]:
    if given.placement_id not in placed:
        message = "Подтверждённого места с таким номером у вашей организации нет."
        return [FieldError(f"{prefix}placement_id", message, "Проверьте номер заявки.")]
    half_year_days(given.half_year)
    _, offer = placed[given.placement_id]
    is_graded = given.mark in MARKS or offer.level in GRADED_LEVELS
    found = check_mark(WORDS.get(given.mark, given.mark), is_graded=is_graded, field=f"{prefix}mark")
    if found is None or is_graded:
        return [found] if found else []
    return [FieldError(found.field, found.message, f"Выберите: {', '.join((*MARKS, *WORDS))}.")]


async def _placements(
    session: AsyncSession, host_id: UUID, placement_ids: set[UUID]
) -> dict[UUID, tuple[Placement, Offer]]:
    rows = await session.execute(
        select(Placement, Offer)
        .join(Offer, Offer.id == Placement.offer_id)
        .where(
            Placement.id.in_(placement_ids),
            Placement.host_organization_id == host_id,
            Placement.status == PlacementState.CONFIRMED,
        )
        .order_by(Placement.id)
        .with_for_update(of=Placement)  # two senders of the same result come one after the other
    )
    return {placement.id: (placement, offer) for placement, offer in rows}
