"""What the offline commands tell on standard error: one line a finding, then the counts."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tocsin.api.shown import plain
from tocsin.cli.offline import Finding, Offline
from tocsin.cli.sources import Unreadable


def print_findings(offline: Offline) -> int:
    """Print everything that was found and give the exit status."""
    errors = [one for one in offline.findings if one.is_error]
    for finding in offline.findings:
        print(plain(_line(finding)), file=sys.stderr)
    for line in _counts(offline, errors):
        print(plain(line), file=sys.stderr)
    return 1 if errors else 0


def _line(finding: Finding) -> str:
    word = "error" if finding.is_error else "warning"
    problem = finding.problem
    if isinstance(finding.place, Unreadable):
        return f"{finding.place.name}:{finding.place.line}: {word}: {problem.message}"
    where = f"{finding.place.source.name}:{finding.place.line(problem.field)}"
    ref = finding.ref
    who = f"{ref.kind} {ref}" if ref is not None else "object"
    return f"{where}: {word}: {who}: {problem} ({problem.reason})"


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
