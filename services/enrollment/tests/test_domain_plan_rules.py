from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrollment.domain.curriculum import GRADES, HOURS_FROM_2025, MANDATORY_CODES
from enrollment.domain.plan import Level, Mode, NetworkOffer, PlanItem, item_from_offer
from enrollment.domain.profiles import PROFILES
from enrollment.domain.rules import FindingState, Rule, apply_repair, has_errors, hours_text
from enrollment.domain.rulesets import (
    CHECKS,
    RULES_2027_PLANNED,
    RULES_BEFORE_2025,
    RULES_FROM_2025,
    RULESETS,
    evaluate,
    planned_rulesets,
    ruleset_for,
)
from enrollment.domain.suggest import PlanRequest, suggest_plan
from enrollment.domain.timetable import Slot

TUE = Slot(2, time(15, 10), time(16, 40))
THU = Slot(4, time(15, 10), time(15, 55))


def offer(name, code="physics", level=Level.ADVANCED, **change):
    given_offer = NetworkOffer(
        offer_id=name,
        organisation_id="college",
        title=f"Курс {name}",
        subject_code=code,
        level=level,
        grades=(10, 11),
        hours_per_week=Decimal(3),
        mode=Mode.ONLINE,
        settlement="Новый Уренгой",
        slots=(TUE, THU),
    )
    return replace(given_offer, **change)


REQUEST = PlanRequest(
    pupil_id="pupil",
    cohort_year=2026,
    grade=10,
    profile_code="technological",
    school_id="school",
    settlement="Тазовский",
    home_advanced=frozenset({"mathematics", "physics"}),
)
LAWFUL = suggest_plan(REQUEST, RULES_FROM_2025, []).plan


def found(plan, rule_id, ruleset=RULES_FROM_2025, offers=()):
    return [item for item in evaluate(plan, ruleset, offers) if item.rule_id == rule_id and item.state != "ok"]


def the_one(plan, rule_id, **options):
    findings = found(plan, rule_id, **options)
    assert len(findings) == 1, findings
    return findings[0]


def without(plan, **match):
    return plan.where(lambda item: any(getattr(item, name) != value for name, value in match.items()))


def network(plan, *items):
    return plan.with_items(*items)


def test_lawful_plan_keeps_every_rule_and_each_is_told():
    findings = evaluate(LAWFUL, RULES_FROM_2025)
    assert {item.state for item in findings} == {FindingState.OK}
    assert [item.rule_id for item in findings] == [rule.id for rule in RULES_FROM_2025.rules]
    assert all(item.legal_reference and item.message for item in findings)


class TestRulesByCohort:
    @pytest.mark.parametrize(
        ("year", "ruleset"),
        [(2024, RULES_BEFORE_2025), (2025, RULES_FROM_2025), (2026, RULES_FROM_2025), (2027, RULES_2027_PLANNED)],
    )
    def test_the_year_of_entering_decides(self, year, ruleset):
        assert ruleset_for(year) is ruleset

    def test_nobody_lives_without_rules_or_by_two_sets(self):
        for year in range(2020, 2040):
            assert sum(ruleset.covers(year) for ruleset in RULESETS) == 1
        with pytest.raises(LookupError):
            ruleset_for(2019)

    def test_total_of_2170_was_enough_before_2025_only(self):
        plan = suggest_plan(replace(REQUEST, cohort_year=2024), RULES_BEFORE_2025, []).plan
        assert 2170 <= plan.hours_in_two_years < 2312
        assert not has_errors(evaluate(plan, RULES_BEFORE_2025))
        assert {item.rule_id for item in evaluate(plan, RULES_FROM_2025) if item.state == "error"} == {"two-year-total"}

    def test_sixth_profile_is_data_alone(self):
        request = replace(
            REQUEST,
            cohort_year=2027,
            profile_code="agrotechnological",
            home_advanced=frozenset({"biology", "chemistry"}),
        )
        suggestion = suggest_plan(request, RULES_2027_PLANNED, [])
        assert not has_errors(suggestion.findings)
        assert [item.rule_id for item in evaluate(suggestion.plan, RULES_FROM_2025) if item.state == "error"] == [
            "profile-fit"
        ]
        assert planned_rulesets() == (RULES_2027_PLANNED,)

    def test_rule_set_of_a_year_to_come_needs_no_code(self):
        stricter = replace(
            RULES_FROM_2025,
            id="tomorrow",
            entered_from=date(2030, 9, 1),
            entered_before=None,
            rules=(Rule("three", "Три углублённых", "advanced_count", "проект", limits={"advanced_min": 3}),),
        )
        (finding,) = evaluate(LAWFUL, stricter)
        assert (finding.rule_id, finding.state, finding.legal_reference) == ("three", "error", "проект")

    def test_every_check_is_used_and_known(self):
        used = {rule.check for ruleset in RULESETS for rule in ruleset.rules}
        assert used == set(CHECKS)


class TestSubjects:
    @pytest.mark.parametrize("code", MANDATORY_CODES)
    def test_missing_subject_is_found_and_repaired(self, code):
        plan = without(LAWFUL, subject_code=code)
        finding = the_one(plan, "mandatory-subjects")
        assert "12 из 13" in finding.message
        assert finding.repair is not None
        assert not found(apply_repair(plan, finding.repair), "mandatory-subjects")

    def test_short_subject_is_found_with_figures_and_repaired(self):
        russian = next(item for item in LAWFUL.items if item.subject_code == "russian" and item.grade == 11)
        plan = replace(LAWFUL, items=tuple(item for item in LAWFUL.items if item != russian))
        plan = plan.with_items(replace(russian, hours_per_week=Decimal("0.5"), slots=()))
        finding = the_one(plan, "subject-hours")
        assert "0,5 ч" in finding.message
        assert [figure.value for figure in finding.figures] == [Decimal("0.5"), Decimal(2)]
        assert finding.repair is not None
        repaired = apply_repair(plan, finding.repair)
        assert repaired.subject_hours("russian", 11) == 2
        assert not found(repaired, "subject-hours")

    def test_advanced_hours_add_up_from_home_and_network(self):
        network_physics = item_from_offer(offer("o"), 10)
        plan = without(LAWFUL, subject_code="physics", grade=10).with_items(network_physics)
        assert "3 ч" in the_one(plan, "subject-hours").message
        home = PlanItem("physics", "Физика", Level.BASE, 10, Decimal(2))
        assert not found(plan.with_items(home), "subject-hours")

    def test_one_advanced_subject_is_too_few_and_an_offer_repairs(self):
        plan = replace(
            LAWFUL,
            items=tuple(
                replace(item, level=Level.BASE) if item.subject_code == "physics" else item for item in LAWFUL.items
            ),
        )
        assert the_one(plan, "advanced-count").repair is None
        offers = [offer("far", mode=Mode.ONSITE), offer("good", slots=()), offer("history", code="history", slots=())]
        finding = the_one(plan, "advanced-count", offers=offers)
        assert finding.repair is not None
        assert {item.offer_id for item in finding.repair.add} == {"good"}
        assert {item.grade for item in finding.repair.add} == {10, 11}
        assert not found(apply_repair(plan, finding.repair), "advanced-count")

    def test_advanced_subjects_fit_the_profile(self):
        finding = the_one(replace(LAWFUL, profile_code="humanitarian"), "profile-fit")
        assert "0 из 2" in finding.message
        assert not found(replace(LAWFUL, profile_code="universal"), "profile-fit")
        assert "профил" in the_one(replace(LAWFUL, profile_code="magic"), "profile-fit").message.lower()

    def test_unusual_pair_is_a_warning(self):
        (finding,) = found(replace(LAWFUL, profile_code="natural-science"), "profile-core")[:1]
        assert finding.state is FindingState.WARNING

    def test_project_is_in_grade_10(self):
        plan = without(LAWFUL, level=Level.PROJECT)
        finding = the_one(plan, "individual-project")
        assert finding.repair is not None
        assert not found(apply_repair(plan, finding.repair), "individual-project")
        moved = plan.with_items(PlanItem("individual-project", "Проект", Level.PROJECT, 11, Decimal(1)))
        assert found(moved, "individual-project")

    def test_course_needs_its_base(self):
        course = offer("o", code="technical", level=Level.ELECTIVE, slots=(), prerequisites=("astronomy",))
        plan = LAWFUL.with_items(item_from_offer(course, 10))
        assert "astronomy" in the_one(plan, "prerequisites").message
        assert not found(replace(plan, completed=("astronomy",)), "prerequisites")

    def test_course_stands_once_in_a_grade(self):
        item = item_from_offer(offer("o", slots=()), 10)
        plan = LAWFUL.with_items(item, item)
        finding = the_one(plan, "no-duplicates")
        assert finding.repair is not None
        assert not found(apply_repair(plan, finding.repair), "no-duplicates")
        assert not found(LAWFUL.with_items(item, replace(item, grade=11)), "no-duplicates")


class TestHours:
    def test_week_of_35_hours_is_too_long_on_five_days_and_lawful_on_six(self):
        extra = PlanItem("second-foreign-language", "Второй иностранный", Level.BASE, 10, Decimal(1))
        plan = LAWFUL.with_items(extra)
        finding = the_one(plan, "weekly-cap")
        assert "35 ч" in finding.message
        assert "34" in finding.message
        assert finding.repair is not None
        assert not found(apply_repair(plan, finding.repair), "weekly-cap")
        assert not found(replace(plan, week_days=6), "weekly-cap")

    @settings(deadline=None)
    @given(st.integers(1, 6))
    def test_repairs_of_a_long_week_end(self, excess):
        plan = LAWFUL.with_items(
            *(PlanItem(f"e{n}", f"Электив {n}", Level.ELECTIVE, 11, Decimal(1)) for n in range(excess))
        )
        for _ in range(excess + 1):
            findings = found(plan, "weekly-cap")
            if not findings:
                break
            assert findings[0].repair is not None
            plan = apply_repair(plan, findings[0].repair)
        assert not found(plan, "weekly-cap")

    def test_two_years_are_counted_by_34_weeks_and_filled_by_electives(self):
        assert LAWFUL.hours_in_two_years == 2312
        plan = without(LAWFUL, level=Level.ELECTIVE)
        finding = the_one(plan, "two-year-total")
        assert "2\u00a0312" in finding.message
        assert finding.repair is not None
        repaired = apply_repair(plan, finding.repair)
        assert repaired.hours_in_two_years == 2312
        assert not found(repaired, "weekly-cap")

    def test_upper_bound_is_2516(self):
        extra = tuple(PlanItem("e", "Электив", Level.ELECTIVE, grade, Decimal(3)) for grade in GRADES)
        full = replace(LAWFUL.with_items(*extra), week_days=6)
        assert full.hours_in_two_years == 2516
        assert not found(full, "two-year-total")
        over = full.with_items(PlanItem("e", "Электив", Level.ELECTIVE, 10, Decimal("0.5")))
        assert found(over, "two-year-total")

    def test_extracurricular_hours_have_their_own_bounds(self):
        def club(hours, grade=10):
            return PlanItem("club", f"Клуб {hours}", Level.EXTRACURRICULAR, grade, Decimal(hours))

        assert not found(LAWFUL.with_items(club(10)), "extracurricular-week")
        assert not found(LAWFUL.with_items(club(10)), "weekly-cap")
        long_week = LAWFUL.with_items(club(10), club("0.5"))
        assert the_one(long_week, "extracurricular-week").repair is not None
        two_years = LAWFUL.with_items(club(10), club("10.5", 11))  # 20.5 × 34 = 697
        assert not found(two_years, "extracurricular-total")
        finding = the_one(two_years.with_items(club("0.5")), "extracurricular-total")  # 714
        assert finding.figures[0].value == 714

    def test_short_elective_stays_out_of_the_certificate(self):
        short = PlanItem("technical", "Робототехника", Level.ELECTIVE, 10, Decimal("1.5"))
        finding = the_one(LAWFUL.with_items(short), "elective-certificate")
        assert finding.state is FindingState.WARNING
        assert "51 ч" in finding.message
        assert not found(LAWFUL.with_items(short, replace(short, grade=11)), "elective-certificate")


class TestTime:
    PLAN = replace(LAWFUL, items=tuple(replace(item, slots=()) for item in LAWFUL.items))

    def course(self, name, *slots, **change):
        change = {"mode": Mode.ONSITE, "settlement": "Тазовский"} | change
        return offer(name, code="technical", level=Level.EXTRACURRICULAR, slots=slots, **change)

    def planned(self, *courses):
        return self.PLAN.with_items(*(item_from_offer(course, 10) for course in courses))

    def test_overlap_names_both_and_another_group_repairs(self):
        first, second = self.course("a", TUE), self.course("b", replace(TUE, start=time(16, 0)))
        other_group = self.course("c", THU)
        plan = self.planned(first, second)
        finding = the_one(plan, "no-clashes", offers=[first, second, other_group])
        assert "Курс a" in finding.message
        assert "Курс b" in finding.message
        assert finding.repair is not None
        assert not found(apply_repair(plan, finding.repair), "no-clashes")

    @pytest.mark.parametrize(("minute", "clashes"), [(54, True), (55, False)])
    def test_way_within_a_settlement_takes_a_quarter(self, minute, clashes):
        later = Slot(2, time(16, minute), time(17, 39))
        plan = self.planned(self.course("a", TUE), self.course("b", later, organisation_id="club"))
        assert bool(found(plan, "no-clashes")) == clashes

    def test_no_way_between_lessons_of_one_place_or_online(self):
        later = Slot(2, time(16, 45), time(17, 30))
        assert not found(self.planned(self.course("a", TUE), self.course("b", later)), "no-clashes")
        online = self.course("b", later, organisation_id="club", mode=Mode.ONLINE)
        assert found(self.planned(self.course("a", TUE), online), "no-clashes")  # back to the school first
        both = [self.course("a", TUE, mode=Mode.ONLINE), online]
        assert not found(self.planned(*both), "no-clashes")

    def test_road_to_the_next_settlement_takes_forty_minutes(self):
        later = Slot(2, time(17, 0), time(17, 45))
        plan = self.planned(self.course("a", TUE), self.course("b", later, settlement="Газ-Сале", organisation_id="x"))
        assert "40" in the_one(plan, "no-clashes").message

    def test_other_grade_does_not_clash(self):
        plan = self.PLAN.with_items(
            item_from_offer(self.course("a", TUE), 10), item_from_offer(self.course("b", TUE), 11)
        )
        assert not found(plan, "no-clashes")

    @pytest.mark.parametrize(
        ("home", "place", "is_reachable"),
        [
            ("Тазовский", "Газ-Сале", True),
            ("Тазовский", "Находка", False),  # helicopter, winter road
            ("Гыда", "Тазовский", False),
            ("Тазовский", "Новый Уренгой", False),  # a road, but not for every day
            ("Гыда", "Гыда", True),
            ("Гыда", "Москва", False),
        ],
    )
    def test_on_site_study_is_only_where_one_gets_to(self, home, place, is_reachable):
        plan = replace(self.planned(self.course("a", TUE, settlement=place)), settlement=home)
        assert bool(found(plan, "reachable")) is not is_reachable
        online = replace(self.planned(self.course("a", TUE, settlement=place, mode=Mode.ONLINE)), settlement=home)
        assert not found(online, "reachable")

    def test_online_group_repairs_the_way(self):
        far, online = self.course("far", TUE), self.course("net", THU, mode=Mode.ONLINE)
        plan = replace(self.planned(far), settlement="Гыда")
        finding = the_one(plan, "reachable", offers=[far, online])
        assert "180 мин" in finding.message
        assert finding.repair is not None
        assert not found(apply_repair(plan, finding.repair), "reachable")

    def test_eighth_lesson_of_a_day(self):
        slots = tuple(Slot(1, time(8 + n), time(8 + n, 45)) for n in range(8))
        item = PlanItem("russian", "Русский язык", Level.BASE, 10, Decimal(8), slots=slots)
        assert "уроков 8" in the_one(self.PLAN.with_items(item), "day-length").message
        assert not found(self.PLAN.with_items(replace(item, slots=slots[:7])), "day-length")
        club = replace(item, level=Level.EXTRACURRICULAR, slots=slots[7:])
        assert not found(self.PLAN.with_items(replace(item, slots=slots[:7]), club), "day-length")

    @pytest.mark.parametrize(("start", "end"), [((7, 55), (8, 40)), ((18, 20), (19, 5))])
    def test_lesson_outside_the_day(self, start, end):
        plan = self.planned(self.course("a", Slot(1, time(*start), time(*end))))
        assert found(plan, "lesson-window")


def test_hours_are_written_as_people_write_them():
    assert [hours_text(value) for value in (Decimal("2.50"), Decimal(2312), Decimal("34.0"), 10)] == [
        "2,5",
        "2\u00a0312",
        "34",
        "10",
    ]


def test_basic_totals_of_the_federal_curriculum():
    assert [sum(HOURS_FROM_2025[code, grade].basic for code in MANDATORY_CODES) for grade in GRADES] == [25, 26]
    assert len(PROFILES) == 5
