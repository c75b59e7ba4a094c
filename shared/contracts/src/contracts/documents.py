"""The page of all events, `docs/events.md`, made from the registry and the stored examples."""

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from contracts.base import Event, service_of
from contracts.registry import EVENTS, SERVICES, stream_of
from contracts.store import FOLDER, load_example, schema_of

INTRODUCTION = """\
# Events

<!-- Made by `make contracts` from shared/contracts: change the models there, never this page. -->

Every fact of the platform, as services, partners and tests read it. An event is a CloudEvent 1.0 with the full state of one
aggregate after a change. People appear only as random pseudonymous ids; names, phones, addresses and free text never do.
Money is integer kopecks, hours are decimal strings, times are UTC, dates are business dates. Fields that a reader does not
know are to be ignored. The JSON Schemas stand in `shared/contracts/schemas`, the examples in `shared/contracts/examples`.

What may change under a type: a new field with a default. Everything else is a new type `.v<N+1>` published beside the old
one (`contracts.compatibility` says why; `make contracts` refuses the rest).

## The envelope

NATS binary mode: attributes in headers, the data as the JSON body, on the subject `evt.<type>.<aggregate id>`. The same
attributes without `ce-` stand in the JSON form, which webhooks, SSE and the stored examples use.

| Header | Meaning |
|---|---|
| `Nats-Msg-Id` | the same as `ce-id`: the broker drops what it has within the duplicate window |
| `ce-specversion` | `1.0` |
| `ce-id` | UUID of the event; a reader that has seen it does nothing |
| `ce-type` | `<service>.<noun>.<verb_past>.v<N>` |
| `ce-source` | `/services/<service>` |
| `ce-subject` | UUID of the aggregate |
| `ce-time` | when it became true in the publisher's database, RFC 3339, UTC |
| `ce-sequence` | version of the aggregate, from 1: never apply an older state over a newer one |
| `ce-audience` | ids of the organisations on whose feeds it belongs, by comma; `*` for every one; absent for none |
| `ce-correlationid` | leads from the request to all that followed (absent when unknown) |
| `traceparent` | W3C Trace Context (absent when not traced) |
| `content-type` | `application/json` |
"""


def page(folder: Path = FOLDER, models: Mapping[str, type[Event]] = EVENTS) -> str:
    """The whole page as Markdown."""
    parts = [INTRODUCTION]
    for service in SERVICES:
        mine = [(name, model) for name, model in models.items() if service_of(name) == service]
        if mine:
            parts.append("\n".join(_service(service, mine, folder)))
    return "\n".join(parts)


def _service(service: str, events: list[tuple[str, type[Event]]], folder: Path) -> Iterator[str]:
    yield f"## {service}\n"
    yield f"Stream `{stream_of(service)}`.\n"
    schemas = {name: schema_of(model, load_example(folder, name)) for name, model in events}
    yield "| Event | Meaning | Audience |"
    yield "|---|---|---|"
    for name, schema in schemas.items():
        yield f"| `{name}` | {_cell(schema['description'])} | {_cell(schema['x-audience'])} |"
    yield ""
    for noun, names in groupby(schemas, key=lambda name: name.split(".")[1]):
        yield from _shapes(noun, list(names), schemas, folder)


def _shapes(noun: str, names: list[str], schemas: dict[str, dict[str, Any]], folder: Path) -> Iterator[str]:
    """The fields once for all events of a noun that share them."""
    shapes: dict[str, list[str]] = {}
    for name in names:
        shapes.setdefault(json.dumps(schemas[name]["properties"], sort_keys=True), []).append(name)
    for alike in shapes.values():
        verbs = ", ".join(".".join(name.split(".")[2:]) for name in alike)
        yield f"### {noun}: {verbs}\n"
        yield "| Field | Type | Meaning |"
        yield "|---|---|---|"
        yield from _fields(schemas[alike[0]], schemas[alike[0]])
        yield ""
        example = load_example(folder, alike[0])
        if example:
            yield f"<details><summary>Example: <code>{alike[0]}</code></summary>\n"
            yield f"```json\n{json.dumps(example, ensure_ascii=False, indent=2)}\n```\n\n</details>\n"


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, field in schema.get("properties", {}).items():
        place, inner = f"{prefix}{name}", _object_of(document, field)
        meaning = field.get("description") or (inner or {}).get("description", "")
        if "default" in field:
            meaning = f"{meaning} Default `{json.dumps(field['default'], ensure_ascii=False)}`.".strip()
        yield f"| `{place}` | {_type(document, field)} | {_cell(meaning)} |"
        if inner:
            many = "[]" if field.get("type") == "array" else ""
            yield from _fields(document, inner, f"{place}{many}.")


def _object_of(document: Mapping[str, Any], field: Mapping[str, Any]) -> dict[str, Any] | None:
    """The described object behind a field or behind the items of its list."""
    reference = field.get("$ref") or field.get("items", {}).get("$ref")
    if reference is None:
        return None
    found: dict[str, Any] = document["$defs"][reference.removeprefix("#/$defs/")]
    return found


def _type(document: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_type(document, one) for one in field["anyOf"])
    if "enum" in field:
        return "one of " + ", ".join(f"`{value}`" for value in field["enum"])
    if "$ref" in field:
        return "object"
    if field.get("type") == "array":
        return f"list of {_type(document, field.get('items', {}))}"
    limits = [f"{words} {field[name]}" for name, words in _LIMITS.items() if name in field]
    name = field.get("format") or field.get("type", "any")
    words = ", ".join([{"string": "text", "date-time": "time (UTC)"}.get(name, str(name)), *limits])
    return f"{words} `{field['pattern']}`".replace("|", "\\|") if "pattern" in field else words


_LIMITS = {"minimum": "from", "maximum": "to", "minLength": "at least", "maxLength": "at most"}


def _cell(text: str) -> str:
    """One line of a table: the first paragraph, with bars escaped."""
    return " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")
