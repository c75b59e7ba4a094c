"""Words as the search sees them: ё is е, capitals are small, signs are blanks."""

import re
import unicodedata
from collections.abc import Iterable

from catalog.domain.draft import LEVEL_TITLES, MODE_TITLES, OfferDraft
from catalog.domain.subjects import SUBJECTS

WORD = re.compile(r"\w+")
QUERY_WORDS_MAX = 16


def fold(text: str) -> str:
    """The text in one spelling: compatibility forms joined, small letters, ё as е, stress marks gone, single blanks.

    й keeps its breve: only the stress mark and the dots of ё are dropped.
    """
    spelled = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").replace("\u0301", "")
    return " ".join(WORD.findall(spelled.replace("_", " ")))


def words(text: str) -> tuple[str, ...]:
    """The different words of a text in their order."""
    return tuple(dict.fromkeys(fold(text).split()))


def query_words(text: str) -> tuple[str, ...]:
    """The words of a query, at most sixteen: a longer one asks for no less."""
    return words(text)[:QUERY_WORDS_MAX]


def search_document(draft: OfferDraft, extra: Iterable[str] = ()) -> str:
    """All the words by which an offer may be found; `extra` brings the organisation's names."""
    subject = SUBJECTS.get(draft.subject_code)
    parts = [
        draft.course_title,
        subject.title if subject else draft.subject_code,
        subject.area if subject else "",
        LEVEL_TITLES[draft.level],
        MODE_TITLES[draft.mode],
        draft.settlement,
        draft.description,
        *extra,
    ]
    return " ".join(words(" ".join(parts)))
