from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from catalog.domain.draft import Level, Mode, OfferDraft
from catalog.domain.search_text import QUERY_WORDS_MAX, fold, query_words, search_document, words

DRAFT = OfferDraft(
    external_id="A-1",
    course_title="Съёмка и монтаж: ёлка",
    subject_code="arts",
    level=Level.EXTRACURRICULAR,
    grades=(10,),
    hours_total=34,
    hours_per_week=Decimal(1),
    capacity=12,
    term_start=date(2026, 9, 1),
    term_end=date(2027, 5, 25),
    mode=Mode.ONLINE,
    settlement="Гыда",
    slots=(),
    language="ru",
    enrolment_opens=date(2026, 5, 20),
    enrolment_closes=date(2026, 9, 15),
    tariff_reference="free",
)


def test_one_spelling():
    assert fold("Ёлка,  ЁЖ — «Йод»!") == "елка еж йод"
    assert fold("е\u0308лка") == "елка"  # ё typed as two signs
    assert fold("и\u0306од") == "йод"
    assert fold("за\u0301мок") == "замок"
    assert words("Естественно-научный, научный") == ("естественно", "научный")


def test_offer_is_found_by_title_subject_level_place_and_school():
    document = search_document(DRAFT, extra=["Гыданская школа-интернат"]).split()
    for word in ("съемка", "елка", "художественная", "внеурочный", "онлайн", "гыда", "гыданская"):
        assert word in document
    assert len(document) == len(set(document))


def test_query_is_bounded():
    assert len(query_words(" ".join(str(n) for n in range(1000)))) == QUERY_WORDS_MAX


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
