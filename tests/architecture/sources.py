"""The Python sources as the architecture tests read them: files, functions and comments, from the working tree."""

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOPS = ("shared", "services", "deploy", "tests", "conftest.py")
SKIPPED = frozenset({"node_modules", "__pycache__", ".venv"})


@cache
def python_files() -> tuple[Path, ...]:
    """Every Python file of the repository, tests and migrations among them."""
    found = [path for top in TOPS for path in [ROOT / top, *(ROOT / top).rglob("*.py")] if path.suffix == ".py"]
    return tuple(sorted(path for path in found if path.is_file() and not SKIPPED & set(path.parts)))


def place(path: Path) -> str:
    """The path as a reader of a message looks for it."""
    return str(path.relative_to(ROOT))


def lines_of(path: Path) -> int:
    """Lines of a file."""
    return len(path.read_text("utf-8").splitlines())


def long_functions(path: Path, lines_max: int) -> Iterator[tuple[str, int]]:
    """Functions longer than the limit: where, how long."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > lines_max:
                yield f"{place(path)}:{node.lineno} {node.name}", length


def comments(path: Path) -> Iterator[tuple[str, str]]:
    """Comments alone, never texts that speak of comments: where, what."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield f"{place(path)}:{token.start[0]}", token.string


def code_lines_of(path: Path) -> int:
    """Lines that hold code: no blank lines, comments or docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    texts = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
    told = {line for one in tokens if one.type not in silent for line in range(one.start[0], one.end[0] + 1)}
    return len(told - texts)
