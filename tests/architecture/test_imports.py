"""Who may import whom, as .importlinter says; contracts and the kit for partners stay small enough to take away."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
OURS = {"contracts", "bezgranits"}
TAKES = {
    "contracts": {"pydantic", "jsonschema"},  # jsonschema: `contracts check` alone
    "sdk": {"pydantic", "nats", "httpx", "contracts", "cryptography"},
}


def test_import_contracts_hold(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    code = lint_imports(config_filenames=(".importlinter",), no_logo=True)
    assert code == 0, capsys.readouterr().out


@pytest.mark.parametrize("package", TAKES)
def test_what_others_take_away_asks_for_little(package: str) -> None:
    taken = {name for path in (ROOT / "shared" / package / "src").rglob("*.py") for name in imported(path)}
    assert taken - set(sys.stdlib_module_names) - OURS <= TAKES[package]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]
