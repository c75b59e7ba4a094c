"""What the generated world is made of. People and courses are named by stable keys; the platform gives them its ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from enrollment.domain.plan import NetworkOffer, Plan


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence to teach; `expires_on` None is unlimited."""

    kind: str
    number: str
    issued_on: date
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation of the network; codes are those of the `center.organization` events."""

    slug: str
    full_name: str
    short_name: str
    legal_type: str
    budget_level: str
    network_roles: tuple[str, ...]
    settlement: str
    inn: str
    kpp: str
    ogrn: str
    oktmo: str
    email: str
    licences: tuple[Licence, ...] = ()
    founder_slug: str | None = None
    time_zone: str = "Asia/Yekaterinburg"


@dataclass(frozen=True, slots=True)
class Name:
    """A Russian name in three parts."""

    surname: str
    given_name: str
    patronymic: str

    @property
    def full(self) -> str:
        """Surname, given name, patronymic."""
        return f"{self.surname} {self.given_name} {self.patronymic}"


@dataclass(frozen=True, slots=True)
class Worker:
    """A grown-up with a role at an organisation; `subject_code` is for teachers."""

    key: str
    role: str
    organisation_slug: str
    name: Name
    email: str
    post: str
    subject_code: str | None = None


@dataclass(frozen=True, slots=True)
class Guardian:
    """A parent or another lawful representative of one pupil."""

    key: str
    pupil_key: str
    name: Name
    email: str


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil of grade 10 or 11; `lives_in` is the settlement in term, `residence` where the parents live."""

    key: str
    name: Name
    email: str
    school_slug: str
    grade: int
    class_letter: str
    cohort_year: int
    enrolled_on: date
    born_on: date
    residence: str
    lives_in: str
    snils: str
    guardian_key: str
    tutor_key: str
    consent_given_on: date | None

    @property
    def is_boarder(self) -> bool:
        """Whether the pupil lives at the school."""
        return self.residence != self.lives_in


@dataclass(frozen=True, slots=True)
class Offer:
    """A course that an organisation submits, with the way it comes in and the verdict that is expected."""

    key: str
    organisation_slug: str
    course_title: str
    subject_code: str
    level: str
    grades: tuple[int, ...]
    hours_total: int
    hours_per_week: Decimal
    capacity: int
    term_start: date
    term_end: date
    mode: str
    settlement: str
    slots: tuple[tuple[int, str, str], ...]
    language: str
    enrolment_opens: date
    enrolment_closes: date
    tariff_reference: str
    description: str
    teacher_key: str | None = None
    channel: str = "http"  # http, xlsx, nats_submit, nats_ask
    is_lawful: bool = True

    def as_submission(self, teacher_id: str | None = None) -> dict[str, object]:
        """The offer in the primitive values that the catalogue takes on all its ways."""
        return {
            "external_id": self.key,
            "course_title": self.course_title,
            "subject_code": self.subject_code,
            "level": self.level,
            "grades": list(self.grades),
            "hours_total": self.hours_total,
            "hours_per_week": str(self.hours_per_week),
            "capacity": self.capacity,
            "term_start": self.term_start.isoformat(),
            "term_end": self.term_end.isoformat(),
            "mode": self.mode,
            "settlement": self.settlement,
            "slots": [{"weekday": day, "start": start, "end": end} for day, start, end in self.slots],
            "language": self.language,
            "enrolment_opens": self.enrolment_opens.isoformat(),
            "enrolment_closes": self.enrolment_closes.isoformat(),
            "tariff_reference": self.tariff_reference,
            "teacher_id": teacher_id,
            "description": self.description,
        }


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish for a topic, whether somebody offers it or not; rank 1 is the dearest."""

    pupil_key: str
    topic_code: str
    level: str
    rank: int
    expressed_at: datetime


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """A plan with the state that the demo brings it to; ids inside it are keys of this world."""

    pupil_key: str
    plan: Plan
    state: str
    submitted_on: date | None = None
    approved_on: date | None = None
    return_reason: str | None = None


@dataclass(frozen=True, slots=True)
class SeatRequest:
    """A request for a seat and how it ends: confirmed, waitlisted, withdrawn or promoted."""

    key: str
    pupil_key: str
    offer_key: str
    requested_at: datetime
    wish_rank: int
    state: str
    attends_from: date | None = None
    attends_until: date | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """One pupil at one lesson."""

    pupil_key: str
    status: str
    accepted_hours: Decimal


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson of the calendar: delivered with its presences, or cancelled for a coded reason."""

    key: str
    offer_key: str
    day: date
    start: str
    end: str
    hours: Decimal
    presences: tuple[Presence, ...] = ()
    cancel_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A mark of the first half-year and what the home school does with it: issued, recognized or returned."""

    pupil_key: str
    offer_key: str
    half_year: str
    mark: str
    hours_planned: Decimal
    hours_attended: Decimal
    issued_on: date
    state: str
    return_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A line of the audit of resources: staff, rooms, equipment or finance (amount in kopecks)."""

    organisation_slug: str
    kind: str
    title: str
    quantity: int
    amount_kopecks: int = 0


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract of the network form between a home school and a host, for the offers that pupils really attend."""

    number: str
    signed_on: date
    home_slug: str
    host_slug: str
    offer_keys: tuple[str, ...]
    pupil_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class World:
    """All of it; every tuple is in a stable order."""

    seed: int
    school_year: int
    organisations: tuple[Organisation, ...]
    workers: tuple[Worker, ...]
    guardians: tuple[Guardian, ...]
    pupils: tuple[Pupil, ...]
    offers: tuple[Offer, ...]
    wishes: tuple[Wish, ...]
    plans: tuple[StudyPlan, ...]
    requests: tuple[SeatRequest, ...]
    lessons: tuple[Lesson, ...]
    results: tuple[Result, ...]
    resources: tuple[Resource, ...]
    contracts: tuple[Contract, ...]
    network_offers: tuple[NetworkOffer, ...] = field(repr=False)

    def by_slug(self) -> Mapping[str, Organisation]:
        """Organisations by their slug."""
        return {organisation.slug: organisation for organisation in self.organisations}

    def first_lessons(self) -> Mapping[str, date]:
        """The day on which each pupil's first network lesson was delivered."""
        days: dict[str, date] = {}
        for lesson in self.lessons:
            for presence in lesson.presences:
                days[presence.pupil_key] = min(lesson.day, days.get(presence.pupil_key, lesson.day))
        return days
