"""Where a person is sent after signing in: to an address of ours and nowhere else."""

from collections.abc import Collection
from urllib.parse import urlsplit

CHARACTERS_MAX = 2000
_NEVER = ("/center/sign-in", "/center/sign-out", "/center/refresh")
_HOMES = (
    (("operator", "head", "department", "administrator"), "/center/"),
    (("coordinator",), "/enrollment/requests"),
    (("accountant",), "/settlement/"),
    (("pupil", "guardian", "tutor", "teacher"), "/enrollment/"),
)
HOME = "/catalog/"


def safe_path(address: str | None) -> str | None:
    """The address if it is a path of this origin, else None.

    Browsers read a backslash as a slash and drop tabs and line ends, so `/\\evil`, `//evil` and `/<tab>/evil` all lead
    away; an address that leads back to sign-in would go round in circles.
    """
    if not address or len(address) > CHARACTERS_MAX or not address.startswith("/") or address.startswith("//"):
        return None
    if "\\" in address or any(ord(sign) < 0x21 or ord(sign) == 0x7F for sign in address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or parts.path in _NEVER:
        return None
    return address


def home_of(roles: Collection[str]) -> str:
    """The page where a person of these roles begins."""
    return next((path for some, path in _HOMES if set(some) & set(roles)), HOME)
