"""Files and functions that can be read in one sitting; what grows is listed, what has grown too far fails."""

import pytest

from .sources import ROOT, code_lines_of, lines_of, long_functions, place, python_files

FILE_LINES_MAX = 400  # past it, split by noun
FILE_LINES_AIM = 250  # past it, a reason
FUNCTION_LINES_AIM = 70
MACHINERY_LINES_MAX = 4_000  # of code: words that explain it are welcome


def test_no_file_needs_a_split() -> None:
    too_long = {place(path): lines_of(path) for path in python_files() if lines_of(path) > FILE_LINES_MAX}
    assert not too_long, f"over {FILE_LINES_MAX} lines, split by noun: {too_long}"


def test_shared_machinery_stays_small() -> None:
    total = sum(code_lines_of(path) for path in (ROOT / "shared/chassis/src").rglob("*.py"))
    assert total < MACHINERY_LINES_MAX, f"chassis has {total} lines of code: what belongs to one service moves there"


def test_what_grows_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints what is past the aim, to be read; only a tenth of the files fails."""
    grown = sorted(
        [(length, where) for path in python_files() for where, length in long_functions(path, FUNCTION_LINES_AIM)]
        + [(lines_of(path), place(path)) for path in python_files() if lines_of(path) > FILE_LINES_AIM],
        reverse=True,
    )
    if grown:
        lines = "\n".join(f"  {length:4} {where}" for length, where in grown)
        with capsys.disabled():
            print(f"\npast {FILE_LINES_AIM} lines a file or {FUNCTION_LINES_AIM} a function:\n{lines}")
    assert len(grown) <= len(python_files()) // 10, "more than a tenth of the files is past the aim"
