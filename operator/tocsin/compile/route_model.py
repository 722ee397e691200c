"""
Our model of how Alertmanager walks its routing tree (dispatch/route.go, 0.34).

For the routes that Tocsin writes: matchers in the new notation, values quoted. It is
held against Alertmanager's own dispatcher by a test with thousands of label sets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.api.duration import milliseconds, write_duration

_MATCHER = re.compile(r'\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\["\\n])*)"\s*')
_ESCAPE = re.compile(r'\\(["\\n])')
_DEFAULT_WAITS = ("30s", "5m", "4h")
_WAIT_FIELDS = ("group_wait", "group_interval", "repeat_interval")
_ALL = "..."


@dataclass(frozen=True, slots=True)
class Matcher:
    """One test of one label; a label that is missing counts as empty."""

    name: str
    operator: str
    value: str
    _test: Callable[[str], bool] = field(compare=False, repr=False)

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Tell whether a label set passes."""
        return self._test(labels.get(self.name, ""))


def parse_matcher(text: str) -> Matcher:
    """Read a matcher as Tocsin writes it; anything else raises ValueError."""
    found = _MATCHER.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no matcher")
    name, operator, raw = found.groups()
    value = _ESCAPE.sub(lambda one: "\n" if one[1] == "n" else one[1], raw)
    return Matcher(name, operator, value, _test_of(operator, value))


def _test_of(operator: str, value: str) -> Callable[[str], bool]:
    if operator == "=":
        return lambda given: given == value
    if operator == "!=":
        return lambda given: given != value
    try:
        # Patterns of our tree are alternatives of escaped severities, never a user's text.
        pattern = re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is no regular expression: {error}") from error
    if operator == "=~":
        return lambda given: pattern.fullmatch(given) is not None
    return lambda given: pattern.fullmatch(given) is None


@dataclass(frozen=True, slots=True)
class RouteMatch:
    """One route that an alert ends in: the receiver, and how its messages are batched."""

    receiver: str
    group_by: tuple[str, ...]
    group_by_all: bool
    group_wait: str
    group_interval: str
    repeat_interval: str


@dataclass(frozen=True, slots=True)
class RouteNode:
    """A route with what it inherits, ready to be walked."""

    match: RouteMatch
    matchers: tuple[Matcher, ...]
    goes_on: bool
    children: tuple[RouteNode, ...]

    def walk(self, labels: Mapping[str, str]) -> list[RouteMatch]:
        """Give the routes that a label set ends in, depth first and left to right."""
        if not all(one.matches(labels) for one in self.matchers):
            return []
        found: list[RouteMatch] = []
        for child in self.children:
            below = child.walk(labels)
            found += below
            if below and not child.goes_on:
                break
        return found or [self.match]


def read_tree(document: Mapping[str, Any]) -> RouteNode:
    """Read the tree of a configuration; a malformed matcher raises ValueError."""
    wait, interval, repeat = _DEFAULT_WAITS
    start = RouteMatch("", (), group_by_all=False, group_wait=wait,
                       group_interval=interval, repeat_interval=repeat)  # fmt: skip
    return _node(document["route"], start)


def _node(route: Mapping[str, Any], parent: RouteMatch) -> RouteNode:
    group_by, group_by_all = parent.group_by, parent.group_by_all
    if route.get("group_by"):
        given = tuple(route["group_by"])
        # `...` leaves the inherited names in place, as Alertmanager does.
        group_by_all = _ALL in given
        group_by = parent.group_by if group_by_all else tuple(sorted(given))
    waits = [_wait(route, name, getattr(parent, name)) for name in _WAIT_FIELDS]
    match = RouteMatch(route.get("receiver", parent.receiver), group_by, group_by_all, *waits)
    return RouteNode(
        match,
        tuple(parse_matcher(text) for text in route.get("matchers", ())),
        bool(route.get("continue", False)),
        tuple(_node(child, match) for child in route.get("routes", ())),
    )


def _wait(route: Mapping[str, Any], name: str, inherited: str) -> str:
    return write_duration(milliseconds(route[name])) if name in route else inherited


def receivers_for(document: Mapping[str, Any], labels: Mapping[str, str]) -> list[RouteMatch]:
    """
    Give the routes of a configuration that an alert with these labels ends in.

    For many label sets read the tree once: `read_tree(document).walk(labels)`.
    """
    return read_tree(document).walk(labels)
