from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from catalog.domain.draft import Level, Mode, OfferDraft, Slot
from catalog.domain.offer import OfferAction, OfferState, check_offer, next_actions, next_state
from catalog.domain.offer_rules import LicenceView, OrganisationView
from chassis.errors import Conflict

SCHOOL = OrganisationView(
    "org-1", "Тазовский", frozenset({"base", "participant"}), (LicenceView("general", date(2015, 1, 1)),)
)
CLUB = replace(
    SCHOOL, network_roles=frozenset({"participant"}), licences=(LicenceView("additional", date(2015, 1, 1)),)
)
HOSPITAL = replace(SCHOOL, network_roles=frozenset({"resource_holder"}), licences=())
DOUBLE = Slot(2, time(15, 10), time(16, 40))
SINGLE = Slot(4, time(15, 10), time(15, 55))
PHYSICS = OfferDraft(
    external_id="2026-PHYS-1",
    course_title="Физика: углублённый курс",
    subject_code="physics",
    level=Level.ADVANCED,
    grades=(10, 11),
    hours_total=102,
    hours_per_week=Decimal(3),
    capacity=15,
    term_start=date(2026, 9, 1),
    term_end=date(2027, 5, 25),
    mode=Mode.ONSITE,
    settlement="Тазовский",
    slots=(DOUBLE, SINGLE),
    language="ru",
    enrolment_opens=date(2026, 5, 20),
    enrolment_closes=date(2026, 9, 15),
    tariff_reference="pupil-hour-2026",
    teacher_id="8d2c1f4e-7c1b-4f6e-9a53-2f8f1c0b7e11",
)
CHESS = replace(PHYSICS, subject_code="sport", level=Level.EXTRACURRICULAR, course_title="Шахматы")


def faults(draft, organisation=SCHOOL):
    return [error.field for error in check_offer(draft, organisation)]


def test_good_offer_has_no_faults():
    assert faults(PHYSICS) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"course_title": "Фи"}, "course_title"),
        ({"course_title": "123-456"}, "course_title"),
        ({"external_id": ""}, "external_id"),
        ({"subject_code": "alchemy"}, "subject_code"),
        ({"subject_code": "technical"}, "subject_code"),
        ({"grades": ()}, "grades"),
        ({"grades": (9, 10)}, "grades"),
        ({"grades": (10, 10)}, "grades"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 201}, "capacity"),
        ({"hours_total": 0}, "hours_total"),
        ({"hours_total": 681, "hours_per_week": Decimal(3)}, "hours_total"),
        ({"hours_total": 200}, "hours_total"),  # more than the term holds
        ({"hours_per_week": Decimal("10.5"), "slots": (), "mode": Mode.ONLINE}, "hours_per_week"),
        ({"hours_per_week": Decimal("2.75")}, "hours_per_week"),
        ({"hours_per_week": Decimal(4)}, "hours_per_week"),  # the timetable says three
        ({"term_end": date(2026, 9, 1)}, "term_end"),
        ({"term_end": date(2028, 9, 2)}, "term_end"),
        ({"enrolment_closes": date(2026, 5, 19)}, "enrolment_closes"),
        ({"enrolment_closes": date(2027, 5, 26)}, "enrolment_closes"),
        ({"settlement": ""}, "settlement"),
        ({"slots": ()}, "slots"),
        ({"language": "xx"}, "language"),
        ({"tariff_reference": "DROP TABLE"}, "tariff_reference"),
        ({"teacher_id": "Полярников И. И."}, "teacher_id"),
        ({"teacher_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, "teacher_id"),  # v7 tells the order
        ({"slots": (replace(DOUBLE, weekday=8), SINGLE)}, "slots[0].weekday"),
        ({"slots": (replace(DOUBLE, weekday=7), SINGLE)}, "slots[0].weekday"),
        ({"slots": (DOUBLE, Slot(4, time(15, 55), time(15, 10)))}, "slots[1].end"),
        ({"slots": (DOUBLE, Slot(4, time(18, 30), time(19, 15)))}, "slots[1].start"),
        ({"slots": (DOUBLE, Slot(4, time(7, 50), time(8, 35)))}, "slots[1].start"),
        ({"slots": (DOUBLE, Slot(4, time(15, 10), time(16, 10)))}, "slots[1].end"),  # an hour is no lesson
        ({"slots": (DOUBLE, Slot(2, time(16, 0), time(16, 45)))}, "slots[1]"),
        ({"slots": (DOUBLE, Slot(2, time(16, 45), time(17, 30)))}, "slots[1].start"),  # break of 5 minutes
        ({"prerequisites": ("alchemy",)}, "prerequisites[0]"),
    ],
)
def test_each_rule_names_its_field(change, field):
    errors = check_offer(replace(PHYSICS, **change), SCHOOL)
    assert [error.field for error in errors] == [field]
    assert all(error.message and error.cure for error in errors)


def test_seven_lessons_fill_a_day():
    day = tuple(Slot(1, time(hour), time(hour, 45)) for hour in range(8, 16))
    draft = replace(PHYSICS, slots=day, hours_per_week=Decimal(8))
    assert faults(draft) == ["slots"]
    assert faults(replace(draft, slots=day[:7], hours_per_week=Decimal(7))) == []


class TestLicence:
    def test_additional_education_cannot_teach_an_advanced_subject(self):
        errors = check_offer(PHYSICS, CLUB)
        assert [error.field for error in errors] == ["level"]
        assert "общее образование" in errors[0].message
        assert "внеурочный" in errors[0].cure

    @pytest.mark.parametrize("level", [Level.ELECTIVE, Level.EXTRACURRICULAR])
    def test_additional_education_may_teach_electives_and_clubs(self, level):
        assert faults(replace(CHESS, level=level), CLUB) == []

    def test_resource_holder_gives_extracurricular_places_without_a_licence(self):
        assert faults(CHESS, HOSPITAL) == []
        assert faults(replace(CHESS, level=Level.ELECTIVE), HOSPITAL) == ["level"]

    @pytest.mark.parametrize(
        ("issued", "expires", "field"),
        [
            (date(2015, 1, 1), date(2026, 12, 1), "term_end"),
            (date(2026, 9, 2), None, "term_start"),
        ],
    )
    def test_licence_holds_for_the_whole_term(self, issued, expires, field):
        view = replace(SCHOOL, licences=(LicenceView("general", issued, expires),))
        assert faults(PHYSICS, view) == [field]

    def test_licence_may_end_on_the_last_day_of_the_course(self):
        view = replace(SCHOOL, licences=(LicenceView("general", date(2015, 1, 1), PHYSICS.term_end),))
        assert faults(PHYSICS, view) == []


def test_retired_organisation_offers_nothing():
    assert faults(PHYSICS, replace(SCHOOL, is_active=False)) == ["organisation"]


def test_online_course_needs_no_timetable_and_a_club_may_meet_on_sunday():
    assert faults(replace(PHYSICS, mode=Mode.ONLINE, slots=())) == []
    assert faults(replace(CHESS, slots=(replace(DOUBLE, weekday=7), SINGLE))) == []


def test_all_faults_are_told_at_once():
    assert faults(replace(PHYSICS, capacity=0, slots=(Slot(2, time(20), time(21)),)), CLUB) == [
        "level",
        "capacity",
        "slots[0].start",
        "slots[0].end",
    ]


@pytest.mark.parametrize("state", OfferState)
@pytest.mark.parametrize("action", OfferAction)
def test_only_the_listed_transitions_pass(state, action):
    legal = {
        ("draft", "change"): "draft",
        ("draft", "publish"): "published",
        ("published", "change"): "published",
        ("published", "close"): "closed",
        ("closed", "archive"): "archived",
    }
    if (state, action) in legal:
        assert next_state(state, action) == legal[state, action]
        assert action in next_actions(state)
    else:
        with pytest.raises(Conflict) as refusal:
            next_state(state, action)
        assert refusal.value.error_code == "offer.wrong_state"
        assert action not in next_actions(state)
