from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.domain.draft import Level, Mode, Slot
from catalog.domain.subjects import MANDATORY, SUBJECTS, find_subject
from catalog.domain.submission import read_submission
from catalog.domain.workbook import (
    COLUMNS,
    HEADERS,
    defuse,
    is_blank,
    is_formula,
    locate,
    plain,
    read_headers,
    read_row,
)
from chassis.errors import FieldError

RAW = {
    "external_id": "A-1",
    "course_title": "Химия  в задачах",
    "subject_code": "chemistry",
    "level": "elective",
    "grades": [10, 11],
    "hours_total": 34,
    "hours_per_week": "1",
    "capacity": 12,
    "term_start": "2026-09-01",
    "term_end": "2027-05-25",
    "mode": "online",
    "settlement": "Гыда",
    "slots": [{"weekday": 2, "start": "15:10", "end": "15:55"}],
    "enrolment_opens": "2026-05-20",
    "enrolment_closes": "2026-09-15",
    "somebody_elses_field": 1,
}


def faults(**change):
    return [error.field for error in read_submission({**RAW, **change}).errors]


def test_primitive_values_become_a_draft():
    draft = read_submission(RAW).draft
    assert draft is not None
    assert draft.course_title == "Химия в задачах"
    assert draft.level is Level.ELECTIVE
    assert draft.slots == (Slot(2, time(15, 10), time(15, 55)),)
    assert (draft.language, draft.tariff_reference, draft.teacher_id) == ("ru", "free", None)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"course_title": None}, ["course_title"]),
        ({"course_title": "  "}, []),  # blank text is for the rules to judge
        ({"course_title": 5}, ["course_title"]),
        ({"course_title": "я" * 201}, ["course_title"]),
        ({"course_title": "a\u202eb"}, ["course_title"]),
        ({"level": "гениальный"}, ["level"]),
        ({"capacity": True}, ["capacity"]),
        ({"capacity": "1.5"}, ["capacity"]),
        ({"capacity": "NaN"}, ["capacity"]),
        ({"capacity": "1e999999"}, ["capacity"]),
        ({"hours_total": "=1+1"}, ["hours_total"]),
        ({"grades": "10"}, ["grades"]),
        ({"grades": [10, "x"]}, ["grades[1]"]),
        ({"grades": [10] * 3}, ["grades"]),
        ({"slots": [{"weekday": 2, "start": "25:00", "end": "15:55"}]}, ["slots[0].start"]),
        ({"slots": ["завтра"]}, ["slots[0]"]),
        ({"slots": [RAW["slots"][0]] * 21}, ["slots"]),
        ({"term_start": "2026-02-30"}, ["term_start"]),
        ({"term_start": "x", "capacity": "y"}, ["capacity", "term_start"]),
    ],
)
def test_what_cannot_be_read_names_its_field(change, fields):
    assert faults(**change) == fields


@given(
    st.dictionaries(st.sampled_from(sorted(RAW)), st.none() | st.booleans() | st.integers() | st.text() | st.floats())
)
def test_any_json_gives_a_draft_or_errors_and_never_raises(change):
    reading = read_submission({**RAW, **change})
    assert (reading.draft is None) == bool(reading.errors)


def row_of(**cells):
    return [cells.get(column.field, column.example) for column in COLUMNS]


PLACES = read_headers(list(HEADERS.values())).places


def test_example_row_of_the_template_is_a_good_draft():
    reading = read_row(2, row_of(), PLACES)
    assert reading.errors == ()
    assert reading.draft is not None
    assert reading.draft.subject_code == "physics"
    assert reading.draft.mode is Mode.ONLINE
    assert [slot.lessons for slot in reading.draft.slots] == [2, 1]
    assert reading.draft.prerequisites == ("mathematics",)


def test_native_cells_of_a_spreadsheet_are_read():
    cells = row_of(
        external_id=101.0,
        capacity=15.0,
        hours_per_week=3,
        term_start=datetime(2026, 9, 1),  # noqa: DTZ001 a spreadsheet knows no zone
        grades="10-11",
    )
    draft = read_row(2, cells, PLACES).draft
    assert draft is not None
    assert (draft.external_id, draft.capacity, draft.hours_per_week) == ("101", 15, Decimal(3))
    assert draft.term_start == date(2026, 9, 1)
    assert draft.grades == (10, 11)


def test_columns_may_stand_in_any_order_and_missing_ones_are_named():
    reversed_headers = read_headers(list(reversed(HEADERS.values())))
    assert reversed_headers.errors == ()
    assert read_row(2, list(reversed(row_of())), reversed_headers.places).errors == ()
    missing = read_headers([header for header in HEADERS.values() if header not in ("Мест", "Язык")])
    assert [(error.header, error.error.field) for error in missing.errors] == [("Мест", "capacity")]


def test_fault_names_row_and_column():
    reading = read_row(7, row_of(capacity="много", slots="Вт 15:10-15:55; когда-нибудь"), PLACES)
    assert reading.draft is None
    assert [(error.row, error.header) for error in reading.errors] == [(7, "Мест"), (7, "Расписание")]
    assert locate(7, FieldError("slots[0].end", "…")).header == "Расписание"
    assert locate(7, FieldError("organisation", "…")).header == "Строка"


def test_short_and_blank_rows():
    assert is_blank([None, "", "  "])
    assert not is_blank([0])
    assert read_row(3, row_of()[:5], PLACES).draft is None


@pytest.mark.parametrize("value", ["=HYPERLINK(1)", "+7", "-1", "@SUM(A1)", "\t=1"])
def test_formula_is_text_both_ways(value):
    assert is_formula(value)
    assert not is_formula(defuse(value))
    reading = read_row(2, row_of(course_title=f"{value} урок"), PLACES)
    assert reading.draft is not None
    assert reading.draft.course_title == f"{value} урок".strip()


def test_formula_in_a_number_is_refused():
    assert [error.header for error in read_row(2, row_of(capacity="=5+5"), PLACES).errors] == ["Мест"]


@given(st.text(max_size=20))
def test_defused_text_comes_back(value):
    assert not is_formula(defuse(value))
    assert plain(defuse(value)) in (plain(value), value)


def test_thirteen_mandatory_subjects_found_by_code_and_title():
    assert len(MANDATORY) == 13
    for subject in SUBJECTS.values():
        assert find_subject(subject.code) is find_subject(subject.title.upper()) is subject
    assert find_subject("алхимия") is None
