"""The stored promises hold: every file agrees with the code, and every example passes through the real envelope."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts import store
from contracts.documents import page
from contracts.envelope import Envelope
from contracts.registry import EVENTS, SERVICES
from contracts.structured import cloud_event, read_cloud_event

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = sorted((store.FOLDER / "schemas").glob("*.json"))
EXAMPLES = sorted((store.FOLDER / "examples").glob("*.json"))


def named(path: Path) -> str:
    return path.stem


def load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def test_the_stored_files_agree_with_the_code() -> None:
    findings = store.check()
    assert not findings, "\n".join(map(str, findings))
    assert len(SCHEMAS) == len(EXAMPLES) == len(EVENTS)


@pytest.mark.parametrize("path", SCHEMAS, ids=named)
def test_a_schema_is_valid_and_says_whose_it_is(path: Path) -> None:
    schema = load(path)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:bezgranits:event:{path.stem}"
    assert schema["x-owner"] in SERVICES
    assert schema["x-audience"]
    assert schema["description"].endswith(".")


@pytest.mark.parametrize("path", EXAMPLES, ids=named)
def test_an_example_passes_the_headers_and_comes_back_unchanged(path: Path) -> None:
    document = load(path)
    envelope, event = read_cloud_event(document, EVENTS)
    received = Envelope.from_headers(envelope.headers())
    assert received == envelope
    body = event.model_dump_json().encode()
    assert cloud_event(received, EVENTS[received.type].model_validate_json(body)) == document


@pytest.mark.parametrize("path", EXAMPLES, ids=named)
def test_every_receiver_gets_a_part_of_the_event_and_never_more(path: Path) -> None:
    document = load(path)
    _, event = read_cloud_event(document, EVENTS)
    for receiver in event.audience() or ():
        view = event.view_for(receiver)
        assert set(view) <= set(document["data"])
        assert str(event.aggregate_id) in view.values()


def test_the_page_of_events_is_up_to_date() -> None:
    assert (ROOT / "docs" / "events.md").read_text("utf-8") == page(), "run make contracts"
