"""Sizes that keep one file to one job, and one function to one thought."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

from tests.contract.repository import files, name, text

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
MEDIAN_FILE = 120


def _lengths() -> dict[str, int]:
    sources = [path for path in files(".py") if text(path).strip()]
    return {name(path): len(text(path).splitlines()) for path in sources}


def _functions(path: Path) -> list[tuple[str, int]]:
    """Each function with its lines, the docstring not counted."""
    found = []
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if ast.get_docstring(node, clean=False) is not None:
                docstring = node.body[0]
                lines -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
            found.append((f"{name(path)}:{node.lineno} {node.name}", lines))
    return found


def test_files() -> None:
    lengths = _lengths()
    assert {file: length for file, length in lengths.items() if length > LONGEST_FILE} == {}


def test_the_median_of_the_files() -> None:
    assert statistics.median(_lengths().values()) <= MEDIAN_FILE


def test_functions() -> None:
    functions = [one for path in files(".py") for one in _functions(path)]
    assert {where: lines for where, lines in functions if lines > LONGEST_FUNCTION} == {}
