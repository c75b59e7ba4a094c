"""The exception tree of the platform.

DomainError           a rule of the domain said no (HTTP 422)
├── NotFound          no such row, or not yours to see (404)
├── Conflict          the row moved on, or the state forbids it (409)
├── Forbidden         you are known, but may not (403)
└── Unauthenticated   nobody is signed in (401)
TransientError        a consumer may try again later: the other event may be on its way
PermanentError        a consumer may not: the event goes to the dead letters
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field: `field` is a JSON path (`slots[0].weekday`), `cure` says what to do."""

    field: str
    message: str
    cure: str = ""


class DomainError(Exception):
    """A rule of the domain refuses the command; `code` is stable, `message` is for people (Russian)."""

    code: ClassVar[str] = "domain.refused"
    status: ClassVar[int] = 422

    def __init__(self, message: str, *, errors: tuple[FieldError, ...] = (), code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.errors = errors
        self.error_code = code or type(self).code


class NotFound(DomainError):
    """The row does not exist, or the reader may not know that it does."""

    code = "not_found"
    status = 404


class Conflict(DomainError):
    """The row has moved on, or its state forbids the command."""

    code = "conflict"
    status = 409


class Forbidden(DomainError):
    """The caller is known and may not do this."""

    code = "forbidden"
    status = 403


class Unauthenticated(DomainError):
    """Nobody is signed in, or the credential has expired."""

    code = "unauthenticated"
    status = 401


class TransientError(Exception):
    """The event cannot be applied yet (an unknown reference, a peer that is away): it is tried again later."""


class PermanentError(Exception):
    """The event can never be applied as it is: it becomes a dead letter that says why."""
