"""The generated district keeps the rules of the very services that it is played through."""

from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from catalog.domain.draft import Level
from catalog.domain.offer import check_offer
from catalog.domain.offer_rules import LicenceView, OrganisationView
from catalog.domain.subjects import MANDATORY, OPTIONAL
from catalog.domain.submission import read_submission
from center.domain.coverage import PupilFact, measure_coverage
from center.domain.identifiers import check_snils
from center.domain.organization import (
    Licence,
    LicenceKind,
    NetworkRole,
    Organization,
    OrganizationType,
    check_organization,
    expiring_licences,
)
from embedded.demo.world import build_world
from embedded.demo.world.courses import JANUARY_COURSE, OVERSUBSCRIBED, REFUSED_COURSE
from embedded.demo.world.names import SURNAMES
from embedded.demo.world.school_year import HALF_YEAR_END, TERM_START, is_study_day
from enrollment.domain.attendance import AttendanceStatus, LessonPresence, is_at_risk, summarise
from enrollment.domain.curriculum import SUBJECTS
from enrollment.domain.plan_state import PlanState, ReturnReason
from enrollment.domain.results import check_mark
from enrollment.domain.rules import has_errors
from enrollment.domain.rulesets import evaluate, ruleset_for
from enrollment.domain.topics import TOPICS

WORLD = build_world(2026)
OFFERS = {offer.key: offer for offer in WORLD.offers}
PUPILS = {pupil.key: pupil for pupil in WORLD.pupils}
SIXTEEN = {
    "tazovskaya-sosh", "tazovskaya-internat", "gaz-sale-sosh", "antipayuta-internat", "gyda-internat",
    "dom-tvorchestva", "gaz-sale-duc", "school-of-arts", "sports-school", "sports-centre", "novy-urengoy-college",
    "hospital", "police", "yamalkommunenergo", "culture-centre", "department",
}  # fmt: skip


def organization(one):
    return Organization(
        slug=one.slug,
        full_name=one.full_name,
        short_name=one.short_name,
        type=OrganizationType(one.legal_type),
        network_roles=frozenset(NetworkRole(role) for role in one.network_roles),
        settlement=one.settlement,
        inn=one.inn,
        kpp=one.kpp,
        ogrn=one.ogrn,
        oktmo=one.oktmo,
        email=one.email,
        licences=tuple(
            Licence(LicenceKind(item.kind), item.number, item.issued_on, item.expires_on) for item in one.licences
        ),
    )


def view(slug):
    one = WORLD.by_slug()[slug]
    licences = tuple(LicenceView(item.kind, item.issued_on, item.expires_on) for item in one.licences)
    return OrganisationView(slug, one.settlement, frozenset(one.network_roles), licences)


def test_same_seed_same_world_other_seed_other_people():
    build_world.cache_clear()
    assert build_world(2026) == WORLD
    assert build_world(7).pupils[0].name != WORLD.pupils[0].name


class TestOrganisations:
    def test_sixteen_and_every_card_is_good(self):
        assert {one.slug for one in WORLD.organisations} == SIXTEEN
        assert [check_organization(organization(one)) for one in WORLD.organisations] == [()] * 16

    def test_numbers_and_mailboxes_are_unique_and_lead_nowhere(self):
        for field in ("inn", "ogrn", "email"):
            assert len({getattr(one, field) for one in WORLD.organisations}) == 16
        assert all(one.email.endswith(".example") for one in WORLD.organisations)
        assert all(one.inn.startswith("8999") for one in WORLD.organisations)

    def test_a_licence_is_about_to_end(self):
        ending = expiring_licences(map(organization, WORLD.organisations), today=HALF_YEAR_END, within_days=60)
        assert [item.slug for item in ending] == ["gaz-sale-duc"]


class TestPeople:
    def test_240_pupils_of_five_schools(self):
        assert len(WORLD.pupils) == 240
        assert len({pupil.school_slug for pupil in WORLD.pupils}) == 5
        assert {(pupil.grade, pupil.cohort_year) for pupil in WORLD.pupils} == {(10, 2026), (11, 2025)}

    def test_boarders_live_at_the_school_and_their_parents_elsewhere(self):
        boarders = [pupil for pupil in WORLD.pupils if pupil.is_boarder]
        assert 50 <= len(boarders) <= 110
        places = WORLD.by_slug()
        assert all(pupil.lives_in == places[pupil.school_slug].settlement for pupil in WORLD.pupils)

    def test_everybody_is_invented(self):
        people = [*WORLD.pupils, *WORLD.workers, *WORLD.guardians]
        assert {person.name.surname.removesuffix("а") for person in people} <= set(SURNAMES)
        assert all(person.email.endswith(".example") for person in people)
        assert len({person.key for person in people}) == len(people)
        assert len({pupil.name.full for pupil in WORLD.pupils}) == 240
        assert all(check_snils(pupil.snils) is None for pupil in WORLD.pupils)

    def test_every_pupil_has_a_guardian_and_a_tutor_and_every_organisation_its_people(self):
        guardians = {guardian.key: guardian.pupil_key for guardian in WORLD.guardians}
        tutors = {worker.key for worker in WORLD.workers if worker.role == "tutor"}
        for pupil in WORLD.pupils:
            assert guardians[pupil.guardian_key] == pupil.key
            assert pupil.tutor_key in tutors
        roles = defaultdict(set)
        for worker in WORLD.workers:
            roles[worker.organisation_slug].add(worker.role)
        assert {"head", "operator", "department", "tutor", "accountant"} <= roles["department"]
        for slug in SIXTEEN - {"department"}:
            assert {"coordinator", "accountant"} <= roles[slug]

    def test_nobody_studies_in_the_network_without_consent(self):
        assert any(pupil.consent_given_on is None for pupil in WORLD.pupils)
        assert all(PUPILS[request.pupil_key].consent_given_on is not None for request in WORLD.requests)


class TestOffers:
    def test_every_offer_is_judged_as_it_says(self):
        for offer in WORLD.offers:
            reading = read_submission(offer.as_submission())
            assert reading.draft is not None, reading.errors
            errors = check_offer(reading.draft, view(offer.organisation_slug))
            assert bool(errors) is not offer.is_lawful, (offer.key, errors)

    def test_the_refused_offer_has_three_faults(self):
        draft = read_submission(OFFERS[REFUSED_COURSE].as_submission()).draft
        errors = check_offer(draft, view("dom-tvorchestva"))
        assert [error.field for error in errors] == ["level", "capacity", "slots[0].start"]

    def test_a_whole_network_offers(self):
        lawful = [offer for offer in WORLD.offers if offer.is_lawful]
        assert len(lawful) >= 36
        assert len({offer.organisation_slug for offer in lawful}) == 15
        assert {offer.channel for offer in lawful} == {"http", "xlsx", "nats_submit", "nats_ask"}
        assert {Level(offer.level) for offer in lawful} == {Level.ADVANCED, Level.ELECTIVE, Level.EXTRACURRICULAR}
        teachers = {worker.key: worker.organisation_slug for worker in WORLD.workers if worker.role == "teacher"}
        assert all(teachers[offer.teacher_key] == offer.organisation_slug for offer in WORLD.offers)

    def test_services_agree_on_the_subjects(self):
        in_catalog = {(item.code, item.title, item.area) for item in (*MANDATORY, *OPTIONAL)}
        assert in_catalog == {(item.code, item.title, item.area) for item in SUBJECTS.values()}


class TestStudy:
    @pytest.mark.parametrize("state", ["submitted", "approved"])
    def test_plans_keep_the_rules_of_their_cohort(self, state):
        plans = [item for item in WORLD.plans if item.state == state]
        assert plans
        for item in plans:
            pupil = PUPILS[item.pupil_key]
            assert (item.plan.cohort_year, item.plan.grade) == (pupil.cohort_year, pupil.grade)
            findings = evaluate(item.plan, ruleset_for(pupil.cohort_year))
            assert state != "approved" or not has_errors(findings), item

    def test_one_plan_a_pupil_in_known_states(self):
        assert len({item.pupil_key for item in WORLD.plans}) == len(WORLD.plans)
        assert {PlanState(item.state) for item in WORLD.plans} == {"approved", "submitted", "returned", "draft"}
        assert all(ReturnReason(item.return_reason) for item in WORLD.plans if item.state == "returned")

    def test_network_courses_are_not_of_the_own_school(self):
        for request in WORLD.requests:
            assert OFFERS[request.offer_key].organisation_slug != PUPILS[request.pupil_key].school_slug
            assert OFFERS[request.offer_key].is_lawful

    def test_no_course_has_more_pupils_than_seats(self):
        for key, offer in OFFERS.items():
            seated = [
                item for item in WORLD.requests if item.offer_key == key and item.state in ("confirmed", "promoted")
            ]
            assert len(seated) <= offer.capacity

    def test_one_course_is_oversubscribed_and_a_freed_seat_moved_on(self):
        states = Counter(item.state for item in WORLD.requests if item.offer_key == OVERSUBSCRIBED)
        assert states["confirmed"] + states["promoted"] == OFFERS[OVERSUBSCRIBED].capacity
        assert states["withdrawn"] == states["promoted"] == 1
        assert states["waitlisted"] >= 2

    def test_wishes_name_topics_and_some_that_nobody_offers(self):
        assert all(wish.topic_code in TOPICS for wish in WORLD.wishes)
        wished = Counter(wish.topic_code for wish in WORLD.wishes)
        assert wished["oil-and-gas"] >= 5
        assert wished["arctic-medicine"] >= 3
        offered = {offer.subject_code for offer in WORLD.offers}
        assert not offered & {"oil-and-gas", "arctic-medicine"}


class TestHalfYear:
    def test_lessons_stand_on_study_days_in_their_slots(self):
        assert len({lesson.key for lesson in WORLD.lessons}) == len(WORLD.lessons)
        for lesson in WORLD.lessons:
            assert TERM_START <= lesson.day <= HALF_YEAR_END
            assert is_study_day(lesson.day)
            assert (lesson.day.isoweekday(), lesson.start, lesson.end) in OFFERS[lesson.offer_key].slots
            assert bool(lesson.presences) is not bool(lesson.cancel_reason)

    def test_only_those_with_a_seat_come_and_only_while_they_have_it(self):
        seats = {(item.pupil_key, item.offer_key): item for item in WORLD.requests}
        for lesson in WORLD.lessons:
            for presence in lesson.presences:
                seat = seats[presence.pupil_key, lesson.offer_key]
                assert seat.attends_from <= lesson.day
                assert seat.attends_until is None or lesson.day <= seat.attends_until
                assert presence.accepted_hours in (Decimal(0), lesson.hours)

    def test_attendance_is_good_with_some_at_risk(self):
        mine = defaultdict(list)
        for lesson in WORLD.lessons:
            for presence in lesson.presences:
                mine[presence.pupil_key].append(LessonPresence(AttendanceStatus(presence.status), lesson.hours))
        summaries = [summarise(presences) for presences in mine.values()]
        share = sum(item.hours_attended for item in summaries) / sum(item.hours_planned for item in summaries)
        assert Decimal("0.8") < share < Decimal("0.97")
        assert 1 <= sum(is_at_risk(item, was_at_risk=False) for item in summaries) <= 15

    def test_marks_fit_their_courses_and_hours_the_journal(self):
        held = defaultdict(Decimal)
        for lesson in WORLD.lessons:
            for presence in lesson.presences:
                held[presence.pupil_key, lesson.offer_key] += presence.accepted_hours
        for result in WORLD.results:
            is_graded = OFFERS[result.offer_key].level == "advanced"
            assert check_mark(result.mark, is_graded=is_graded) is None
            assert result.hours_attended == held[result.pupil_key, result.offer_key] <= result.hours_planned
        assert {result.state for result in WORLD.results} == {"issued", "recognized", "returned"}

    def test_contracts_join_every_pair_that_meets(self):
        pairs = {(contract.home_slug, contract.host_slug) for contract in WORLD.contracts}
        met = {
            (PUPILS[presence.pupil_key].school_slug, OFFERS[lesson.offer_key].organisation_slug)
            for lesson in WORLD.lessons
            for presence in lesson.presences
        }
        assert met <= pairs
        assert len(pairs) == len(WORLD.contracts)


def test_coverage_ends_between_30_and_36_percent():
    approved = {item.pupil_key: item.approved_on for item in WORLD.plans if item.state == "approved"}
    started = WORLD.first_lessons()
    facts = [
        PupilFact(
            pupil_id=pupil.key,
            grade=pupil.grade,
            school_id=pupil.school_slug,
            settlement=pupil.lives_in,
            enrolled_on=pupil.enrolled_on,
            plan_approved_on=approved.get(pupil.key),
            network_course_started_on=started.get(pupil.key),
        )
        for pupil in WORLD.pupils
    ]
    coverage = measure_coverage(facts, school_year=2026, as_of=HALF_YEAR_END)
    assert coverage.total.pupils == 240
    assert Decimal(30) <= coverage.total.percent <= Decimal(36)
    assert all(share.covered for _, share in coverage.by_school)
    assert len(approved) > coverage.total.covered  # an approved plan alone is not coverage
    january = {item.pupil_key for item in WORLD.requests if item.offer_key == JANUARY_COURSE}
    assert january - set(started)  # nor is a course that has not started
