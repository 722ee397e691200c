"""
Bounds of anybody's YAML, looked at before and after libyaml reads it.

libyaml's own recursion has no bound: 100 kB of `[` end the process. A few bytes of
aliases unfold to anything; and a file of two-byte values takes a hundred times its
size in memory. Each is refused here, in time that grows with the file alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import yaml

from tocsin.cli.yaml_split import split

MAX_BYTES = 32 << 20
"""Of one file; 5,000 real rules take 3 MB."""
MAX_DEPTH = 100
MAX_NODES = 2_000_000
"""Values in one file with its aliases unfolded."""
MAX_VALUES = 1_000_000
"""Values in one file, about; 5,000 real rules have 200,000."""
MAX_DOCUMENTS = 100_000

_BRACKETS = re.compile(rb"[\[\]{}]")
_SAFE_OPENERS = 2_000
"""Brackets opened in one document: so many, nested, libyaml reads; 20,000 end the process."""
_COMPACT = re.compile(rb"(?:[-?:][ \t]+){%d}" % MAX_DEPTH)
_INDENTED = re.compile(rb"[\n\r\x85\xa8\xa9] {%d}" % (2 * MAX_DEPTH))
"""Any line break of YAML, by its last byte, and blocks that are deep."""
_ALIAS = re.compile(rb"(?:^|[\s\[{,:-])\*[^\s*]", re.MULTILINE)


class MalformedError(Exception):
    """A file that cannot be read; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def size_problem(data: bytes) -> MalformedError | None:
    """Refuse a file by its bytes alone: too long, too many documents, too many values."""
    if len(data) > MAX_BYTES:
        return too_large()
    if len(data) < MAX_DOCUMENTS:
        return None
    if data.count(b"\n---") > MAX_DOCUMENTS:
        return MalformedError(f"the file has more than {MAX_DOCUMENTS:,} documents: split it")
    # Each value but the first of a line follows one of these.
    if sum(data.count(mark) for mark in (b"\n", b",", b"[", b"{", b": ", b"- ")) > MAX_VALUES:
        return MalformedError(f"the file has more than {MAX_VALUES:,} values: split it")
    return None


def too_large() -> MalformedError:
    """Say that a file is longer than what is read."""
    return MalformedError(f"the file is larger than {MAX_BYTES:,} bytes: split it")


def check_depth(data: bytes, loader: type[yaml.CSafeLoader]) -> None:
    """Refuse deep nesting; the exact count is made only where a rough one is suspicious."""
    if _is_suspicious(data):
        _count_depth(data, loader)
        return
    if data.count(b"[") + data.count(b"{") > _SAFE_OPENERS:
        for part in split(data):
            if part.data.count(b"[") + part.data.count(b"{") > _SAFE_OPENERS:
                _count_depth(part.data, loader, part.lines_before)


def _is_suspicious(data: bytes) -> bool:
    """
    Tell whether a file may be deep.

    Brackets in texts deceive the count of those that are open, so it alone proves nothing.
    """
    if b"\0" in data or _COMPACT.search(data) or _INDENTED.search(data):
        return True
    depth = 0
    for bracket in _BRACKETS.findall(data):
        depth = depth + 1 if bracket in b"[{" else max(depth - 1, 0)
        if depth >= MAX_DEPTH:
            return True
    return False


def _count_depth(data: bytes, loader: type[yaml.CSafeLoader], lines_before: int = 0) -> None:
    depth = 0
    for event in yaml.parse(data, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            mark = event.start_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            message = f"nested deeper than {MAX_DEPTH} levels"
            raise MalformedError(message, line + lines_before, column)


def check_aliases(data: bytes, documents: Sequence[Any]) -> None:
    """Refuse documents whose aliases unfold to too much, too deeply, or into themselves."""
    if not _ALIAS.search(data):
        return
    try:
        _check_unfolded(documents, lambda: _first_alias(data))
    except RecursionError as error:
        message = f"its aliases nest deeper than {MAX_DEPTH} levels"
        raise MalformedError(message, *_first_alias(data)) from error


def _check_unfolded(documents: Sequence[Any], where: Callable[[], tuple[int, int]]) -> None:
    known: dict[int, tuple[int, int]] = {}
    total = 0
    for document in documents:
        size, depth = _unfolded(document, known, frozenset())
        total += size
        if total > MAX_NODES:
            message = f"its aliases unfold to more than {MAX_NODES:,} values"
            raise MalformedError(message, *where())
        if depth > MAX_DEPTH:
            raise MalformedError(f"its aliases nest deeper than {MAX_DEPTH} levels", *where())


def _first_alias(data: bytes) -> tuple[int, int]:
    found = _ALIAS.search(data)
    offset = data.index(b"*", found.start()) if found else 0
    return place_of(data, offset)


def place_of(data: bytes, offset: int) -> tuple[int, int]:
    """Give the line and column, from 1, of an offset in bytes."""
    start = data.rfind(b"\n", 0, offset) + 1
    column = len(data[start:offset].decode(errors="replace")) + 1
    return data.count(b"\n", 0, offset) + 1, column


def _unfolded(
    value: Any, known: dict[int, tuple[int, int]], above: frozenset[int]
) -> tuple[int, int]:
    """Count the values of a tree and its levels, each shared part once."""
    if not isinstance(value, (dict, list)):
        return 1, 0
    here = id(value)
    if here in above:
        raise MalformedError("an alias stands inside of what it repeats")
    if here not in known:
        inside = above | {here}
        parts = [_unfolded(part, known, inside) for part in _parts(value)]
        sizes, depths = zip(*parts, strict=True) if parts else ((), ())
        known[here] = 1 + sum(sizes), 1 + max(depths, default=0)
    return known[here]


def _parts(value: dict[Any, Any] | list[Any]) -> Iterator[Any]:
    return iter(value.values() if isinstance(value, dict) else value)
