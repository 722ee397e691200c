"""
A file cut into its YAML documents, so that one that is malformed spoils no other.

A line of `---` starts a document wherever it stands: YAML lets neither a block nor a
quoted text hold one. Files with directives, explicit ends or rare line breaks are
left whole, because there the rule has exceptions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARK = re.compile(rb"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_RARE = re.compile(
    rb"^(?:%|\.\.\.(?:[ \t\r\n]|\Z))|\r(?!\n)|\x00|\xc2\x85|\xe2\x80[\xa8\xa9]", re.MULTILINE
)
_EMPTY = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z))*+\Z")


@dataclass(frozen=True, slots=True)
class Part:
    """One document's bytes, or a whole file's, and the lines before it in the file."""

    data: bytes
    lines_before: int = 0


def split(data: bytes) -> list[Part]:
    """Give each document; one part where the file cannot be cut safely."""
    starts = [found.start() for found in _MARK.finditer(data)]
    if not starts or _RARE.search(data):
        return [Part(data)]
    if starts[0]:
        starts.insert(0, 0)
    parts: list[Part] = []
    lines = 0
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        part = data[start:end]
        # What stands before the first mark is a document only if it says something.
        if start or part.startswith(b"---") or not _EMPTY.match(part):
            parts.append(Part(part, lines))
        lines += part.count(b"\n")
    return parts
