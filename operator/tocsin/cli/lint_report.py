"""One finding with its place in a file, as every output needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.api.meta import ObjectRef
from tocsin.cli.findings import locate
from tocsin.cli.sources import Place, Position, Source, Unreadable
from tocsin.lint.finding import Level

UNREADABLE = "unreadable"
"""The check's name of what could not be read; it has no page, for nothing was checked."""


@dataclass(frozen=True, slots=True)
class Told:
    """A finding before its place is looked up: that costs, and an ignored one needs none."""

    place: Place | Unreadable
    ref: ObjectRef | None
    check: str
    level: Level
    field: str
    message: str
    span: tuple[int, int] | None = None
    may_be_ignored: bool = True


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding as it is printed; line 0 is the whole file."""

    file: str
    position: Position
    check: str
    level: Level
    message: str
    field: str = ""
    ref: ObjectRef | None = None
    source_line: str = ""


def report(told: Told, sources: Mapping[str, Source]) -> Reported:
    """Look up where a finding stands, among the files that could be opened."""
    if isinstance(told.place, Unreadable):
        name, where = told.place.name, Position(told.place.line, told.place.column)
        line = sources[name].text_of_line(where.line) if name in sources else ""
        return Reported(name, where, told.check, told.level, told.message, source_line=line)
    source = told.place.source
    if told.span is not None:
        position, message = told.place.position(told.field, told.span), told.message
    else:
        position, message = locate(told.place, told.field, told.message)
    line = source.text_of_line(position.line)
    return Reported(
        source.name, position, told.check, told.level, message, told.field, told.ref, line
    )
