"""
Our model of how Alertmanager walks its routing tree (dispatch/route.go, 0.34).

For the routes that Tocsin writes, and for those of a base that it was given. It is
held against Alertmanager's own dispatcher by a test with thousands of label sets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.api.duration import milliseconds, write_duration
from tocsin.compile.matchers import matcher

_MATCHER = re.compile(r'\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\["\\n])*)"\s*')
_ESCAPE = re.compile(r'\\(["\\n])')
_DEFAULT_WAITS = ("30s", "5m", "4h")
_WAIT_FIELDS = ("group_wait", "group_interval", "repeat_interval")
_TIME_FIELDS = ("active_time_intervals", "mute_time_intervals")
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

    def __str__(self) -> str:
        return matcher(self.name, self.operator, self.value)


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
        # Patterns of our tree are alternatives of texts that stand for themselves.
        pattern = re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is no regular expression: {error}") from error
    if operator == "=~":
        return lambda given: pattern.fullmatch(given) is not None
    return lambda given: pattern.fullmatch(given) is None


@dataclass(frozen=True, slots=True)
class RouteMatch:
    """One route that an alert ends in: the receiver, how its messages are batched, and when."""

    receiver: str
    group_by: tuple[str, ...]
    group_by_all: bool
    group_wait: str
    group_interval: str
    repeat_interval: str
    active_time_intervals: tuple[str, ...] = ()
    """Names of which one must hold; empty is always."""
    mute_time_intervals: tuple[str, ...] = ()
    """Names of which none may hold."""


@dataclass(frozen=True, slots=True)
class RouteNode:
    """A route with what it inherits, ready to be walked."""

    match: RouteMatch
    matchers: tuple[Matcher, ...]
    goes_on: bool
    children: tuple[RouteNode, ...]

    def walk(self, labels: Mapping[str, str]) -> list[RouteMatch]:
        """Give the routes that a label set ends in, depth first and left to right."""
        return [path[-1].match for path in self.paths(labels)]

    def paths(self, labels: Mapping[str, str]) -> list[tuple[RouteNode, ...]]:
        """Give the same with the way to each, from this route down."""
        if not all(one.matches(labels) for one in self.matchers):
            return []
        found: list[tuple[RouteNode, ...]] = []
        for child in self.children:
            below = child.paths(labels)
            found += [(self, *path) for path in below]
            if below and not child.goes_on:
                break
        return found or [(self,)]


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
    # Times are the one thing that a route does not inherit.
    times = [tuple(route.get(name) or ()) for name in _TIME_FIELDS]
    receiver = route.get("receiver", parent.receiver)
    match = RouteMatch(
        receiver, group_by, group_by_all, waits[0], waits[1], waits[2], times[0], times[1]
    )
    return RouteNode(
        match,
        _matchers(route),
        bool(route.get("continue", False)),
        tuple(_node(child, match) for child in route.get("routes", ())),
    )


def _matchers(route: Mapping[str, Any]) -> tuple[Matcher, ...]:
    """Read a route's matchers: ours, or where a base was merged in, in any form that there is."""
    texts = route.get("matchers") or ()
    if not route.get("match") and not route.get("match_re"):
        try:
            return tuple(parse_matcher(text) for text in texts)
        except ValueError:
            pass  # in another notation than ours
    from tocsin.compile.base.matchers import (  # noqa: PLC0415 few have a base, and it loads re2
        old_matchers,
        read_matchers,
    )

    old = old_matchers(*(_texts(route.get(name) or {}) for name in ("match", "match_re")))
    found = (*old, *(one for text in texts for one in read_matchers(text)))
    return tuple(Matcher(one.name, one.operator, one.value, one.matches) for one in found)


def _texts(mapping: Mapping[object, object]) -> dict[str, str]:
    return {str(name): str(value) for name, value in mapping.items()}


def _wait(route: Mapping[str, Any], name: str, inherited: str) -> str:
    return write_duration(milliseconds(route[name])) if name in route else inherited


def receivers_for(document: Mapping[str, Any], labels: Mapping[str, str]) -> list[RouteMatch]:
    """
    Give the routes of a configuration that an alert with these labels ends in.

    For many label sets read the tree once: `read_tree(document).walk(labels)`.
    """
    return read_tree(document).walk(labels)
