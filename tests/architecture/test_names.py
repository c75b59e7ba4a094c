"""Names that say something, nothing put off silently, and no address of a registry in what is locked."""

import re
from urllib.parse import urlsplit

from .sources import ROOT, comments, place, python_files

EMPTY_NAMES = frozenset({"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"})
EMPTY_ENDINGS = re.compile(r"_(utils?|helpers?|manager|common|part_?\d+)$")
PUT_OFF = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
BARE_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[[a-z-]+)")
BARE_NOQA = re.compile(r"#\s*noqa(?!:\s*[A-Z]+\d)")


def test_no_module_has_an_empty_name() -> None:
    found = [
        place(path)
        for path in python_files()
        for part in (*path.relative_to(ROOT).parts[:-1], path.stem)
        if part in EMPTY_NAMES or EMPTY_ENDINGS.search(part)
    ]
    assert not found, f"name them by what they hold: {found}"


def test_nothing_is_put_off_or_silenced_without_saying_what() -> None:
    found = [
        f"{where} {text}"
        for path in python_files()
        for where, text in comments(path)
        if PUT_OFF.search(text) or BARE_IGNORE.search(text) or BARE_NOQA.search(text)
    ]
    assert not found, "do it, or name the code that is ignored:\n" + "\n".join(found)


def test_every_public_module_says_what_it_is() -> None:
    silent = [
        place(path)
        for path in python_files()
        if path.is_relative_to(ROOT) and "/src/" in path.as_posix() and path.stat().st_size
        if not path.read_text("utf-8").lstrip().startswith(('"""', 'r"""'))
    ]
    assert not silent, f"a module starts with one sentence of meaning: {silent}"


def test_locks_hold_no_address() -> None:
    for name in ("requirements.lock", "package-lock.json"):
        text = (ROOT / name).read_text("utf-8")
        addresses = [word for word in re.findall(r"[a-z+]+://[^\s\"',]+", text) if _is_a_registry(name, word)]
        assert not addresses, f"{name} names {addresses[0]}: whoever installs brings a registry of their own"
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text("utf-8")


def _is_a_registry(name: str, address: str) -> bool:
    """npm's lock may name where to fund a project; Python's lock may name nothing at all."""
    return name == "requirements.lock" or "registry" in (urlsplit(address).hostname or "")
