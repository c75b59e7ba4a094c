"""Who chooses what: plans, wishes and requests for seats of the demo pupils."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from embedded.demo.world.courses import JANUARY_COURSE, OVERSUBSCRIBED
from embedded.demo.world.model import Offer, Pupil, SeatRequest, StudyPlan, Wish
from embedded.demo.world.school_year import ENROLMENT_OPENS, TERM_START
from enrollment.domain.plan import Level, NetworkOffer
from enrollment.domain.profiles import PROFILES
from enrollment.domain.rules import has_errors
from enrollment.domain.rulesets import ruleset_for
from enrollment.domain.seats import PriorityRule, allocate, withdraw_request
from enrollment.domain.seats import SeatRequest as Queued
from enrollment.domain.suggest import PlanRequest, Suggestion, suggest_plan

# what each school teaches at the advanced level itself; the rest comes through the network
HOME_ADVANCED = {
    "tazovskaya-sosh": frozenset({"mathematics", "physics", "social-studies", "history", "foreign-language"}),
    "tazovskaya-internat": frozenset({"biology", "chemistry", "mathematics", "social-studies"}),
    "gaz-sale-sosh": frozenset({"mathematics", "social-studies", "foreign-language"}),
    "antipayuta-internat": frozenset({"history", "geography", "social-studies"}),
    "gyda-internat": frozenset({"literature", "history", "social-studies"}),
}
# pupils of each school who study in the network, out of 240
NETWORK_PUPILS = {
    "tazovskaya-sosh": 26,
    "tazovskaya-internat": 22,
    "gaz-sale-sosh": 13,
    "antipayuta-internat": 13,
    "gyda-internat": 11,
}
HOME_ONLY_APPROVED, SUBMITTED, RETURNED, DRAFTED = 40, 14, 6, 12
JANUARY_PUPILS, JANUARY_SHARE = 4, 0.3
QUEUE_PUPILS, QUEUE_SHARE = 14, 0.7  # for the eight seats of the IT class
WITHDRAWN_ON = date(2026, 10, 12)
UNMET_TOPICS = (
    "oil-and-gas", "oil-and-gas", "oil-and-gas", "arctic-medicine", "arctic-medicine", "chinese-language", "psychology",
    "pedagogy", "reindeer-husbandry",
)  # fmt: skip
UNMET_WISHES = 44
ALL_PROFILES = tuple(profile.code for profile in PROFILES)
OPENING = datetime(2026, 8, 24, 4, tzinfo=UTC)  # 9:00 in the district


@dataclass(frozen=True, slots=True)
class Choices:
    """Plans, wishes and requests that belong together."""

    plans: tuple[StudyPlan, ...]
    wishes: tuple[Wish, ...]
    requests: tuple[SeatRequest, ...]


def make_choices(
    rng: Random, pupils: Sequence[Pupil], offers: Sequence[Offer], network: Sequence[NetworkOffer]
) -> Choices:
    """Plans first, then the seats that they ask for, then the wishes of all, met and unmet."""
    chooser = _Chooser(rng, network)
    chosen = _network_pupils(rng, pupils)
    plans = [plan for pupil in chosen if (plan := chooser.network_plan(pupil)) is not None]
    planned = {plan.pupil_key for plan in plans}
    rest = [pupil for pupil in pupils if pupil.key not in planned]
    rng.shuffle(rest)
    plans += _home_plans(chooser, rest)
    order = {pupil.key: place for place, pupil in enumerate(pupils)}
    plans.sort(key=lambda plan: order[plan.pupil_key])
    requests = _requests(rng, plans, offers)
    return Choices(tuple(plans), tuple(_wishes(rng, plans, pupils)), requests)


def _network_pupils(rng: Random, pupils: Sequence[Pupil]) -> list[Pupil]:
    chosen: list[Pupil] = []
    for slug, count in NETWORK_PUPILS.items():
        mine = [pupil for pupil in pupils if pupil.school_slug == slug and pupil.consent_given_on is not None]
        chosen += rng.sample(mine, count)
    return sorted(chosen, key=lambda pupil: pupil.key)


@dataclass(slots=True)
class _Chooser:
    rng: Random
    network: Sequence[NetworkOffer]
    queued: int = 0
    january: int = 0

    def network_plan(self, pupil: Pupil) -> StudyPlan | None:
        """An approved plan with at least one course elsewhere; None when thirty tries find no lawful one."""
        for _ in range(30):
            wished, profiles = self._pick(pupil)
            suggestion = self._suggest(pupil, self.rng.choice(profiles), wished)
            if not has_errors(suggestion.findings) and suggestion.plan.network_offer_ids:
                self.queued += OVERSUBSCRIBED in suggestion.plan.network_offer_ids
                self.january += JANUARY_COURSE in suggestion.plan.network_offer_ids
                approved = date(2026, 9, 7) + timedelta(days=self.rng.randrange(5))
                submitted = approved - timedelta(days=self.rng.randrange(2, 8))
                return StudyPlan(pupil.key, suggestion.plan, "approved", submitted, approved)
        return None

    def home_plan(self, pupil: Pupil) -> StudyPlan | None:
        """An approved plan without the network, in a profile that the school can teach alone."""
        profiles = list(ALL_PROFILES)
        self.rng.shuffle(profiles)
        for profile in profiles:
            suggestion = self._suggest(pupil, profile, (), alone=True)
            if not has_errors(suggestion.findings):
                approved = date(2026, 9, 7) + timedelta(days=self.rng.randrange(5))
                return StudyPlan(pupil.key, suggestion.plan, "approved", approved - timedelta(days=3), approved)
        return None

    def unfinished_plan(self, pupil: Pupil, state: str) -> StudyPlan:
        """A plan on its way: a draft, one that waits for the tutor, or one that was returned."""
        suggestion = self._suggest(pupil, "universal", self._pick(pupil)[0])
        is_sent = state != "draft"
        submitted = TERM_START + timedelta(days=self.rng.randrange(20)) if is_sent else None
        reason = self.rng.choice(("timetable", "profile_mismatch", "parent_disagrees")) if state == "returned" else None
        return StudyPlan(pupil.key, suggestion.plan, state, submitted, None, reason)

    def _pick(self, pupil: Pupil) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Wished courses with the profiles they go with; the class with few seats draws more pupils than it holds."""
        is_near = pupil.lives_in == "Тазовский" and pupil.school_slug != self._host(OVERSUBSCRIBED)
        if self.queued < QUEUE_PUPILS and is_near and self.rng.random() < QUEUE_SHARE:
            return (OVERSUBSCRIBED,), ("technological", "universal")
        if self.january < JANUARY_PUPILS and pupil.grade == 11 and self.rng.random() < JANUARY_SHARE:
            return (JANUARY_COURSE,), ALL_PROFILES
        usual = [offer for offer in self.network if offer.offer_id not in (OVERSUBSCRIBED, JANUARY_COURSE)]
        own = [offer for offer in usual if offer.organisation_id != pupil.school_slug]
        advanced = [offer.offer_id for offer in own if offer.level is Level.ADVANCED]
        other = [offer.offer_id for offer in own if offer.level is not Level.ADVANCED]
        wished = (*self.rng.sample(advanced, 1), *self.rng.sample(other, self.rng.randrange(1, 4)))
        return wished, ALL_PROFILES

    def _host(self, offer_key: str) -> str:
        return next(offer.organisation_id for offer in self.network if offer.offer_id == offer_key)

    def _suggest(self, pupil: Pupil, profile: str, wished: tuple[str, ...], *, alone: bool = False) -> Suggestion:
        others = [offer for offer in self.network if offer.organisation_id != pupil.school_slug]
        ruleset = ruleset_for(pupil.cohort_year)
        request = PlanRequest(
            pupil_id=pupil.key,
            cohort_year=pupil.cohort_year,
            grade=pupil.grade,
            profile_code=profile,
            school_id=pupil.school_slug,
            settlement=pupil.lives_in,
            wished_offer_ids=wished,
            home_advanced=HOME_ADVANCED[pupil.school_slug],
        )
        return suggest_plan(request, ruleset, [] if alone else others)


def _home_plans(chooser: _Chooser, pupils: Sequence[Pupil]) -> Iterator[StudyPlan]:
    waiting = iter(pupils)
    made = 0
    for pupil in waiting:
        plan = chooser.home_plan(pupil)
        if plan is not None:
            made += 1
            yield plan
        if made == HOME_ONLY_APPROVED:
            break
    for state, count in (("submitted", SUBMITTED), ("returned", RETURNED), ("draft", DRAFTED)):
        for pupil, _ in zip(waiting, range(count), strict=False):
            yield chooser.unfinished_plan(pupil, state)


def _requests(rng: Random, plans: Sequence[StudyPlan], offers: Sequence[Offer]) -> tuple[SeatRequest, ...]:
    """Requests of approved plans, seated by the rule of the platform; one pupil gives a seat back in October."""
    requests: list[SeatRequest] = []
    for plan in plans:
        if plan.state != "approved":
            continue
        for rank, offer_key in enumerate(plan.plan.network_offer_ids, start=1):
            moment = OPENING + timedelta(minutes=rng.randrange(60 * 24 * 14))
            key = f"request-{len(requests) + 1:03d}"
            requests.append(SeatRequest(key, plan.pupil_key, offer_key, moment, rank, "requested"))
    seated: list[SeatRequest] = []
    for offer in offers:
        mine = {request.key: request for request in requests if request.offer_key == offer.key}
        seated += _seat(offer, mine)
    return tuple(sorted(seated, key=lambda request: request.key))


def _seat(offer: Offer, mine: dict[str, SeatRequest]) -> Iterator[SeatRequest]:
    queued = [Queued(item.key, item.pupil_key, item.requested_at, item.wish_rank) for item in mine.values()]
    seating = allocate(offer.capacity, queued, PriorityRule.FIRST_COME).seating
    start, gone = offer.term_start, ""
    promoted: frozenset[str] = frozenset()
    if offer.key == OVERSUBSCRIBED and seating.waitlisted:
        gone = seating.confirmed[-1].request_id
        before = {item.request_id for item in seating.confirmed}
        seating = withdraw_request(seating, gone).seating
        promoted = frozenset(item.request_id for item in seating.confirmed) - before
        yield replace(mine[gone], state="withdrawn", attends_from=start, attends_until=WITHDRAWN_ON)
    for item in seating.confirmed:
        is_promoted = item.request_id in promoted
        first = WITHDRAWN_ON + timedelta(days=1) if is_promoted else start
        yield replace(mine[item.request_id], state="promoted" if is_promoted else "confirmed", attends_from=first)
    for item in seating.waitlisted:
        yield replace(mine[item.request_id], state="waitlisted")


def _wishes(rng: Random, plans: Sequence[StudyPlan], pupils: Sequence[Pupil]) -> Iterator[Wish]:
    """Subjects that pupils wish to study deeper and have got, and topics that nobody offers."""
    for plan in plans:
        codes = dict.fromkeys(
            item.subject_code for item in plan.plan.items if item.is_network and item.level is Level.ADVANCED
        )
        for rank, code in enumerate(codes, start=1):
            moment = OPENING - timedelta(days=90, minutes=rng.randrange(40_000))
            yield Wish(plan.pupil_key, code, "advanced", rank, moment)
    for pupil in sorted(rng.sample(list(pupils), UNMET_WISHES), key=lambda pupil: pupil.key):
        moment = datetime.combine(ENROLMENT_OPENS, datetime.min.time(), UTC) + timedelta(minutes=rng.randrange(20_000))
        yield Wish(pupil.key, rng.choice(UNMET_TOPICS), "elective", 3, moment)
