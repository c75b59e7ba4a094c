"""Small pairs of schemas, each with one change: what breaks a reader is found for its own reason, the rest passes."""

from typing import Any

import pytest

from contracts.compatibility import breaks


def event(required: tuple[str, ...] = ("id",), /, **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"id": {"type": "string"}, **properties}, "required": list(required)}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
PART = {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "required": ["a", "b"]}
SMALLER_PART = {"type": "object", "properties": {"a": TEXT}, "required": ["a"]}

BROKEN = {
    "property removed": (event(a=TEXT), event(), "a", "property_removed"),
    "property with a default removed": (event(a={**TEXT, "default": ""}), event(), "a", "property_removed"),
    "became required": (event(a=TEXT), event(("id", "a"), a=TEXT), "a", "became_required"),
    "became optional": (event(("id", "a"), a=TEXT), event(a=TEXT), "a", "became_optional"),
    "new without a default": (event(), event(("id", "a"), a=TEXT), "a", "new_required"),
    "another type": (event(a=TEXT), event(a=NUMBER), "a", "type_changed"),
    "type widened": (event(a=NUMBER), event(a={"type": "number"}), "a", "type_changed"),
    "format narrowed": (event(a=TEXT), event(a={**TEXT, "format": "uuid"}), "a", "type_changed"),
    "null allowed": (event(a=TEXT), event(a={"anyOf": [TEXT, {"type": "null"}]}), "a", "type_changed"),
    "null forbidden": (event(a={"anyOf": [TEXT, {"type": "null"}]}), event(a=TEXT), "a", "type_changed"),
    "another variant": (
        event(a={"anyOf": [TEXT, {"type": "null"}]}),
        event(a={"anyOf": [TEXT, NUMBER, {"type": "null"}]}),
        "a",
        "type_changed",
    ),
    "value removed": (event(a={"enum": ["x", "y"]}), event(a={"enum": ["x"]}), "a", "value_removed"),
    "value added to a closed list": (event(a={"enum": ["x"]}), event(a={"enum": ["x", "y"]}), "a", "value_added"),
    "value removed from an open list": (
        event(a={**TEXT, "x-extensible-enum": ["x", "y"]}),
        event(a={**TEXT, "x-extensible-enum": ["x"]}),
        "a",
        "value_removed",
    ),
    "list closed": (event(a=TEXT), event(a={**TEXT, "enum": ["x"]}), "a", "constraint_changed"),
    "bound tightened": (event(a=NUMBER), event(a={**NUMBER, "minimum": 1}), "a", "constraint_changed"),
    "bound loosened": (event(a={**NUMBER, "maximum": 5}), event(a={**NUMBER, "maximum": 9}), "a", "constraint_changed"),
    "pattern changed": (
        event(a={**TEXT, "pattern": "^a"}),
        event(a={**TEXT, "pattern": "^b"}),
        "a",
        "constraint_changed",
    ),
    "closed to unknown fields": (event(), {**event(), "additionalProperties": False}, "", "constraint_changed"),
    "default changed": (event(a={**TEXT, "default": "x"}), event(a={**TEXT, "default": "y"}), "a", "default_changed"),
    "items of another type": (
        event(a={"type": "array", "items": TEXT}),
        event(a={"type": "array", "items": NUMBER}),
        "a[]",
        "type_changed",
    ),
    "deep inside a list": (
        event(a={"type": "array", "items": PART}),
        event(a={"type": "array", "items": SMALLER_PART}),
        "a[].b",
        "property_removed",
    ),
    "behind a reference": (
        {**event(a={"$ref": "#/$defs/Part"}), "$defs": {"Part": PART}},
        {**event(a={"$ref": "#/$defs/Other"}), "$defs": {"Other": SMALLER_PART}},
        "a.b",
        "property_removed",
    ),
}

HARMLESS = {
    "nothing": (event(a=TEXT), event(a=TEXT)),
    "new with a default": (event(), event(a={**TEXT, "default": ""})),
    "words": (event(a=TEXT), {**event(a={**TEXT, "description": "said better", "title": "A"}), "x-audience": "other"}),
    "order of values": (event(a={"enum": ["x", "y"]}), event(a={"enum": ["y", "x"]})),
    "order of variants": (
        event(a={"anyOf": [TEXT, {"type": "null"}]}),
        event(a={"anyOf": [{"type": "null"}, TEXT]}),
    ),
    "value added to an open list": (
        event(a={**TEXT, "x-extensible-enum": ["x"]}),
        event(a={**TEXT, "x-extensible-enum": ["x", "y"]}),
    ),
    "a part got a name": (
        event(a=PART),
        {**event(a={"$ref": "#/$defs/Part"}), "$defs": {"Part": PART}},
    ),
    "a property named like a keyword": (event(title=TEXT), event(title={**TEXT, "title": "Title"})),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_incompatible_change_is_found_for_its_own_reason(name: str) -> None:
    stored, current, path, code = BROKEN[name]
    assert [(one.path, one.code) for one in breaks(stored, current)] == [(path, code)]


@pytest.mark.parametrize("name", HARMLESS)
def test_a_compatible_change_passes(name: str) -> None:
    assert breaks(*HARMLESS[name]) == ()


def test_every_change_is_named_at_once() -> None:
    stored, current = event(a=TEXT, b=TEXT), event(("id", "c"), b=NUMBER, c=TEXT)
    assert {(one.path, one.code) for one in breaks(stored, current)} == {
        ("a", "property_removed"),
        ("b", "type_changed"),
        ("c", "new_required"),
    }
