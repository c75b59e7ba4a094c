"""What the platform answers to an offer."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing wrong with one field, and what to do."""

    field: str
    message: str
    cure: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an offer: accepted under an id, or refused with every reason."""

    accepted: bool
    submission_id: str | None
    offer_id: str | None
    objections: tuple[Objection, ...]

    @classmethod
    def from_answer(cls, answer: dict[str, Any]) -> "Verdict":
        """Read the platform's answer; fields it may learn later are ignored."""
        return cls(
            accepted=bool(answer["accepted"]),
            submission_id=answer.get("submission_id"),
            offer_id=answer.get("offer_id"),
            objections=tuple(
                Objection(one["field"], one["message"], one.get("cure", "")) for one in answer.get("errors", ())
            ),
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """A submission that the platform has stored; the verdict comes on the feed with this `reference`."""

    reference: str
    duplicate: bool
