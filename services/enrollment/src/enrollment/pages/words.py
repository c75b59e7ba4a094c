"""Words and tones of the pages: codes as a parent reads them."""

from datetime import UTC, date, datetime
from uuid import UUID

from chassis.pages.rendering import DEFAULT_ZONE
from enrollment.domain import placement, plan_state, results
from enrollment.domain.plan import LEVEL_TITLES, Level, Mode
from enrollment.domain.plan_state import PlanState
from enrollment.domain.profiles import Profile
from enrollment.domain.rulesets import RULESETS

MODE_TITLES = {Mode.ONSITE: "очно", Mode.ONLINE: "онлайн", Mode.MIXED: "очно и онлайн"}
SUBJECT_SHORT = {
    "russian": "Русский",
    "literature": "Литература",
    "foreign-language": "Иностр. язык",
    "mathematics": "Математика",
    "informatics": "Информатика",
    "history": "История",
    "social-studies": "Общество",
    "geography": "География",
    "physics": "Физика",
    "chemistry": "Химия",
    "biology": "Биология",
    "physical-education": "Физкультура",
    "safety": "ОБЗР",
    "individual-project": "Проект",
    "school-elective": "Электив",
}
PLAN_STEPS = ("Черновик", "Тьютор", "Школа", "Места")
PLAN_STEP = {PlanState.SUBMITTED: 2, PlanState.TUTOR_APPROVED: 3, PlanState.APPROVED: 4, PlanState.COMPLETED: 5}
PLAN_TONES = {
    "submitted": "accent",
    "tutor_approved": "accent",
    "approved": "ok",
    "returned": "warn",
    "completed": "ok",
}
PLACEMENT_TONES = {"confirmed": "ok", "waitlisted": "warn", "requested": "accent", "declined": "bad"}
RESULT_TONES = {"issued": "accent", "recognized": "ok", "returned": "warn"}
PLAN_LABELS = {str(code): (title, PLAN_TONES.get(code, "")) for code, title in plan_state.STATE_TITLES.items()}
PLACEMENT_LABELS = {str(code): (title, PLACEMENT_TONES.get(code, "")) for code, title in placement.STATE_TITLES.items()}
RESULT_LABELS = {str(code): (title, RESULT_TONES.get(code, "")) for code, title in results.STATE_TITLES.items()}
PLAN_REASONS = [(str(code), title) for code, title in plan_state.REASON_TITLES.items()]
DECLINE_REASONS = [(str(code), title) for code, title in placement.REASON_TITLES.items()]
RESULT_REASONS = [(str(code), title) for code, title in results.REASON_TITLES.items()]
REASONS = dict([*PLAN_REASONS, *DECLINE_REASONS, *RESULT_REASONS])
MARKS = [(mark, mark) for mark in ("5", "4", "3", "2")]
PASSES = [("pass", "зачтено"), ("fail", "незачтено")]
MARK_TITLES = dict([*MARKS, *PASSES])
PROFILES: dict[str, Profile] = {one.code: one for ruleset in RULESETS for one in ruleset.profiles}


def short_id(person_id: UUID | str) -> str:
    """A pseudonym that people can tell apart."""
    return str(person_id)[:8]


def profile_title(code: str) -> str:
    """The Russian title of a profile; an unknown code is its own title."""
    return PROFILES[code].title if code in PROFILES else code


def level_title(code: str) -> str:
    """The Russian title of a level; an unknown code is its own title."""
    return LEVEL_TITLES[Level(code)] if code in set(Level) else code


def mode_title(code: str) -> str:
    """The Russian title of a mode; an unknown code is its own title."""
    return MODE_TITLES[Mode(code)] if code in set(Mode) else code


def reason_title(code: str | None) -> str:
    """A coded reason in words."""
    return REASONS.get(code or "", code or "")


def today() -> date:
    """The day in the district."""
    return datetime.now(UTC).astimezone(DEFAULT_ZONE).date()
