"""The stored contracts: a JSON Schema and an example for every event type, compared with the code by walking the *files*.

A promise to strangers is a file, not a class: a removed or narrowed model does not take its stored promise along, it fails
here. `write` keeps the files up to date and refuses what would break a reader (see `contracts.compatibility`).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from contracts.base import Event, service_of
from contracts.compatibility import breaks
from contracts.envelope import MalformedEnvelope
from contracts.examples import examples
from contracts.registry import EVENTS
from contracts.structured import read_cloud_event
from contracts.views import audience_words

FOLDER = Path(__file__).resolve().parents[2]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
CURE = "run make contracts"

Models = Mapping[str, type[Event]]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something between the stored files and the code that must not stay."""

    event_type: str
    message: str
    cure: str

    def __str__(self) -> str:
        return f"{self.event_type}: {self.message} — {self.cure}"


def schema_of(model: type[Event], example: Mapping[str, Any] | None) -> dict[str, Any]:
    """The JSON Schema of the event's data as it is published; required is what every event of the type carries, old or new."""
    made = model.model_json_schema(mode="serialization")
    _drop_titles(made)
    return {
        "$schema": DIALECT,
        "$id": f"urn:bezgranits:event:{model.event_type}",
        "title": model.__name__,
        "description": made.pop("description", ""),
        "x-owner": service_of(model.event_type),
        "x-audience": _audience(model, example),
        **{name: value for name, value in made.items() if name != "title"},
    }


def _audience(model: type[Event], example: Mapping[str, Any] | None) -> str:
    try:
        return audience_words(model, example["data"]) if example else ""
    except (ValidationError, KeyError):
        return ""  # `check` names an example that the model cannot read


def _drop_titles(schema: dict[str, Any]) -> None:
    """Without the titles that pydantic makes from names: "Offer Id" says nothing that `offer_id` does not."""
    for part in [schema, *schema.get("$defs", {}).values()]:
        for described in part.get("properties", {}).values():
            described.pop("title", None)
        if part is not schema:
            part.pop("title", None)


def write(folder: Path = FOLDER, models: Models = EVENTS) -> list[Finding]:
    """Stores what is new or compatibly changed; returns what it refused to overwrite.

    A stored example is never rewritten: it stands for the events that streams and partners keep.
    """
    made, refused = examples(), []
    for event_type, model in models.items():
        schema_path, example_path = _paths(folder, event_type)
        if not example_path.exists() and event_type in made:
            _save(example_path, made[event_type])
        current = schema_of(model, _load(example_path))
        stored = _load(schema_path)
        found = list(_incompatible(event_type, stored, current)) if stored else []
        refused += found
        if not found:
            _save(schema_path, current)
    return refused


def check(folder: Path = FOLDER, models: Models = EVENTS) -> list[Finding]:
    """Everything that is wrong between the stored files and the code."""
    stored_types = sorted(path.stem for path in (folder / "schemas").glob("*.json"))
    findings = [one for event_type in stored_types for one in _check_stored(folder, event_type, models)]
    findings += [
        Finding(event_type, "the event has no stored schema", CURE)
        for event_type in models
        if event_type not in stored_types
    ]
    findings += [
        Finding(path.stem, "an example without a stored schema", "remove the file, or store the schema")
        for path in sorted((folder / "examples").glob("*.json"))
        if path.stem not in stored_types
    ]
    return findings


def _check_stored(folder: Path, event_type: str, models: Models) -> Iterator[Finding]:
    schema_path, example_path = _paths(folder, event_type)
    stored, example = _load(schema_path), _load(example_path)
    assert stored is not None
    if event_type not in models:
        yield Finding(
            event_type, "stored, but no model publishes or reads it", "keep the model while streams hold the event"
        )
        return
    about_example = list(_check_example(event_type, stored, example, models))
    current = schema_of(models[event_type], example)
    found = list(_incompatible(event_type, stored, current))
    if not found and not about_example and stored != current:
        yield Finding(event_type, "the stored schema is older than the model (compatibly)", CURE)
    yield from found
    yield from about_example


def _check_example(
    event_type: str, schema: dict[str, Any], example: dict[str, Any] | None, models: Models
) -> Iterator[Finding]:
    # a tool of the check, not of those who read events
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    if example is None:
        yield Finding(event_type, "no example is stored", f"add one to contracts/examples.py and {CURE}")
        return
    cure = "an old event must stay readable: publish the change as a new type"
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for error in validator.iter_errors(example.get("data")):
        yield Finding(event_type, f"the example breaks the stored schema at {error.json_path}: {error.message}", cure)
    try:
        envelope, event = read_cloud_event(example, models)
    except (MalformedEnvelope, ValidationError, KeyError) as error:
        yield Finding(event_type, f"the current model cannot read the example: {error}", cure)
        return
    if envelope.type != event_type or envelope.subject != str(event.aggregate_id):
        yield Finding(event_type, "the example's type or subject is not that of its data", "correct the example")
    if envelope.audience != event.audience():
        yield Finding(event_type, "the example's audience is not what its data say", "correct the example")


def _incompatible(event_type: str, stored: dict[str, Any], current: dict[str, Any]) -> Iterator[Finding]:
    base, _, version = event_type.rpartition(".v")
    cure = f"publish it as {base}.v{int(version) + 1} beside the old type"
    for one in breaks(stored, current):
        yield Finding(event_type, str(one), cure)


def _paths(folder: Path, event_type: str) -> tuple[Path, Path]:
    return folder / "schemas" / f"{event_type}.json", folder / "examples" / f"{event_type}.json"


def load_example(folder: Path, event_type: str) -> dict[str, Any] | None:
    """The stored example of a type, if there is one."""
    return _load(_paths(folder, event_type)[1])


def _load(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def _save(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
