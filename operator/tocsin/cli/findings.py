"""What the offline commands tell on standard error: one line a finding, then the counts."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from tocsin.api.shown import plain
from tocsin.cli.offline import Finding, Offline
from tocsin.cli.sources import Place, Position, Unreadable

REJECTED, UNREADABLE = 1, 2
_IN_TEXT = re.compile(r"line ([0-9]+), column ([0-9]+): ")


def print_findings(offline: Offline) -> int:
    """Print everything that was found and give the exit status."""
    errors = [one for one in offline.findings if one.is_error]
    for finding in offline.findings:
        print(plain(_line(finding)), file=sys.stderr)
    for line in _counts(offline, errors):
        print(plain(line), file=sys.stderr)
    if any(isinstance(one.place, Unreadable) for one in errors):
        return UNREADABLE
    return REJECTED if errors else 0


def _line(finding: Finding) -> str:
    word = "error" if finding.is_error else "warning"
    problem = finding.problem
    if isinstance(finding.place, Unreadable):
        return f"{unreadable_place(finding.place)}: {word}: {problem.message}"
    position, message = locate(finding.place, problem.field, problem.message)
    where = f"{finding.place.source.name}:{position.line}:{position.column}"
    ref = finding.ref
    who = f"{ref.kind} {ref}" if ref is not None else "object"
    said = f"{problem.field}: {message}" if problem.field else message
    return f"{where}: {word}: {who}: {said} ({problem.reason})"


def unreadable_place(place: Unreadable) -> str:
    """Write where something unreadable is: a place in a file, or the file alone."""
    return f"{place.name}:{place.line}:{place.column}" if place.line else place.name


def locate(place: Place, field: str, message: str) -> tuple[Position, str]:
    """
    Give where a problem stands, and its message without a place that counts from the field.

    What is said of an expression or a template begins with a line and a column in it.
    """
    found = _IN_TEXT.match(message)
    if found is None:
        return place.position(field), message
    return place.in_text(field, int(found[1]), int(found[2])), message[found.end() :]


def _counts(offline: Offline, errors: list[Finding]) -> Iterator[str]:
    if offline.passed_over:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(offline.passed_over.items()))
        total = offline.passed_over.total()
        yield f"passed over {total} {_objects(total)} of other kinds: {kinds}"
    if offline.suspended:
        yield f"{offline.suspended} suspended: they have no PrometheusRule"
    rejected = {one.ref for one in errors if one.ref is not None}
    unreadable = sum(one.ref is None for one in errors)
    if rejected:
        yield f"rejected {len(rejected)} {_objects(len(rejected))}"
    if unreadable:
        yield f"could not read {unreadable} {'place' if unreadable == 1 else 'places'}"


def _objects(count: int) -> str:
    return "object" if count == 1 else "objects"
