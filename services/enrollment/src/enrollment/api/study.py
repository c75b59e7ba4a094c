"""Lessons, results and wishes over JSON."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.http.unit import UnitRoute
from enrollment.access import Coordinator, PupilOnly, SeatReader, Session, Teacher, WishReader
from enrollment.domain.topics import TOPICS
from enrollment.operations.lessons import LessonGiven, deliver_lessons
from enrollment.operations.results import ResultGiven, issue_results, recognize_result, return_result
from enrollment.operations.wishes import WishGiven, express_wish
from enrollment.queries.results import ResultView, find_result, list_results, result_view
from enrollment.queries.wishes import OwnWish, TopicCount, own_wish, top_topics
from enrollment.schemas import LessonBatch, LessonIn, ResultBatch, ResultIn, ReturnIn, Versioned, WishIn
from enrollment.sides import acting_as, acting_for, as_home

if TYPE_CHECKING:
    from enrollment.tables import Lesson

router = APIRouter(prefix="/api/v1", route_class=UnitRoute)


@dataclass(frozen=True, slots=True)
class LessonView:
    """A lesson as it was taken, with the accepted hours of each pupil."""

    lesson_id: UUID
    offer_id: UUID
    host_organization_id: UUID
    delivered_on: date
    hours: Decimal
    tariff_code: str | None
    attendances: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class LessonsTaken:
    """What became of a batch of lessons."""

    taken: int
    repeated: int
    lesson_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ResultsIssued:
    """What became of a batch of results."""

    issued: int
    repeated: int
    results: tuple[ResultView, ...]


@router.post("/lessons", status_code=201, tags=["lessons"])
async def post_lesson(body: LessonIn, who: Teacher, current: Session, response: Response) -> LessonView:
    """Take a lesson of the own offer; the same lesson again gets the same answer with status 200."""
    ((lesson, is_new),) = await deliver_lessons(current, acting_for(who), [_given(body)], in_batch=False)
    response.status_code = 201 if is_new else 200
    return _lesson(lesson)


@router.post("/lesson-batches", tags=["lessons"])
async def post_lessons(body: LessonBatch, who: Teacher, current: Session) -> LessonsTaken:
    """Take up to 200 lessons, all or none."""
    taken = await deliver_lessons(current, acting_for(who), [_given(one) for one in body.lessons])
    new = sum(is_new for _, is_new in taken)
    return LessonsTaken(new, len(taken) - new, tuple(lesson.id for lesson, _ in taken))


@router.get("/results", tags=["results"])
async def get_results(
    who: SeatReader,
    current: Session,
    status: Annotated[str | None, Query(max_length=20)] = None,
    half_year: Annotated[str | None, Query(max_length=10)] = None,
) -> tuple[ResultView, ...]:
    """Results on the own side."""
    return await list_results(current, who, status=status, half_year=half_year)


@router.post("/results", status_code=201, tags=["results"])
async def post_result(body: ResultIn, who: Teacher, current: Session, response: Response) -> ResultView:
    """Issue a result, or issue a returned one anew; the same result again gets the same answer with status 200."""
    given = ResultGiven(**body.model_dump())
    ((result, placement, is_new),) = await issue_results(current, acting_for(who), [given], in_batch=False)
    response.status_code = 201 if is_new else 200
    return result_view(result, placement)


@router.post("/result-batches", tags=["results"])
async def post_results(body: ResultBatch, who: Teacher, current: Session) -> ResultsIssued:
    """Issue up to 200 results, all or none."""
    given = [ResultGiven(**one.model_dump()) for one in body.results]
    issued = await issue_results(current, acting_for(who), given)
    new = sum(is_new for _, _, is_new in issued)
    views = tuple(result_view(result, placement) for result, placement, _ in issued)
    return ResultsIssued(new, len(issued) - new, views)


@router.post("/results/{result_id}/recognition", tags=["results"])
async def post_recognition(result_id: UUID, body: Versioned, who: Coordinator, current: Session) -> ResultView:
    """The home school recognises the result (зачёт результатов)."""
    result, placement = await find_result(current, result_id, as_home(who))
    await recognize_result(current, result, placement, body.version)
    return result_view(result, placement)


@router.post("/results/{result_id}/return", tags=["results"])
async def post_result_return(result_id: UUID, body: ReturnIn, who: Coordinator, current: Session) -> ResultView:
    """The home school returns the result with a coded reason."""
    result, placement = await find_result(current, result_id, as_home(who))
    await return_result(current, result, placement, body.version, body.reason_code)
    return result_view(result, placement)


@router.get("/wishes/topics", tags=["wishes"])
async def get_topics() -> dict[str, str]:
    """Codes of topics with their titles."""
    return TOPICS


@router.post("/wishes", status_code=201, tags=["wishes"])
async def post_wish(body: WishIn, who: PupilOnly, current: Session, response: Response) -> OwnWish:
    """Say what one would like to learn; the same wish again only changes its comment, with status 200."""
    wish, is_new = await express_wish(current, acting_as(who), WishGiven(**body.model_dump()))
    response.status_code = 201 if is_new else 200
    return own_wish(wish)


@router.get("/wishes/top", tags=["wishes"])
async def get_top(who: WishReader, current: Session) -> tuple[TopicCount, ...]:
    """Topics by the number of pupils who wish for them."""
    return await top_topics(current)


def _given(body: LessonIn) -> LessonGiven:
    attendances = tuple((one.pupil_id, one.status) for one in body.attendances)
    return LessonGiven(body.lesson_id, body.offer_id, body.delivered_on, body.hours, attendances)


def _lesson(lesson: "Lesson") -> LessonView:
    return LessonView(
        lesson.id,
        lesson.offer_id,
        lesson.host_organization_id,
        lesson.delivered_on,
        lesson.hours,
        lesson.tariff_code,
        tuple(lesson.attendances),
    )
