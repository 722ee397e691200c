"""
Files, folders and standard input: the Kubernetes objects in them, and where each stands.

Lines are looked up only for what is complained about: a second, slower reading that
good files never need.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tocsin.cli.yaml_reading import (
    MAX_BYTES,
    MalformedError,
    compose_documents,
    read_documents,
)

SUFFIXES = {".yaml", ".yml", ".json"}
STANDARD_INPUT = "-"

_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


class UsageError(Exception):
    """The command line names something that is not there; exit status 2."""


@dataclass(slots=True)
class Source:
    """One file, as bytes; its nodes are made when a line is asked for."""

    name: str
    data: bytes
    is_json: bool = False
    _nodes: list[Any] | None = field(default=None, repr=False)

    def line(self, document: int, path: str) -> int:
        """Give the line of a field in a document, or of the nearest part above it."""
        if self._nodes is None:
            try:
                self._nodes = compose_documents(self.data)
            except yaml.YAMLError:
                self._nodes = []  # JSON that is no YAML
        if document >= len(self._nodes):
            return 1
        return _line_below(self._nodes[document], path)


def _line_below(node: Any, path: str) -> int:
    line = int(node.start_mark.line) + 1
    for index, name in _STEP.findall(path):
        found = None
        if name and isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == name), None)
        elif index and isinstance(node, yaml.SequenceNode) and int(index) < len(node.value):
            found = (node.value[int(index)], node.value[int(index)])
        if found is None:
            break
        line = int(found[0].start_mark.line) + 1
        node = found[1]
    return line


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands: its source, document, and path below lists."""

    source: Source
    document: int
    path: str = ""

    def line(self, field: str = "") -> int:
        """Give the line of one of the object's fields."""
        parts = (part for part in (self.path, field) if part)
        return self.source.line(self.document, ".".join(parts))


@dataclass(frozen=True, slots=True)
class Object:
    """One Kubernetes object that was read."""

    place: Place
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, or a document in it, that holds no Kubernetes object."""

    name: str
    line: int
    message: str


def read_sources(arguments: Sequence[str]) -> list[Source]:
    """Read everything that the command line names; UsageError where it cannot be read."""
    sources: list[Source] = []
    for argument in dict.fromkeys(arguments):
        if argument == STANDARD_INPUT:
            # One byte more than is allowed tells that there is more.
            sources.append(Source("<stdin>", sys.stdin.buffer.read(MAX_BYTES + 1)))
        elif Path(argument).is_dir():
            files = sorted(_files_in(Path(argument)))
            if not files:
                raise UsageError(f"{argument}: no .yaml, .yml or .json file in this folder")
            sources += [_read(path) for path in files]
        else:
            sources.append(_read(Path(argument)))
    return sources


def _files_in(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix in SUFFIXES and path.is_file() and not hidden:
            yield path


def _read(path: Path) -> Source:
    try:
        with path.open("rb") as file:
            return Source(str(path), file.read(MAX_BYTES + 1), path.suffix == ".json")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


def objects_in(sources: Sequence[Source]) -> Iterator[Object | Unreadable]:
    """Give every object of every source, in order; Lists are opened."""
    for source in sources:
        try:
            documents = read_documents(source.data, is_json=source.is_json)
        except MalformedError as error:
            yield Unreadable(source.name, error.line, error.message)
            continue
        for index, document in enumerate(documents):
            if document is not None:
                yield from _open(Place(source, index), document)


def _open(place: Place, document: Any) -> Iterator[Object | Unreadable]:
    if not isinstance(document, Mapping):
        message = "no Kubernetes object: it needs apiVersion, kind, metadata and spec"
        yield Unreadable(place.source.name, place.line(), message)
        return
    items = document.get("items")
    if not (str(document.get("kind")).endswith("List") and isinstance(items, list)):
        yield Object(place, document)
        return
    for index, item in enumerate(items):
        path = f"{place.path}.items[{index}]" if place.path else f"items[{index}]"
        yield from _open(Place(place.source, place.document, path), item)
