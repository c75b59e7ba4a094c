import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.domain.account import Role, check_account, may_give, normal_login
from center.domain.address import home_of, safe_path
from center.domain.throttle import FORGOTTEN_AFTER_SECONDS, LOGIN_FROM_ADDRESS, Bound, wait_seconds


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "center/",
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " /catalog/",
        "javascript:alert(1)",
        "/center/sign-out",
        "/center/refresh?next=/",
        "/" + "a" * 3000,
    ],
)
def test_an_address_that_leads_away_or_round_in_circles_is_none(address):
    assert safe_path(address) is None


@pytest.mark.parametrize("address", ["/", "/catalog/?q=химия", "/settlement/acts?next=https://evil.example", "/a//b"])
def test_an_address_of_ours_stays_as_it_is(address):
    assert safe_path(address) == address


@given(st.text(max_size=30).map(lambda text: "/" + text))
def test_what_is_let_through_stays_on_this_origin(address):
    """The way a browser resolves it: it strips tabs and line ends and reads a backslash as a slash."""
    if (kept := safe_path(address)) is not None:
        resolved = kept.translate({9: None, 10: None, 13: None}).replace("\\", "/")
        assert not resolved.startswith("//")


def test_each_role_begins_somewhere():
    assert {home_of({role}) for role in Role} == {"/center/", "/enrollment/requests", "/settlement/", "/enrollment/"}
    assert home_of(()) == "/catalog/"


def fields(changes):
    account = {"login": "ivanova", "password": "a long enough secret", "roles": ("operator",)} | changes
    organization, person = account.pop("organization", False), account.pop("person", None)
    return {error.field for error in check_account(**account, has_organization=organization, person_kind=person)}


@pytest.mark.parametrize(
    ("given_", "wrong"),
    [
        ({}, set()),
        ({"login": "ы"}, {"login"}),
        ({"login": "-ivanova"}, {"login"}),
        ({"password": "short"}, {"password"}),
        ({"password": "a" * 201}, {"password"}),
        ({"roles": ()}, {"roles"}),
        ({"roles": ("king",)}, {"roles"}),
        ({"roles": ("coordinator",)}, {"organization_id"}),
        ({"roles": ("coordinator",), "organization": True}, set()),
        ({"roles": ("pupil",), "person": "tutor"}, {"person_id"}),
        ({"roles": ("tutor",), "person": "tutor"}, set()),
    ],
)
def test_what_an_account_needs(given_, wrong):
    assert fields(given_) == wrong


def test_roles_that_see_the_whole_network_come_from_an_administrator():
    for role in Role:
        assert may_give({"administrator"}, [role])
        assert may_give({"operator"}, [role]) == (role not in {"administrator", "operator", "head", "department"})
        assert not may_give({"coordinator"}, [role])
    assert normal_login(" Ivanova ") == "ivanova"


@given(st.integers(0, 10_000), st.floats(0, 100_000), st.integers(1, 50), st.integers(1, 900))
def test_a_pause_grows_is_bounded_and_passes(failures, silent, free, pause_max):
    bound = Bound(free, pause_max)
    wait = wait_seconds(failures, silent, bound)
    assert 0 <= wait <= pause_max
    assert wait_seconds(failures, silent + wait, bound) == 0
    assert wait_seconds(failures, 0, bound) <= wait_seconds(failures + 1, 0, bound)
    assert wait == 0 or failures >= free


def test_the_pauses_of_one_guesser():
    pauses = [wait_seconds(failures, 0, LOGIN_FROM_ADDRESS) for failures in (4, 5, 6, 10, 20)]
    assert pauses == [0, 2, 4, 64, 900]
    assert wait_seconds(20, FORGOTTEN_AFTER_SECONDS, LOGIN_FROM_ADDRESS) == 0
