"""Whether a schema may take the place of the stored one: pure functions over two JSON Schemas of one event type.

Both ways must hold. Old consumers, generated from the stored schema, read new events; new consumers read old events, which
streams, logs and partners keep. What widens breaks the first, what narrows breaks the second, so little is left, and all of
it is stated here:

- a new property with a default is compatible: old readers ignore it, new ones fill it in for old events;
- an annotation (title, description, examples, `x-…`) may change, the order of properties too;
- a value added to an *open* list (`x-extensible-enum`, which promises that readers bear unknown values) is compatible; a
  closed `enum` is a promise in both directions and never changes;
- everything else is a new type `.v<N+1>` published beside the old one.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

ANNOTATIONS = frozenset({"title", "description", "examples", "$defs", "$id", "$schema", "$comment", "deprecated"})
_STRUCTURE = frozenset({"properties", "required", "items", "anyOf", "enum", "x-extensible-enum", "default"})


@dataclass(frozen=True, slots=True)
class Break:
    """One incompatible change: where, what, and whom it breaks."""

    path: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path or 'the event'}: {self.message}"


def breaks(stored: Schema, current: Schema) -> tuple[Break, ...]:
    """Every incompatible change between the stored schema and the current one."""
    return tuple(_compare("", _Node(stored, stored), _Node(current, current)))


@dataclass(frozen=True, slots=True)
class _Node:
    """A place in a schema together with the document that its references point into."""

    document: Schema
    here: Schema

    def resolved(self) -> "_Node":
        """The same place with `$ref` followed; what stands beside the reference stays."""
        here = dict(self.here)
        while "$ref" in here:
            name = here.pop("$ref").removeprefix("#/$defs/")
            here = {**self.document["$defs"][name], **here}
        return _Node(self.document, here)

    def at(self, schema: Schema) -> "_Node":
        return _Node(self.document, schema).resolved()


def _compare(path: str, stored: _Node, current: _Node) -> Iterator[Break]:
    old, new = stored.resolved(), current.resolved()
    if ("anyOf" in old.here) != ("anyOf" in new.here):
        yield Break(path, "type_changed", "one schema takes one type, the other several (null among them, perhaps)")
        return
    yield from _compare_constraints(path, old.here, new.here)
    yield from _compare_values(path, old.here, new.here)
    yield from _compare_default(path, old.here, new.here)
    yield from _compare_properties(path, old, new)
    if "items" in old.here and "items" in new.here:
        yield from _compare(f"{path}[]", old.at(old.here["items"]), new.at(new.here["items"]))
    yield from _compare_variants(path, old, new)


def _compare_constraints(path: str, old: Schema, new: Schema) -> Iterator[Break]:
    """Type, format, pattern, bounds and every keyword this module does not know must be the same."""
    for keyword in sorted({*old, *new} - ANNOTATIONS - _STRUCTURE):
        if keyword.startswith("x-") or old.get(keyword) == new.get(keyword):
            continue
        code = "type_changed" if keyword in {"type", "format"} else "constraint_changed"
        was, now = _shown(old, keyword), _shown(new, keyword)
        yield Break(path, code, f"{keyword} changed from {was} to {now}: readers of the other schema would refuse it")
    if ("items" in old) != ("items" in new):
        yield Break(path, "type_changed", "the items of the list are described in one schema only")


def _compare_values(path: str, old: Schema, new: Schema) -> Iterator[Break]:
    for keyword in ("enum", "x-extensible-enum"):
        if (keyword in old) != (keyword in new):
            yield Break(path, "constraint_changed", f"{keyword} stands in one schema only")
            continue
        was, now = old.get(keyword, ()), new.get(keyword, ())
        for value in (one for one in was if one not in now):
            yield Break(path, "value_removed", f"{value!r} is no longer a value, but old events carry it")
        if keyword == "enum":
            for value in (one for one in now if one not in was):
                yield Break(path, "value_added", f"{value!r} is new, and old consumers refuse values of a closed list")


def _compare_default(path: str, old: Schema, new: Schema) -> Iterator[Break]:
    """A default lost or gained shows as `required`; a changed one gives old events another meaning."""
    if "default" in old and "default" in new and old["default"] != new["default"]:
        was, now = _shown(old, "default"), _shown(new, "default")
        yield Break(
            path, "default_changed", f"the default changed from {was} to {now}: old events would mean another thing"
        )


def _compare_properties(path: str, old: _Node, new: _Node) -> Iterator[Break]:
    was, now = old.here.get("properties", {}), new.here.get("properties", {})
    was_required, now_required = set(old.here.get("required", ())), set(new.here.get("required", ()))
    for name in was:
        place = f"{path}.{name}".lstrip(".")
        if name not in now:
            yield Break(place, "property_removed", "the property is gone, but old consumers read it")
            continue
        if name in now_required - was_required:
            yield Break(place, "became_required", "the property became required, but old events may lack it")
        if name in was_required - now_required:
            yield Break(place, "became_optional", "the property became optional, but old consumers require it")
        yield from _compare(place, old.at(was[name]), new.at(now[name]))
    for name in (one for one in now if one not in was and one in now_required):
        place = f"{path}.{name}".lstrip(".")
        yield Break(place, "new_required", "a new property without a default: old events lack it, give it a default")


def _compare_variants(path: str, old: _Node, new: _Node) -> Iterator[Break]:
    """`anyOf` variant by variant, whatever their order; one more or one less breaks a reader."""
    was = sorted((old.at(one) for one in old.here.get("anyOf", ())), key=_kind)
    now = sorted((new.at(one) for one in new.here.get("anyOf", ())), key=_kind)
    if [_kind(one) for one in was] != [_kind(one) for one in now]:
        before_names, after_names = ", ".join(map(_kind, was)), ", ".join(map(_kind, now))
        yield Break(path, "type_changed", f"the variants changed from {before_names} to {after_names}")
        return
    for before, after in zip(was, now, strict=True):
        yield from _compare(path, before, after)


def _kind(node: _Node) -> str:
    return str(node.here.get("type", "any"))


def _shown(schema: Schema, keyword: str) -> str:
    return json.dumps(schema[keyword], ensure_ascii=False) if keyword in schema else "nothing"
