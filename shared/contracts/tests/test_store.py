"""The check walks the stored files: each kind of divergence between them and the code is found, and says its cure."""

import json
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest

from contracts import store
from contracts.base import Event
from contracts.catalog import OfferClosed, SubmissionAccepted
from contracts.registry import EVENTS

TYPE = SubmissionAccepted.event_type
MODELS: dict[str, type[Event]] = {TYPE: SubmissionAccepted}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert store.write(tmp_path, MODELS) == []
    assert store.check(tmp_path, MODELS) == []
    return tmp_path


def edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")


def messages(folder: Path, models: dict[str, type[Event]]) -> str:
    return "\n".join(map(str, store.check(folder, models)))


class Narrowed(Event):
    """The same type, with less in it."""

    event_type: ClassVar[str] = TYPE
    aggregate_field: ClassVar[str] = "submission_id"

    submission_id: UUID
    organization_id: UUID


class Extended(SubmissionAccepted):
    """The same type, with one more field."""

    event_type: ClassVar[str] = TYPE
    attempts: int = 1


def test_a_removed_model_does_not_take_its_promise_along(folder: Path) -> None:
    assert "no model" in messages(folder, {})


def test_an_unstored_event_asks_for_make_contracts(folder: Path) -> None:
    found = messages(folder, {**MODELS, OfferClosed.event_type: OfferClosed})
    assert found == f"{OfferClosed.event_type}: the event has no stored schema — run make contracts"


def test_an_incompatible_model_is_refused_by_check_and_by_write(folder: Path) -> None:
    before = (folder / "schemas" / f"{TYPE}.json").read_bytes()
    assert "channel: the property is gone" in messages(folder, {TYPE: Narrowed})
    assert "publish it as catalog.submission.accepted.v2" in messages(folder, {TYPE: Narrowed})
    assert store.write(folder, {TYPE: Narrowed}) != []
    assert (folder / "schemas" / f"{TYPE}.json").read_bytes() == before


def test_a_compatible_model_is_stored_and_the_old_example_is_kept(folder: Path) -> None:
    example = (folder / "examples" / f"{TYPE}.json").read_bytes()
    assert "older than the model" in messages(folder, {TYPE: Extended})
    assert store.write(folder, {TYPE: Extended}) == []
    assert store.check(folder, {TYPE: Extended}) == []
    assert (folder / "examples" / f"{TYPE}.json").read_bytes() == example


def test_an_example_must_fit_the_schema_the_model_and_its_own_envelope(folder: Path) -> None:
    path = folder / "examples" / f"{TYPE}.json"
    good = json.loads(path.read_text("utf-8"))
    edit(path, data={**good["data"], "submission_id": "no id"})
    assert "breaks the stored schema at $.submission_id" in messages(folder, MODELS)
    assert "cannot read the example" in messages(folder, MODELS)
    edit(path, **good | {"subject": good["data"]["organization_id"]})
    assert "type or subject" in messages(folder, MODELS)
    edit(path, **good | {"audience": "*"})
    assert "audience" in messages(folder, MODELS)
    path.unlink()
    assert "no example" in messages(folder, MODELS)


def test_an_example_of_nothing_is_found(folder: Path) -> None:
    (folder / "examples" / "catalog.offer.vanished.v1.json").write_text("{}", "utf-8")
    assert "an example without a stored schema" in messages(folder, MODELS)


def test_required_is_what_every_event_carries_old_or_new() -> None:
    schema = store.schema_of(SubmissionAccepted, None)
    assert set(schema["required"]) == {"submission_id", "organization_id", "channel"}
    assert set(EVENTS) >= set(MODELS)
