import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.domain import identifiers as ids


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (ids.check_inn, "7707083893"),
        (ids.check_inn10, "7707083893"),
        (ids.check_inn, "500100732259"),
        (ids.check_inn12, "500100732259"),
        (ids.check_ogrn, "1027700132195"),
        (ids.check_snils, "112-233-445 95"),
        (ids.check_snils, "11223344595"),
        (ids.check_snils, "199-999-079 00"),
        (ids.check_snils, "001-001-998 99"),  # too old to carry a control number
        (ids.check_kpp, "770701001"),
        (ids.check_kpp, "7707AB001"),
        (ids.check_oktmo, "71923000"),
        (ids.check_oktmo, "71923000051"),
    ],
)
def test_valid_identifier_has_no_error(check, value):
    assert check(value) is None


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (ids.check_inn, "7707083890"),
        (ids.check_inn, "7743013902"),
        (ids.check_inn, "77070838"),
        (ids.check_inn, "770708389З"),
        (ids.check_inn, "٧٧٠٧٠٨٣٨٩٣"),  # digits, but not ours
        (ids.check_inn10, "500100732259"),
        (ids.check_inn12, "500100732258"),
        (ids.check_inn12, "7707083893"),
        (ids.check_ogrn, "1027700132194"),
        (ids.check_ogrn, "102770013219"),
        (ids.check_ogrn, "304500116000158"),
        (ids.check_snils, "112-233-445 96"),
        (ids.check_snils, "112 233 445"),
        (ids.check_kpp, "77070100"),
        (ids.check_kpp, "7707аб001"),
        (ids.check_oktmo, "719230"),
        (ids.check_oktmo, "7192300005"),
    ],
)
def test_invalid_identifier_says_what_and_how_to_cure(check, value):
    error = check(value, "card.number")
    assert error is not None
    assert error.field == "card.number"
    assert error.message
    assert error.cure


@given(digits(9))
def test_completed_inn10_passes_and_any_other_last_digit_fails(nine):
    valid = ids.complete_inn10(nine)
    assert ids.check_inn(valid) is None
    wrong = nine + str((int(valid[-1]) + 1) % 10)
    assert ids.check_inn(wrong) is not None


@given(digits(10), digits(12), digits(14))
def test_completed_numbers_pass(ten, twelve, fourteen):
    assert ids.check_inn(ids.complete_inn12(ten)) is None
    assert ids.check_ogrn(ids.complete_ogrn(twelve)) is None
    assert ids.check_ogrn(ids.complete_ogrnip(fourteen)) is None


@given(st.integers(1_001_999, 999_999_999))
def test_completed_snils_passes_and_a_shifted_control_fails(number):
    valid = ids.complete_snils(f"{number:09d}")
    assert ids.check_snils(valid) is None
    assert ids.check_snils(f"{valid[:-2]}{(int(valid[-2:]) + 1) % 100:02d}") is not None
