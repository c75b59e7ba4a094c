"""Checksums of Russian identifiers: each check answers None, or one error that says what is wrong and how to cure it.

Sources: ИНН and КПП — order of the tax service MMB-7-6/435@; ОГРН and ОГРНИП — order of the Ministry of finance 165н;
СНИЛС — the rules of the pension register; ОКТМО — OK 033-2013.
"""

import re
from collections.abc import Sequence
from itertools import starmap
from operator import mul

from chassis.errors import FieldError

INN10_WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)
INN12_WEIGHTS_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
INN12_WEIGHTS_12 = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
SNILS_UNCHECKED_MAX = 1_001_998  # numbers up to 001-001-998 were issued before the control number existed

KPP_PATTERN = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")
OKTMO_PATTERN = re.compile(r"[0-9]{8}(?:[0-9]{3})?")
SNILS_PATTERN = re.compile(r"[0-9]{3}-?[0-9]{3}-?[0-9]{3}[ -]?[0-9]{2}")

_TYPO_CURE = "Сверьте номер с документом: скорее всего, в нём опечатка или переставлены цифры."


def _weighted(digits: str, weights: Sequence[int]) -> str:
    return str(sum(starmap(mul, zip(map(int, digits), weights, strict=True))) % 11 % 10)


def complete_inn10(nine_digits: str) -> str:
    """The ИНН of an organisation whose first nine digits are given."""
    return nine_digits + _weighted(nine_digits, INN10_WEIGHTS)


def complete_inn12(ten_digits: str) -> str:
    """The ИНН of a person whose first ten digits are given."""
    eleven = ten_digits + _weighted(ten_digits, INN12_WEIGHTS_11)
    return eleven + _weighted(eleven, INN12_WEIGHTS_12)


def complete_ogrn(twelve_digits: str) -> str:
    """The ОГРН whose first twelve digits are given."""
    return twelve_digits + str(int(twelve_digits) % 11 % 10)


def complete_ogrnip(fourteen_digits: str) -> str:
    """The ОГРНИП whose first fourteen digits are given."""
    return fourteen_digits + str(int(fourteen_digits) % 13 % 10)


def complete_snils(nine_digits: str) -> str:
    """The СНИЛС whose first nine digits are given, written as people write it: `112-233-445 95`."""
    control = sum(int(digit) * (9 - place) for place, digit in enumerate(nine_digits)) % 101 % 100
    return f"{nine_digits[:3]}-{nine_digits[3:6]}-{nine_digits[6:]} {control:02d}"


def _digits(value: str, lengths: Sequence[int]) -> bool:
    return value.isascii() and value.isdigit() and len(value) in lengths


def check_inn10(value: str, field: str = "inn") -> FieldError | None:
    """ИНН of an organisation: ten digits, the last one is the control digit."""
    if not _digits(value, (10,)):
        return FieldError(field, "ИНН организации состоит из 10 цифр.", "Введите 10 цифр без пробелов и дефисов.")
    if complete_inn10(value[:9]) != value:
        return FieldError(field, "Контрольная цифра ИНН не сходится.", _TYPO_CURE)
    return None


def check_inn12(value: str, field: str = "inn") -> FieldError | None:
    """ИНН of a person or an entrepreneur: twelve digits, the last two are control digits."""
    if not _digits(value, (12,)):
        return FieldError(field, "ИНН физического лица состоит из 12 цифр.", "Введите 12 цифр без пробелов и дефисов.")
    if complete_inn12(value[:10]) != value:
        return FieldError(field, "Контрольные цифры ИНН не сходятся.", _TYPO_CURE)
    return None


def check_inn(value: str, field: str = "inn") -> FieldError | None:
    """ИНН of either kind, told apart by its length."""
    if not _digits(value, (10, 12)):
        return FieldError(
            field, "ИНН состоит из 10 цифр (организация) или 12 (физическое лицо).", "Введите только цифры."
        )
    return check_inn10(value, field) if len(value) == 10 else check_inn12(value, field)


def check_ogrn(value: str, field: str = "ogrn") -> FieldError | None:
    """ОГРН of an organisation (13 digits) or ОГРНИП of an entrepreneur (15 digits)."""
    if not _digits(value, (13, 15)):
        return FieldError(field, "ОГРН состоит из 13 цифр, ОГРНИП — из 15.", "Введите только цифры, без пробелов.")
    expected = complete_ogrn(value[:12]) if len(value) == 13 else complete_ogrnip(value[:14])
    if expected != value:
        return FieldError(field, "Контрольная цифра ОГРН не сходится.", _TYPO_CURE)
    return None


def check_snils(value: str, field: str = "snils") -> FieldError | None:
    """СНИЛС with or without separators; numbers up to 001-001-998 carry no control number."""
    if not SNILS_PATTERN.fullmatch(value):
        return FieldError(field, "СНИЛС записывается как 112-233-445 95.", "Введите 11 цифр, как на документе.")
    digits = re.sub(r"[ -]", "", value)
    if int(digits[:9]) <= SNILS_UNCHECKED_MAX:
        return None
    if complete_snils(digits[:9])[-2:] != digits[9:]:
        return FieldError(field, "Контрольное число СНИЛС не сходится.", _TYPO_CURE)
    return None


def check_kpp(value: str, field: str = "kpp") -> FieldError | None:
    """КПП: four digits of the tax office, two signs of the reason, three digits of the number."""
    if not KPP_PATTERN.fullmatch(value):
        return FieldError(
            field,
            "КПП состоит из 9 знаков: 4 цифры, 2 цифры или заглавные латинские буквы, 3 цифры.",
            "Проверьте раскладку и сверьте КПП со свидетельством о постановке на учёт.",
        )
    return None


def check_oktmo(value: str, field: str = "oktmo") -> FieldError | None:
    """ОКТМО: 8 digits of a municipality or 11 digits of a settlement."""
    if not OKTMO_PATTERN.fullmatch(value):
        return FieldError(
            field,
            "ОКТМО состоит из 8 цифр (муниципальное образование) или 11 (населённый пункт).",
            "Найдите код в классификаторе по названию округа или посёлка.",
        )
    return None
