"""The comments that ignore findings: where each belongs, and which were of no use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tocsin.api.problem import Reason
from tocsin.cli.lint_report import Told
from tocsin.cli.positions import Step
from tocsin.cli.sources import Place, Source
from tocsin.lint.ignores import MARK, Ignore, ignore_in
from tocsin.lint.registry import BY_NAME, IGNORE_UNKNOWN, IGNORE_UNUSED, IGNORE_WITHOUT_REASON

_REASONS = frozenset(one.value for one in Reason)


@dataclass(slots=True)
class _Comment:
    """A comment in a file, the line of what stands below it, and what it has ignored."""

    line: int
    below: int
    ignore: Ignore
    used: set[str] = field(default_factory=set)


class Ignores:
    """All comments of a run, read from the files that have any."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._comments = {
            id(source): list(_comments(source)) for source in sources if MARK in source.data
        }
        self._sources = sources

    def ignores(self, told: Told) -> bool:
        """Tell whether a comment ignores a finding; the comment is then of use."""
        place = told.place
        if not isinstance(place, Place) or id(place.source) not in self._comments:
            return False
        part, steps = place.steps(told.field)
        hit = False
        for one in self._comments[id(place.source)]:
            if told.check in one.ignore.checks and _covers(one, steps, part.lines_before):
                if not told.may_be_ignored:
                    continue
                one.used.add(told.check)
                hit = True
        return hit

    def findings(self) -> Iterator[tuple[Source, int, str, str]]:
        """Give what is wrong with the comments: source, line, check and message."""
        for source in self._sources:
            for one in self._comments.get(id(source), ()):
                for name, message in _wrong(one):
                    yield source, one.line, name, message


def _comments(source: Source) -> Iterator[_Comment]:
    lines = source.data.decode(errors="replace").split("\n")
    for number, line in enumerate(lines, 1):
        ignore = ignore_in(line.rstrip("\r")) if "tocsin:ignore" in line else None
        if ignore is not None:
            yield _Comment(number, _next_line(lines, number), ignore)


def _next_line(lines: Sequence[str], number: int) -> int:
    """Give the first line below that is neither blank nor a comment, nor starts a document."""
    while number < len(lines):
        line = lines[number].strip()
        number += 1
        if line and not line.startswith("#") and line != "---":
            return number
    return 0


def _covers(one: _Comment, steps: Sequence[Step], before: int) -> bool:
    if any(step.line + before + 1 == one.below for step in steps):
        return True
    last = steps[-1].value if steps else None
    if last is None:
        return False
    # Inside of a text of several lines: a comment of PromQL.
    return bool(last.start_mark.line + before + 1 <= one.line <= last.end_mark.line + before)


def _wrong(one: _Comment) -> Iterator[tuple[str, str]]:
    if not one.ignore.checks:
        message = "names no check: write # tocsin:ignore CHECK reason"
        yield IGNORE_UNKNOWN.name, message
        return
    for name in one.ignore.checks:
        if name not in BY_NAME and name not in _REASONS:
            yield IGNORE_UNKNOWN.name, f"there is no check {name}: see `tocsin explain`"
        elif name not in one.used:
            yield IGNORE_UNUSED.name, f"{name} finds nothing here: remove the comment"
    if not one.ignore.reason:
        yield (
            IGNORE_WITHOUT_REASON.name,
            f"says no reason: write one behind {one.ignore.checks[-1]}",
        )
