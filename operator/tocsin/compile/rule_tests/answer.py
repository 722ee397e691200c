"""
What promtool says of a test file, read back into values.

promtool has no output for machines, so its sentences are read (cmd/promtool/
unittest.go of Prometheus 3.15). Label sets in them are written with Go's quoting: a
raw newline never stands inside of a user's text, and everything here is anchored on
newlines that are promtool's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tocsin.api.duration import milliseconds
from tocsin.promql.literals import unquote

_FIRING = re.compile(
    r"\A(?:    name: [^\n]*,\n)?    alertname: [^\n]*, time: (\w+), \n"
    r"        exp:\[\], \n        got:\[\n(.*)\Z",
    re.DOTALL,
)
_ALERT = re.compile(r"^ +\d+:\n +Labels:(\{[^\n]*\})\n +Annotations:(\{[^\n]*\}),?$", re.MULTILINE)
_SAMPLES = re.compile(
    r'\A    expr: "(?:[^"\\\n]|\\[^\n])*+", time: (\w+),\n        exp: nil\n        got: ([^\n]*)\Z'
)
_NO_SAMPLES = re.compile(r'\A    expr: "(?:[^"\\\n]|\\[^\n])*+", time: \w+, err: ')
_RULE = re.compile(r"\A    rule: [^\n]*?, time: ([0-9hmsµ.]+), err: (.*)\Z", re.DOTALL)
_SERIES = re.compile(r"\A(\d+):\d+: parse error: (.*)\Z", re.DOTALL)
_LOADING = re.compile(r"\A\S+: (?:\d+:\d+: )?(group \".*)\Z", re.DOTALL)
_PAIR = re.compile(r'([A-Za-z_][A-Za-z0-9_]*|"(?:[^"\\]|\\.)*+")=("(?:[^"\\]|\\.)*+")')
_CLOCK = re.compile(r"(\d+(?:\.\d+)?)(h|ms|µs|m|s)")
_CLOCK_MS = {"h": 3_600_000.0, "m": 60_000.0, "s": 1000.0, "ms": 1.0, "µs": 0.001}
_LINES_BEFORE_SERIES = 2
"""promtool counts from one, and its first line is its own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What promtool said of one plan; made by the adapter that ran it."""

    cases: tuple[tuple[str, ...], ...] = ()
    """For each test, in order, the failures that promtool told."""
    stopped: str = ""
    """Why promtool came to no answer, as a sentence without a full stop; else empty."""
    again: bool = False
    """Whether another run may well come to an answer."""


@dataclass(frozen=True, slots=True)
class FiringAlert:
    """One alert that promtool saw firing."""

    labels: dict[str, str]
    annotations: dict[str, str]


@dataclass(slots=True)
class Seen:
    """What was seen in one test. Times are milliseconds since its start."""

    firing: dict[int, list[FiringAlert]] = field(default_factory=dict)
    pending: dict[int, list[dict[str, str]]] = field(default_factory=dict)
    not_evaluated: tuple[int, str] | None = None
    """When a rule could not be evaluated, and why; nothing later was seen then."""
    bad_series: tuple[int, str] | None = None
    """Which input series promtool does not read, and why."""
    other: str = ""
    """Anything else that promtool complains about."""


def read_case(failures: Sequence[str]) -> Seen:
    """Read what promtool told of one test."""
    seen = Seen()
    for text in failures:
        if found := _FIRING.match(text):
            alerts = seen.firing.setdefault(milliseconds(found[1]), [])
            alerts += [FiringAlert(_labels(a), _labels(b)) for a, b in _ALERT.findall(found[2])]
        elif found := _SAMPLES.match(text):
            samples = seen.pending.setdefault(milliseconds(found[1]), [])
            samples += _vector(found[2])
        elif found := _RULE.match(text):
            seen.not_evaluated = seen.not_evaluated or (_clock(found[1]), _line(found[2]))
        elif found := _SERIES.match(text):
            seen.bad_series = int(found[1]) - _LINES_BEFORE_SERIES, _line(found[2])
        elif not _NO_SAMPLES.match(text):
            found = _LOADING.match(text)
            seen.other = seen.other or _line(found[1] if found else text)
    return seen


def _labels(text: str) -> dict[str, str]:
    return {_unquoted(name): _unquoted(value) for name, value in _PAIR.findall(text)}


def _vector(text: str) -> Iterator[dict[str, str]]:
    """Cut `{a="b"} 1E+00, {…} 1E+00` into its label sets; braces stand in values too."""
    labels: dict[str, str] = {}
    end = 0
    for found in _PAIR.finditer(text):
        if labels and "{" in text[end : found.start()]:
            yield labels
            labels = {}
        labels[_unquoted(found[1])] = _unquoted(found[2])
        end = found.end()
    if labels:
        yield labels


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    data = unquote(text)
    return text if data is None else data.decode(errors="replace")


def _clock(text: str) -> int:
    """Read Go's way of writing a duration (`1h3m0s`) as milliseconds."""
    return int(sum(float(number) * _CLOCK_MS[unit] for number, unit in _CLOCK.findall(text)))


def _line(text: str) -> str:
    return " ".join(text.split())
