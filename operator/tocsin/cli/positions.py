"""
Where a field stands in a file: from a path in an object to a line and a column.

Also inside of a text of several lines: the place in the value is counted in characters
that are not blank, because folding and indentation change only blanks, and escapes are
read as YAML reads them. Looked up for what is complained about, never for good files.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_ESCAPED = re.compile(
    r"""\\(?: x[0-9A-Fa-f]{2} | u[0-9A-Fa-f]{4} | U[0-9A-Fa-f]{8} | . )?+
      | .""",
    re.VERBOSE | re.DOTALL,
)
_BLANK_ESCAPES = frozenset(["", *"ntrvf \t\r_NLP"])


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file, counted from 1, and how many characters from there are meant."""

    line: int
    column: int = 1
    length: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One part of an object on the way to a field: its key, or itself in a list, and its value."""

    key: Any
    value: Any

    @property
    def line(self) -> int:
        """The line, from 0 in the document's part of the file, at which it starts."""
        return int(self.key.start_mark.line)


def walk(node: Any, path: str) -> Iterator[Step]:
    """Give the parts of a document along a path, as far as the document has them."""
    yield Step(node, node)
    for index, name in _STEP.findall(path):
        found = None
        if name and isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == name), None)
        elif index and isinstance(node, yaml.SequenceNode) and int(index) < len(node.value):
            found = (node.value[int(index)], node.value[int(index)])
        if found is None:
            return
        yield Step(*found)
        node = found[1]


def position_of(steps: list[Step], text: str, span: tuple[int, int] | None) -> Position:
    """
    Give the place of the last step, or of some characters of its text.

    `text` is the document's part of the file; `span` is an offset in the value and a length.
    """
    last = steps[-1]
    if span is not None and isinstance(last.value, yaml.ScalarNode):
        return _inside(last.value, text, *span)
    mark, end = last.key.start_mark, last.key.end_mark
    same_line = isinstance(last.key, yaml.ScalarNode) and mark.line == end.line
    length = end.column - mark.column if same_line else 1
    return Position(mark.line + 1, mark.column + 1, max(length, 1))


def _inside(node: yaml.ScalarNode, text: str, offset: int, length: int) -> Position:
    """Find characters of a scalar by the number of characters before them that are no blanks."""
    before = _solid(node.value[:offset])
    wanted = max(_solid(node.value[offset : offset + length]), 1)
    start, end = node.start_mark, node.end_mark
    lines = text.split("\n")
    first: tuple[int, int] | None = None
    last = (start.line, start.column)
    characters = _characters(node.style, lines, start, end)
    for seen, (line, column, width) in enumerate(characters):
        if seen >= before and first is None:
            first = (line, column)
        last = (line, column + width)
        if first is not None and (seen + 1 >= before + wanted or line != first[0]):
            break
    line, column = first or last
    until = last[1] if last[0] == line else len(lines[line].rstrip()) if line < len(lines) else 0
    return Position(line + 1, column + 1, max(until - column, 1))


def _solid(text: str) -> int:
    return sum(not one.isspace() for one in text)


def _characters(
    style: str | None, lines: list[str], start: Any, end: Any
) -> Iterator[tuple[int, int, int]]:
    """Give line, column and width of every character of a scalar that is no blank."""
    block = style in {"|", ">"}
    first = start.line + 1 if block else start.line
    for number in range(first, min(end.line + 1, len(lines))):
        line = lines[number]
        begin = start.column + (style in {"'", '"'}) if number == start.line else 0
        stop = end.column - (style in {"'", '"'}) if number == end.line else len(line)
        for column, raw in _raw_characters(style, line, begin, stop):
            yield number, column, len(raw)


def _raw_characters(
    style: str | None, line: str, begin: int, stop: int
) -> Iterator[tuple[int, str]]:
    if style == '"':
        for found in _ESCAPED.finditer(line, begin, stop):
            raw = found.group()
            if not _is_blank(raw):
                yield found.start(), raw
        return
    column = begin
    while column < stop:
        raw = "''" if style == "'" and line.startswith("''", column) else line[column]
        if not raw.isspace():
            yield column, raw
        column += len(raw)


def _is_blank(raw: str) -> bool:
    if raw[0] != "\\":
        return raw.isspace()
    if len(raw) > 2:  # noqa: PLR2004 a backslash, a letter, and digits
        code = int(raw[2:], 16)  # noqa: FURB166 the prefix is one of YAML, not of Python
        return code <= sys.maxunicode and chr(code).isspace()
    return raw[1:] in _BLANK_ESCAPES  # alone at the end of a line it is one too
