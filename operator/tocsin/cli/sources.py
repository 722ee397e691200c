"""
Files, folders and standard input: the Kubernetes objects in them, and where each stands.

What cannot be read is told as `Unreadable`, and the rest is read all the same. Places
are looked up only for what is complained about: a second, slower reading that good
files never need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from tocsin.cli.files import (
    MAX_TOTAL,
    STANDARD_INPUT,
    UsageError,
    files_of,
    read_file,
    read_standard_input,
)
from tocsin.cli.positions import Position, Step, position_of, walk
from tocsin.cli.yaml_reading import MalformedError, compose_documents, read_parts
from tocsin.cli.yaml_split import Part, split

__all__ = [
    "Object",
    "Place",
    "Position",
    "Source",
    "Unreadable",
    "UsageError",
    "objects_in",
    "read_sources",
]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, or a document in it, that holds no Kubernetes object; line 0 is the whole file."""

    name: str
    line: int
    message: str
    column: int = 1


@dataclass(slots=True)
class Source:
    """One file, as bytes; its nodes are made when a place is asked for."""

    name: str
    data: bytes
    is_json: bool = False
    _parts: list[Part] | None = field(default=None, repr=False)
    _lines: list[str] | None = field(default=None, repr=False)
    _nodes: dict[int, tuple[Part, list[Any]]] = field(default_factory=dict, repr=False)

    def line(self, document: int, path: str) -> int:
        """Give the line of a field in a document, or of the nearest part above it."""
        return self.position(document, path).line

    def position(self, document: int, path: str, span: tuple[int, int] | None = None) -> Position:
        """
        Give the place of a field in a document, or of the nearest part above it.

        With `span`, an offset and a length in the field's text, the place of these characters.
        """
        part, steps = self.steps(document, path)
        if not steps:
            return Position(1)
        found = position_of(steps, _decoded(part.data), span)
        return Position(found.line + part.lines_before, found.column, found.length)

    def value(self, document: int, path: str) -> str | None:
        """Give the text of a field as it is written, None where it is no text."""
        node = next(iter(self.steps(document, path)[1][::-1]), None)
        return node.value.value if node and isinstance(node.value, yaml.ScalarNode) else None

    def steps(self, document: int, path: str) -> tuple[Part, list[Step]]:
        """Give the part of the file that a document stands in, and the nodes along a path."""
        if self._parts is None:
            self._parts = split(self.data)
        number = document if len(self._parts) > 1 else 0
        if number not in self._nodes:
            self._nodes[number] = self._parts[number], _composed(self._parts[number].data)
        part, nodes = self._nodes[number]
        place = 0 if len(self._parts) > 1 else document
        return part, list(walk(nodes[place], path)) if place < len(nodes) else []

    def text_of_line(self, line: int) -> str:
        """Give a line of the file, counted from 1, without its end; empty where there is none."""
        if self._lines is None:
            self._lines = _decoded(self.data).split("\n")
        return self._lines[line - 1].rstrip("\r") if 0 < line <= len(self._lines) else ""


def _composed(data: bytes) -> list[Any]:
    try:
        return compose_documents(data)
    except yaml.YAMLError:
        return []  # JSON that is no YAML


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    return data.decode(encoding, errors="replace")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands: its source, document, and path below lists."""

    source: Source
    document: int
    path: str = ""

    def line(self, field: str = "") -> int:
        """Give the line of one of the object's fields."""
        return self.position(field).line

    def position(self, field: str = "", span: tuple[int, int] | None = None) -> Position:
        """Give the place of one of the object's fields, or of some characters of its text."""
        return self.source.position(self.document, self._path(field), span)

    def in_text(self, field: str, line: int, column: int) -> Position:
        """Give the place in the file of a line and column of a field's text."""
        text = self.source.value(self.document, self._path(field))
        if text is None:
            return self.position(field)
        before = text.split("\n", line - 1)[: line - 1]
        return self.position(field, (sum(len(one) + 1 for one in before) + column - 1, 1))

    def steps(self, field: str = "") -> tuple[Part, list[Step]]:
        """Give the nodes on the way from the object to one of its fields, the object first."""
        part, steps = self.source.steps(self.document, self._path(field))
        top = len(self.source.steps(self.document, self.path)[1]) - 1 if self.path else 0
        return part, steps[top:]

    def _path(self, field: str) -> str:
        return ".".join(part for part in (self.path, field) if part)


@dataclass(frozen=True, slots=True)
class Object:
    """One Kubernetes object that was read."""

    place: Place
    document: Mapping[str, Any]


def read_sources(arguments: Sequence[str]) -> list[Source | Unreadable]:
    """Read everything that the command line names; UsageError where it names nothing at all."""
    sources: list[Source | Unreadable] = []
    total = 0
    for argument in dict.fromkeys(arguments):
        for name, content in _contents(argument):
            if isinstance(content, MalformedError):
                sources.append(Unreadable(name, 0, content.message))
                continue
            total += len(content)
            if total > MAX_TOTAL:
                message = f"more than {MAX_TOTAL:,} bytes in all: check fewer files at a time"
                sources.append(Unreadable(name, 0, message))
                return sources
            sources.append(Source(name, content, name.endswith(".json")))
    return sources


def _contents(argument: str) -> Iterator[tuple[str, bytes | MalformedError]]:
    if argument == STANDARD_INPUT:
        yield "<stdin>", read_standard_input()
        return
    for path, problem in files_of(argument):
        yield path, problem if problem is not None else read_file(path, named=path == argument)


def objects_in(sources: Sequence[Source | Unreadable]) -> Iterator[Object | Unreadable]:
    """Give every object of every source, in order; Lists are opened."""
    for source in sources:
        if isinstance(source, Unreadable):
            yield source
            continue
        for index, document in enumerate(read_parts(source.data, is_json=source.is_json)):
            if isinstance(document, MalformedError):
                yield Unreadable(source.name, document.line, document.message, document.column)
            elif document is not None:
                yield from _open(Place(source, index), document)


def _open(place: Place, document: Any) -> Iterator[Object | Unreadable]:
    if not isinstance(document, Mapping):
        message = "no Kubernetes object: it needs apiVersion, kind, metadata and spec"
        found = place.position()
        yield Unreadable(place.source.name, found.line, message, found.column)
        return
    items = document.get("items")
    if not (str(document.get("kind")).endswith("List") and isinstance(items, list)):
        yield Object(place, document)
        return
    for index, item in enumerate(items):
        path = f"{place.path}.items[{index}]" if place.path else f"items[{index}]"
        yield from _open(Place(place.source, place.document, path), item)
