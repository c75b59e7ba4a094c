"""The lessons of the first half-year, who came to them, and the marks that follow."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random

from embedded.demo.world.model import Lesson, Offer, Presence, Result, SeatRequest
from embedded.demo.world.school_year import HALF_YEAR_END, RESULTS_DAY, study_days
from enrollment.domain.attendance import AttendanceStatus, accepted_hours

HALF_YEAR = "2026-H1"
CANCELLED_SHARE = 0.02
OFTEN_ABSENT_SHARE = 0.07
DOUBLE_MINUTES_MIN = 70
ATTENDS, ATTENDS_SELDOM = 0.94, 0.58


def make_lessons(rng: Random, offers: Sequence[Offer], requests: Sequence[SeatRequest]) -> tuple[Lesson, ...]:
    """Every lesson from the start of the courses to the end of the half-year, day by day."""
    members: Mapping[str, list[SeatRequest]] = _members(requests)
    pupils = sorted({request.pupil_key for request in requests})
    habit = {key: ATTENDS_SELDOM if rng.random() < OFTEN_ABSENT_SHARE else ATTENDS for key in pupils}
    lessons = [lesson for offer in offers for lesson in _lessons_of(rng, offer, members.get(offer.key, []), habit)]
    return tuple(sorted(lessons, key=lambda lesson: (lesson.day, lesson.start, lesson.key)))


def _members(requests: Sequence[SeatRequest]) -> dict[str, list[SeatRequest]]:
    members: dict[str, list[SeatRequest]] = defaultdict(list)
    for request in requests:
        if request.attends_from is not None:
            members[request.offer_key].append(request)
    return members


def _lessons_of(
    rng: Random, offer: Offer, members: Sequence[SeatRequest], habit: Mapping[str, float]
) -> Iterator[Lesson]:
    if not members:
        return
    for day in study_days(offer.term_start, min(offer.term_end, HALF_YEAR_END)):
        for weekday, start, end in offer.slots:
            if weekday != day.isoweekday():
                continue
            key = f"{offer.key}-{day:%m%d}"
            hours = Decimal(2 if _minutes(end) - _minutes(start) >= DOUBLE_MINUTES_MIN else 1)
            if rng.random() < CANCELLED_SHARE:
                reason = rng.choice(("teacher_ill", "no_link", "weather"))
                yield Lesson(key, offer.key, day, start, end, hours, cancel_reason=reason)
                continue
            present = tuple(
                _presence(rng, request.pupil_key, hours, habit[request.pupil_key], offer.mode)
                for request in members
                if _attends(request, day)
            )
            yield Lesson(key, offer.key, day, start, end, hours, present)


def _attends(request: SeatRequest, day: date) -> bool:
    first, last = request.attends_from, request.attends_until
    return first is not None and first <= day and (last is None or day <= last)


def _presence(rng: Random, pupil_key: str, hours: Decimal, share: float, mode: str) -> Presence:
    if rng.random() < share:
        odd = AttendanceStatus.REMOTE if mode != "online" else AttendanceStatus.LATE
        status = odd if rng.random() < 0.04 else AttendanceStatus.PRESENT
    else:
        status = AttendanceStatus.EXCUSED if rng.random() < 0.6 else AttendanceStatus.ABSENT
    return Presence(pupil_key, status.value, accepted_hours(status, hours))


def _minutes(moment: str) -> int:
    hour, minute = moment.split(":")
    return int(hour) * 60 + int(minute)


def make_results(
    rng: Random, offers: Sequence[Offer], requests: Sequence[SeatRequest], lessons: Sequence[Lesson]
) -> tuple[Result, ...]:
    """One mark for each pupil and course of the half-year; who gave the seat back gets none."""
    by_key = {offer.key: offer for offer in offers}
    planned: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    attended: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for lesson in lessons:
        for presence in lesson.presences:
            planned[presence.pupil_key, lesson.offer_key] += lesson.hours
            attended[presence.pupil_key, lesson.offer_key] += presence.accepted_hours
    results: list[Result] = []
    for request in requests:
        place = (request.pupil_key, request.offer_key)
        if request.state not in ("confirmed", "promoted") or not planned[place]:
            continue
        is_graded = by_key[request.offer_key].level == "advanced"
        share = attended[place] / planned[place]
        state, reason = _fate(rng)
        results.append(
            Result(
                pupil_key=request.pupil_key,
                offer_key=request.offer_key,
                half_year=HALF_YEAR,
                mark=_mark(rng, share, is_graded=is_graded),
                hours_planned=planned[place],
                hours_attended=attended[place],
                issued_on=RESULTS_DAY,
                state=state,
                return_reason=reason,
            )
        )
    return tuple(results)


def _mark(rng: Random, share: Decimal, *, is_graded: bool) -> str:
    if not is_graded:
        return "pass" if share >= Decimal("0.5") else "fail"
    if share < Decimal("0.45"):
        return "2"
    weights = (4, 4, 1) if share < Decimal("0.75") else (1, 5, 4)
    return rng.choices(("3", "4", "5"), weights)[0]


def _fate(rng: Random) -> tuple[str, str | None]:
    """Most results are recognised, some wait for the home school, a few come back with a reason."""
    draw = rng.random()
    if draw < 0.82:
        return "recognized", None
    if draw < 0.95:
        return "issued", None
    return "returned", rng.choice(("hours_mismatch", "level_mismatch"))
