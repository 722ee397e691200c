"""
The last look at an Alertmanager configuration before it is written (reliability.md, 5.4).

Alertmanager refuses a configuration as a whole, and prometheus-operator may pass it
on unchecked, so that one mistake would stop every later change. These are its own
loader's rules for the parts that Tocsin writes; a finding here is a bug of ours.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.api.checks.timezones import is_timezone
from tocsin.api.duration import PATTERN, milliseconds
from tocsin.compile.refusals import is_request_url
from tocsin.compile.route_model import parse_matcher
from tocsin.compile.routes import HOURS

_DURATION = re.compile(PATTERN)
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_TOP = {
    "global", "route", "inhibit_rules", "receivers", "mute_time_intervals", "time_intervals",
    "templates",
}  # fmt: skip
_ROOT_ONLY_ABSENT = ("matchers", "match", "match_re", "continue", "mute_time_intervals",
                     "active_time_intervals")  # fmt: skip
_REQUESTED = re.compile(
    r"(?<!pushover)_configs\[\d+\]\.url$|\.(?:api|app|webhook|proxy|token)_url$"
)
"""URLs that requests go to; others are texts for people, and may be templates."""
_VARIABLE = re.compile(r"\$\([a-zA-Z_0-9]+\)")


def check_document(document: Any) -> tuple[str, ...]:
    """Give every reason why Alertmanager would refuse the document; empty where none is known."""
    if not isinstance(document, Mapping) or not isinstance(document.get("route"), Mapping):
        return ("the configuration has no route",)
    return tuple(_problems(document))


def _problems(document: Mapping[str, Any]) -> Iterator[str]:
    for name in document:
        if name not in _TOP:
            yield f"{name}: prometheus-operator refuses this field"
    receivers = _names(document, "receivers")
    intervals = _names(document, "time_intervals", "mute_time_intervals")
    yield from _unique("receivers", receivers)
    yield from _unique("time_intervals", intervals)
    root = document["route"]
    if not root.get("receiver"):
        yield "route: the root names no receiver"
    for name in _ROOT_ONLY_ABSENT:
        if root.get(name):
            yield f"route: the root may not have {name}"
    yield from _route("route", root, frozenset(receivers), frozenset(intervals))
    yield from _intervals(document)
    yield from _inhibitions(document)
    yield from _values("", document)


def _names(document: Mapping[str, Any], *parts: str) -> list[str]:
    return [str(one.get("name", "")) for part in parts for one in document.get(part) or ()]


def _unique(part: str, names: list[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if not name:
            yield f"{part}: one has no name"
        elif count > 1:
            yield f"{part}: {name!r} stands {count} times"


def _route(
    path: str, route: Mapping[str, Any], receivers: frozenset[str], intervals: frozenset[str]
) -> Iterator[str]:
    receiver = route.get("receiver")
    if receiver is not None and receiver not in receivers:
        yield f"{path}.receiver: there is no receiver {receiver!r}"
    yield from _group_by(f"{path}.group_by", route.get("group_by") or [])
    for name in ("group_wait", "group_interval", "repeat_interval"):
        if name in route:
            yield from _duration(f"{path}.{name}", route[name], zero=name == "group_wait")
    yield from _matchers(f"{path}.matchers", route.get("matchers") or [])
    for name in ("mute_time_intervals", "active_time_intervals"):
        for interval in route.get(name) or ():
            if interval not in intervals:
                yield f"{path}.{name}: there is no time interval {interval!r}"
    for index, child in enumerate(route.get("routes") or ()):
        yield from _route(f"{path}.routes[{index}]", child, receivers, intervals)


def _group_by(path: str, names: list[Any]) -> Iterator[str]:
    if "..." in names and len(names) > 1:
        yield f"{path}: '...' must stand alone"
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{path}: {name!r} stands {count} times"
        if name != "..." and not (isinstance(name, str) and _LABEL.fullmatch(name)):
            yield f"{path}: {name!r} is no label name"


def _duration(path: str, value: Any, *, zero: bool) -> Iterator[str]:
    if not isinstance(value, str) or not value or not _DURATION.fullmatch(value):
        yield f"{path}: {value!r} is no duration"
    elif not zero and not milliseconds(value):
        yield f"{path}: may not be zero"


def _matchers(path: str, matchers: list[Any]) -> Iterator[str]:
    for text in matchers:
        try:
            parse_matcher(text)
        except (TypeError, ValueError) as error:
            yield f"{path}: {error}"


def _intervals(document: Mapping[str, Any]) -> Iterator[str]:
    """Look at our own time intervals; Alertmanager knows more forms than we write."""
    for interval in document.get("time_intervals") or ():
        name = str(interval.get("name"))
        if not name.startswith(HOURS):
            continue
        for one in interval.get("time_intervals") or ():
            if not is_timezone(one.get("location", "UTC")):
                yield f"time_intervals {name}: {one['location']!r} is no time zone"
            for times in one.get("times") or ():
                if times["start_time"] >= times["end_time"]:
                    yield f"time_intervals {name}: {times['start_time']} is not before its end"


def _inhibitions(document: Mapping[str, Any]) -> Iterator[str]:
    for index, rule in enumerate(document.get("inhibit_rules") or ()):
        path = f"inhibit_rules[{index}]"
        for side in ("source_matchers", "target_matchers"):
            if not rule.get(side):
                yield f"{path}.{side}: is empty and would match every alert"
            yield from _matchers(f"{path}.{side}", rule.get(side) or [])


def _values(path: str, value: Any) -> Iterator[str]:
    """Look at every text: references to the reloader's environment, secrets twice, bad URLs."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            if f"{name}_file" in value:
                yield f"{path}.{name}: stands beside {name}_file"
            if isinstance(part, str) and _REQUESTED.search(f"{path}.{name}"):
                yield from _url(f"{path}.{name}", part)
            yield from _values(f"{path}.{name}" if path else str(name), part)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _values(f"{path}[{index}]", part)
    elif isinstance(value, str) and "$(" in value and _VARIABLE.search(value):
        yield f"{path}: $(NAME) would be replaced by the configuration reloader"


def _url(path: str, value: str) -> Iterator[str]:
    if not is_request_url(value):
        yield f"{path}: is no http or https URL"
