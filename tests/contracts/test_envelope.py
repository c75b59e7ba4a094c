"""The envelope is CloudEvents 1.0 in NATS binary mode, and loses nothing between a publisher and a reader."""

import re
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import Envelope, MalformedEnvelope

REQUIRED = {"ce-id", "ce-source", "ce-specversion", "ce-type"}  # CloudEvents 1.0, "Required attributes"
NAME = re.compile(r"ce-[a-z0-9]{1,20}")  # attribute names: lower-case letters and digits, 20 at most
WORDS = st.from_regex(r"[a-z][a-z0-9_]{0,15}", fullmatch=True)

envelopes = st.builds(
    Envelope,
    id=st.uuids(),
    type=st.builds(lambda a, b, c, n: f"{a}.{b}.{c}.v{n}", WORDS, WORDS, WORDS, st.integers(1, 99)),
    source=WORDS.map(lambda word: f"/services/{word}"),
    subject=st.uuids().map(str),
    time=st.datetimes(timezones=st.just(UTC)),
    sequence=st.integers(1, 2**63 - 1),
    audience=st.none() | st.frozensets(st.uuids(), max_size=5),
    correlation_id=st.just("") | st.uuids().map(str),
    traceparent=st.just("") | st.from_regex(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", fullmatch=True),
)


def envelope() -> Envelope:
    identifier = UUID("01997c30-0000-7000-8000-000000000001")
    return Envelope(
        id=identifier,
        type="catalog.offer.published.v1",
        source="/services/catalog",
        subject=str(identifier),
        time=datetime(2026, 9, 1, 6, 0, tzinfo=UTC),
        sequence=1,
        audience=None,
        correlation_id="a request",
        traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
    )


@given(envelopes)
def test_what_is_sent_is_what_is_read(sent: Envelope) -> None:
    assert Envelope.from_headers(sent.headers()) == sent


@given(envelopes)
def test_headers_are_binary_mode_names_and_single_printable_lines(sent: Envelope) -> None:
    headers = sent.headers()
    assert headers.keys() >= REQUIRED
    others = {name for name in headers if not NAME.fullmatch(name)}
    assert others <= {"Nats-Msg-Id", "content-type", "traceparent"}
    assert all(value and value.isascii() and value.isprintable() for value in headers.values())
    assert headers["Nats-Msg-Id"] == headers["ce-id"]


@given(envelopes)
def test_the_subject_names_type_and_aggregate_in_nats_tokens(sent: Envelope) -> None:
    tokens = sent.nats_subject().split(".")
    assert tokens[0] == "evt"
    assert len(tokens) == 6
    assert all(token and not set(token) & set(" *>\t") for token in tokens)


def test_time_is_rfc_3339_in_utc() -> None:
    assert envelope().headers()["ce-time"] == "2026-09-01T06:00:00Z"


def test_a_foreign_zone_is_read_as_the_same_moment() -> None:
    headers = {**envelope().headers(), "ce-time": "2026-09-01T11:00:00+05:00"}
    read = Envelope.from_headers(headers)
    assert read.time == envelope().time
    assert read.time.utcoffset() == timezone(timedelta(hours=5)).utcoffset(None)


def test_unknown_headers_are_ignored() -> None:
    assert Envelope.from_headers({**envelope().headers(), "ce-later": "x", "Nats-Stream": "CATALOG"}) == envelope()


def test_an_event_without_an_audience_is_for_nobody() -> None:
    headers = envelope().headers()
    del headers["ce-audience"]
    assert Envelope.from_headers(headers).audience == frozenset()


@pytest.mark.parametrize(
    "name", ["ce-specversion", "ce-id", "ce-type", "ce-source", "ce-subject", "ce-time", "ce-sequence"]
)
def test_a_missing_header_is_named(name: str) -> None:
    headers = envelope().headers()
    del headers[name]
    with pytest.raises(MalformedEnvelope, match=f"header {name} is missing"):
        Envelope.from_headers(headers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce-specversion", "0.3"),
        ("ce-id", "17"),
        ("ce-time", "yesterday"),
        ("ce-sequence", "first"),
        ("ce-audience", "everyone"),
    ],
)
def test_a_wrong_header_is_named(name: str, value: str) -> None:
    with pytest.raises(MalformedEnvelope, match=f"header {name} is not valid"):
        Envelope.from_headers({**envelope().headers(), name: value})


def test_no_headers_at_all_are_no_event() -> None:
    with pytest.raises(MalformedEnvelope):
        Envelope.from_headers(None)
