from dataclasses import replace
from datetime import date

import pytest

from center.domain.organization import (
    Licence,
    LicenceKind,
    NetworkRole,
    Organization,
    OrganizationType,
    check_organization,
    expiring_licences,
)

GENERAL = Licence(LicenceKind.GENERAL, "Л035-001", date(2016, 4, 1))
SCHOOL = Organization(
    slug="snezhnaya-sosh",
    full_name="МБОУ Снежная СОШ",
    short_name="Снежная СОШ",
    type=OrganizationType.BUDGETARY,
    network_roles=frozenset({NetworkRole.BASE}),
    settlement="Тазовский",
    inn="7707083893",
    kpp="770701001",
    ogrn="1027700132195",
    oktmo="71923000",
    email="office@snezhnaya-sosh.example",
    licences=(GENERAL,),
)


def fields(organization):
    return {error.field for error in check_organization(organization)}


def test_good_card_has_no_errors():
    assert check_organization(SCHOOL) == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "Снежная"}, "slug"),
        ({"slug": "-" * 64}, "slug"),
        ({"full_name": " "}, "full_name"),
        ({"email": "office"}, "email"),
        ({"inn": "7707083890"}, "inn"),
        ({"kpp": "1"}, "kpp"),
        ({"ogrn": "1"}, "ogrn"),
        ({"oktmo": "1"}, "oktmo"),
        ({"network_roles": frozenset()}, "network_roles"),
        ({"licences": ()}, "licences"),
        ({"licences": (), "network_roles": frozenset({NetworkRole.PARTICIPANT})}, "licences"),
        ({"licences": (replace(GENERAL, expires_on=date(2016, 3, 31)),)}, "licences[0].expires_on"),
    ],
)
def test_each_fault_names_its_field(change, field):
    assert fields(replace(SCHOOL, **change)) == {field}


def test_resource_holder_needs_no_licence():
    holder = replace(SCHOOL, licences=(), network_roles=frozenset({NetworkRole.RESOURCE_HOLDER}))
    assert check_organization(holder) == ()


def test_licence_is_valid_through_its_last_day():
    licence = replace(GENERAL, expires_on=date(2026, 12, 1))
    school = replace(SCHOOL, licences=(licence,))
    assert school.licence_kinds_on(date(2026, 12, 1)) == {LicenceKind.GENERAL}
    assert school.licence_kinds_on(date(2026, 12, 2)) == frozenset()
    assert school.licence_kinds_on(date(2016, 3, 31)) == frozenset()


def test_expiring_licences_come_most_urgent_first_and_unlimited_never():
    soon = replace(GENERAL, number="soon", expires_on=date(2026, 12, 1))
    gone = replace(GENERAL, number="gone", expires_on=date(2026, 10, 1))
    later = replace(GENERAL, number="later", expires_on=date(2027, 12, 1))
    school = replace(SCHOOL, licences=(GENERAL, soon, gone, later))
    found = expiring_licences([school], today=date(2026, 11, 1), within_days=60)
    assert [(item.licence.number, item.days_left) for item in found] == [("gone", -31), ("soon", 30)]
