from datetime import date

import pytest

from center.domain.card import read_card
from center.domain.person import PupilLine, check_pupils

from .conftest import school


def values(**changes):
    card = school(**changes)
    for licence in card["licences"]:
        licence["issued_on"] = date.fromisoformat(licence["issued_on"])
        licence.setdefault("expires_on", None)
    return card


def wrong(**changes):
    reading = read_card(values(**changes))
    assert (reading.card is None) == bool(reading.errors)
    assert all(error.message and error.cure for error in reading.errors)
    return [error.field for error in reading.errors]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"legal_type": "kingdom"}, ["legal_type"]),
        ({"budget_level": "galactic", "time_zone": "Asia/Gyda"}, ["budget_level", "time_zone"]),
        ({"network_roles": ["owner"]}, ["network_roles"]),  # not blamed a second time for having no role
        ({"network_roles": []}, ["network_roles"]),
        ({"mailbox": "nowhere"}, ["mailbox"]),  # under the name that the sender used
        ({"inn": "7743013902", "kpp": "x"}, ["inn", "kpp"]),
        ({"licences": []}, ["licences", "licences"]),
        ({"licences": [{"kind": "magic", "number": "1", "issued_on": "2015-01-01"}]}, ["licences[0].kind"]),
        (
            {
                "licences": [
                    {"kind": "general", "number": "1", "issued_on": "2015-01-01", "expires_on": date(2014, 1, 1)}
                ]
            },
            ["licences[0].expires_on"],
        ),
    ],
)
def test_every_fault_is_named_once(changes, fields):
    assert wrong(**changes) == fields


def test_a_list_of_pupils_names_the_line():
    good = PupilLine("Образцова Анна", 10, 2026, "Гыда", date(2026, 9, 1))
    bad = PupilLine("Анна", 9, 1999, " ", date(2026, 9, 1))
    assert check_pupils([good]) == ()
    assert [error.field for error in check_pupils([good, bad])] == [
        "pupils[1].full_name",
        "pupils[1].grade",
        "pupils[1].cohort_year",
        "pupils[1].residence",
    ]
