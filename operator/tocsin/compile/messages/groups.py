"""
The synthetic messages that every template of a user is rendered for.

One alert, an alert without labels and annotations, and five hundred that have little
in common; firing and resolved. Labels and annotations that a template names are there
in the ones that have any, so that only what is really missing is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tocsin.promql.gotemplate.message import AlertData, message
from tocsin.promql.gotemplate.values import Struct

MANY = 500
"""Alerts in the largest message."""
START = 1_767_225_600
"""When the first alert began: 2026-01-01, in seconds of Unix time."""
NOW = START + 86_400
_MOST_NAMES = 32
_NAMED = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]{0,63})|[\"`]([A-Za-z_][A-Za-z0-9_.-]{0,63})[\"`]")
_LABELS = ("alertname", "severity", "namespace", "pod", "instance", "tocsin_kind",
           "tocsin_namespace", "tocsin_name", "team")  # fmt: skip
_ANNOTATIONS = ("summary", "description", "runbook_url", "dashboard_url")
_OWN = frozenset({"alertname", "severity", "tocsin_kind", "tocsin_namespace"})
"""Labels that all alerts of the large message have in common."""


@dataclass(frozen=True, slots=True)
class Group:
    """A synthetic message, in words and as data."""

    words: str
    data: Struct
    bare: bool = False
    """Whether its alert has no labels and no annotations."""


def names_in(text: str) -> frozenset[str]:
    """Give what a template may ask of labels and annotations by name, and a little more."""
    found = {one or other for one, other in _NAMED.findall(text)}
    return frozenset(sorted(found)[:_MOST_NAMES])


def groups(names: frozenset[str], *, resolves: bool) -> Iterator[Group]:
    """Give the messages, the usual ones first."""
    yield Group("for one alert that fires", _one(names, resolved=False))
    if resolves:
        yield Group("for one resolved alert", _one(names, resolved=True))
    yield Group("for an alert without labels", _bare(resolved=False), bare=True)
    if resolves:
        yield Group("for a resolved alert without labels", _bare(resolved=True), bare=True)
    yield Group(f"for {MANY} alerts", _many(names, resolves=resolves))


@lru_cache(maxsize=2)
def _bare(*, resolved: bool) -> Struct:
    return message([AlertData({}, {}, START, NOW if resolved else None)], {}, receiver="shop/x")


@lru_cache(maxsize=8)
def _one(names: frozenset[str], *, resolved: bool) -> Struct:
    alert = _alert(names, 0, NOW if resolved else None)
    shared = {name: alert.labels[name] for name in sorted(_OWN)}
    return message([alert], shared, receiver="shop/synthetic")


@lru_cache(maxsize=4)
def _many(names: frozenset[str], *, resolves: bool) -> Struct:
    alerts = [
        _alert(names, number, NOW if resolves and number % 2 else None) for number in range(MANY)
    ]
    shared = {name: alerts[0].labels[name] for name in sorted(_OWN)}
    return message(alerts, shared, receiver="shop/synthetic")


def _alert(names: frozenset[str], number: int, ends_at: int | None) -> AlertData:
    labels = {
        name: _value(name, 0 if name in _OWN else number) for name in (*_LABELS, *sorted(names))
    }
    labels["severity"] = "critical"
    annotations = {name: _value(name, number) for name in sorted(names)}
    annotations |= {name: f"{_value(name, number)} {'and more text ' * 8}" for name in _ANNOTATIONS}
    annotations |= {
        name: f"https://example.org/{name}/{number}?of={number}" for name in _ANNOTATIONS[2:]
    }
    return AlertData(labels, annotations, START + number, ends_at)


def _value(name: str, number: int) -> str:
    """Make a value that is long enough to be cut."""
    return f"{name}-{number:03d}-0123456789abcdef0123456789abcdef"
