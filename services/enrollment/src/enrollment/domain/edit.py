"""Changes that a pupil makes to a plan by hand: they are always carried out, and the rules then tell what they break.

After each change the school's electives and timetable are made anew around what the pupil chose.
"""

from collections.abc import Mapping

from enrollment.domain.compose import fill_hours, home_item, lay_home_lessons, put_course
from enrollment.domain.curriculum import GRADES
from enrollment.domain.plan import SCHOOL_ELECTIVE_CODE, SUBJECT_LEVELS, Level, NetworkOffer, Plan
from enrollment.domain.rules import Repair, RuleSet, apply_repair


def take_offer(plan: Plan, offer: NetworkOffer, ruleset: RuleSet) -> Plan:
    """The plan with the course, fitting or not; unchanged when the course stands there already."""
    if offer.offer_id in plan.network_offer_ids:
        return plan
    return settle(put_course(plan, offer, ruleset), ruleset)


def drop_offer(plan: Plan, offer_id: str, ruleset: RuleSet) -> Plan:
    """The plan without the course; a subject that only this course made advanced is basic at home again."""
    gone = [item for item in plan.items if item.offer_id == offer_id]
    plan = plan.where(lambda item: item.offer_id != offer_id)
    for code in dict.fromkeys(item.subject_code for item in gone if item.level is Level.ADVANCED):
        if not any(item.is_network and item.subject_code == code for item in plan.items):
            plan = _basic_again(plan, code, ruleset)
    return settle(plan, ruleset)


def repair_plan(plan: Plan, repair: Repair, offers: Mapping[str, NetworkOffer], ruleset: RuleSet) -> Plan:
    """The plan after a suggested repair; a network course comes and goes as a whole, in all its grades."""
    coming = dict.fromkeys(item.offer_id for item in repair.add if item.offer_id is not None)
    going = dict.fromkeys(item.offer_id for item in repair.remove if item.offer_id is not None)
    if not coming and not going:
        return settle(apply_repair(plan, repair), ruleset)
    for offer_id in going:
        plan = drop_offer(plan, offer_id, ruleset)
    for offer_id in coming:
        plan = take_offer(plan, offers[offer_id], ruleset)
    return plan


def settle(plan: Plan, ruleset: RuleSet) -> Plan:
    """The plan with the school's electives filled up and its lessons laid around the others."""
    plan = plan.where(lambda item: item.is_network or item.subject_code != SCHOOL_ELECTIVE_CODE)
    return lay_home_lessons(fill_hours(plan, ruleset), ruleset)


def _basic_again(plan: Plan, code: str, ruleset: RuleSet) -> Plan:
    rest = plan.where(lambda item: item.subject_code != code or item.level not in SUBJECT_LEVELS)
    return rest.with_items(
        *(home_item(code, Level.BASE, grade, ruleset.hours[code, grade].basic, plan.settlement) for grade in GRADES)
    )
