"""Findings as people, programs and GitHub read them."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from tocsin.api.shown import plain
from tocsin.cli.lint_report import UNREADABLE, Reported
from tocsin.lint.finding import Level

_WIDTH = 120
_CONTEXT = 40
"""Characters of a long line that are shown before the place that is meant."""
_COLOURS = {Level.ERROR: "31", Level.WARNING: "33", Level.INFO: "36"}
_GITHUB = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}


def wants_colour() -> bool:
    """Colour only on a terminal, and not where NO_COLOR says otherwise (no-color.org)."""
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def human(findings: Sequence[Reported], *, colour: bool) -> Iterator[str]:
    """Write each finding as its place, its message, and the line with a caret below it."""
    for one in findings:
        word = _painted(one.level, _COLOURS[one.level], colour=colour)
        who = f"{one.ref.kind} {one.ref}: " if one.ref is not None else ""
        field = f"{one.field}: " if one.field else ""
        yield f"{plain(_where(one))}: {word}: {plain(who + field + one.message)} [{one.check}]"
        if one.source_line.strip():
            yield from _quoted(one, colour=colour)


def _where(one: Reported) -> str:
    place = one.position
    return f"{one.file}:{place.line}:{place.column}" if place.line else one.file


def _painted(text: str, code: str, *, colour: bool) -> str:
    return f"\x1b[1;{code}m{text}\x1b[0m" if colour else text


def _quoted(one: Reported, *, colour: bool) -> Iterator[str]:
    """Show a part of the line, and mark what is meant; every character is one column wide."""
    start = max(one.position.column - 1, 0)
    first = max(start - _CONTEXT, 0) if len(one.source_line) > _WIDTH else 0
    window = one.source_line[first : first + _WIDTH]
    shown = "".join(each if each.isprintable() else " " if each == "\t" else "?" for each in window)
    length = max(min(one.position.length, len(shown.rstrip()) - (start - first)), 1)
    gutter = f"{one.position.line:>5} | "
    dots = "…" if first else ""
    yield f"{gutter}{dots}{shown.rstrip()}{'…' if len(one.source_line) > first + _WIDTH else ''}"
    caret = _painted("^" + "~" * (length - 1), _COLOURS[one.level], colour=colour)
    yield f"{' ' * (len(gutter) - 2)}| {' ' * (start - first + len(dots))}{caret}"


def as_json(findings: Sequence[Reported]) -> str:
    """Write all findings as one JSON object, for programs."""
    import json  # noqa: PLC0415 only where it is asked for

    items = [
        {
            "file": one.file,
            "line": one.position.line,
            "column": one.position.column,
            "length": one.position.length,
            "level": one.level.value,
            "check": str(one.check),
            "message": one.message,
            "field": one.field,
            "kind": one.ref.kind if one.ref else "",
            "namespace": one.ref.namespace if one.ref else "",
            "name": one.ref.name if one.ref else "",
        }
        for one in findings
    ]
    counted = Counter(one.level for one in findings)
    summary = {level.value: counted[level] for level in Level}
    # Escaped throughout: a terminal may be what reads it.
    return json.dumps({"findings": items, "summary": summary}, indent=2, ensure_ascii=True)


def github(findings: Sequence[Reported]) -> Iterator[str]:
    """Write each finding as a workflow command, which GitHub shows beside the line."""
    for one in findings:
        place = [f"file={_property(one.file)}"]
        if one.position.line:
            place += [f"line={one.position.line}", f"col={one.position.column}"]
            place.append(f"endColumn={one.position.column + one.position.length}")
        place.append(f"title={_property(str(one.check))}")
        who = f"{one.ref.kind} {one.ref}: " if one.ref is not None else ""
        field = f"{one.field}: " if one.field else ""
        yield f"::{_GITHUB[one.level]} {','.join(place)}::{_data(who + field + one.message)}"


def _data(text: str) -> str:
    return plain(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(findings: Sequence[Reported], objects: int, passed_over: Counter[str]) -> str:
    """Say in a line what was looked at and what was found."""
    counted = Counter(one.level for one in findings if one.check != UNREADABLE)
    unreadable = sum(one.check == UNREADABLE for one in findings)
    parts = [
        f"{counted[level]} {word}{'' if counted[level] == 1 else 's'}"
        for level, word in (
            (Level.ERROR, "error"),
            (Level.WARNING, "warning"),
            (Level.INFO, "hint"),
        )
        if counted[level]
    ]
    if unreadable:
        parts.append(f"{unreadable} that could not be read")
    looked = f"{objects} object{'' if objects == 1 else 's'} checked"
    if passed_over:
        looked += f", {passed_over.total()} of other kinds passed over"
    return plain(f"{looked}: {', '.join(parts) if parts else 'nothing found'}")
