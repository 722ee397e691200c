"""
Whether Alertmanager would load a base: its own loader's rules, as far as text can tell.

A mistake that goes through would be refused by Alertmanager together with everything
that Tocsin wrote, so this is strict; and prometheus-operator's copy of the structure
is stricter still than Alertmanager's own (stack-facts.md, 6). Values are never
repeated in what is said: a base may hold passwords.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.api.duration import PATTERN, milliseconds
from tocsin.compile.base.fields import INTEGRATIONS
from tocsin.compile.base.intervals import check_interval
from tocsin.compile.base.matchers import old_matchers, read_matchers
from tocsin.compile.base.receivers import POST_MESSAGE, check_receiver
from tocsin.compile.base.value_types import problems_of

_DURATION = re.compile(PATTERN)
_OUR_RECEIVER = re.compile("[a-z0-9](?:[-a-z0-9]*[a-z0-9])?/[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?")
_OUR_PREFIX = "tocsin"
_LABEL = re.compile("[a-zA-Z_][a-zA-Z0-9_]*")
_TOP = {
    "global", "route", "inhibit_rules", "receivers", "mute_time_intervals", "time_intervals",
    "templates",
}  # fmt: skip
_ROUTE = {
    "receiver", "group_by", "match", "match_re", "matchers", "mute_time_intervals",
    "active_time_intervals", "continue", "routes", "group_wait", "group_interval",
    "repeat_interval",
}  # fmt: skip
_ROOT_MAY_NOT = ("matchers", "match", "match_re", "mute_time_intervals", "active_time_intervals")
_INHIBITION = {
    "source_match", "source_match_re", "source_matchers", "target_match", "target_match_re",
    "target_matchers", "equal",
}  # fmt: skip
_INTERVAL = {"times", "weekdays", "days_of_month", "months", "years", "location"}


def check_base(document: Any) -> Iterator[str]:
    """Give every reason not to take a base, each with its field; none where it is good."""
    if not isinstance(document, Mapping):
        yield "is no mapping: an Alertmanager configuration begins with route: and receivers:"
        return
    yield from _unknown("", document, _TOP)
    yield from problems_of("@global", document.get("global"), "global")
    yield from _one_slack(document.get("global"))
    for part in ("receivers", "inhibit_rules", "time_intervals", "mute_time_intervals"):
        if not _is_list_of_mappings(document.get(part)):
            yield f"{part}: is no list of mappings"
            return
    templates = [] if document.get("templates") is None else document["templates"]
    if not (isinstance(templates, list) and all(isinstance(one, str) for one in templates)):
        yield "templates: is no list of texts"
    yield from _receivers(document)
    yield from _intervals(document)
    yield from _root(document)
    for index, rule in enumerate(document.get("inhibit_rules") or ()):
        yield from _inhibition(f"inhibit_rules[{index}]", rule)


def _one_slack(shared: Any) -> Iterator[str]:
    if not isinstance(shared, Mapping):
        return
    app = shared.get("slack_app_token") or shared.get("slack_app_token_file")
    hook = shared.get("slack_api_url") or shared.get("slack_api_url_file")
    same = shared.get("slack_api_url") == (shared.get("slack_app_url") or POST_MESSAGE)
    if app and hook and not same:
        yield "global: may have only one of slack_app_token and slack_api_url"


def _is_list_of_mappings(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)


def _unknown(path: str, mapping: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    for name in mapping:
        if name not in known:
            yield f"{path}{name[:80]}: is not known to prometheus-operator; remove it"


def _receivers(document: Mapping[str, Any]) -> Iterator[str]:
    receivers = document.get("receivers") or ()
    yield from _names("receivers", [one.get("name") for one in receivers])
    for index, receiver in enumerate(receivers):
        path = f"receivers[{index}]"
        if _OUR_RECEIVER.fullmatch(str(receiver.get("name"))):
            yield f"{path}.name: is formed as Tocsin's own receivers (namespace/name): rename it"
        yield from _unknown(f"{path}.", receiver, {"name", *INTEGRATIONS})
        yield from check_receiver(path, receiver, document.get("global") or {})


def _names(part: str, names: list[Any]) -> Iterator[str]:
    for name, count in Counter(str(one or "") for one in names).items():
        if not name:
            yield f"{part}: one has no name"
        elif count > 1:
            yield f"{part}: {name[:80]!r} stands {count} times"


def _intervals(document: Mapping[str, Any]) -> Iterator[str]:
    parts = ("time_intervals", "mute_time_intervals")
    every = [one for part in parts for one in document.get(part) or ()]
    yield from _names("time_intervals", [one.get("name") for one in every])
    for one in every:
        name = str(one.get("name"))[:80]
        if name.startswith(_OUR_PREFIX):
            yield f"time_intervals: {name!r}: names that begin with tocsin are Tocsin's: rename it"
        yield from _unknown(f"time_intervals[{name}].", one, {"name", "time_intervals"})
        if not _is_list_of_mappings(one.get("time_intervals")):
            yield f"time_intervals[{name}].time_intervals: is no list of mappings"
            continue
        for interval in one.get("time_intervals") or ():
            yield from _unknown(f"time_intervals[{name}].", interval, _INTERVAL)
            wrong = list(problems_of("@interval", interval, f"time_intervals[{name}]"))
            yield from wrong or check_interval(f"time_intervals[{name}]", interval)


def _root(document: Mapping[str, Any]) -> Iterator[str]:
    root = document.get("route")
    if not isinstance(root, Mapping):
        yield "route: is missing"
        return
    if not root.get("receiver"):
        yield "route.receiver: is missing: the root route names who hears of the rest"
    for name in _ROOT_MAY_NOT:
        if root.get(name):
            yield f"route.{name}: the root route may not have it"
    known = {str(one.get("name")) for one in document.get("receivers") or ()}
    intervals = {
        str(one.get("name"))
        for part in ("time_intervals", "mute_time_intervals")
        for one in document.get(part) or ()
    }
    yield from _route("route", root, known, intervals)


def _route(path: str, route: Any, receivers: set[str], intervals: set[str]) -> Iterator[str]:
    if not isinstance(route, Mapping):
        yield f"{path}: is no mapping"
        return
    yield from _unknown(f"{path}.", route, _ROUTE)
    receiver = route.get("receiver")
    if not isinstance(receiver, (str, int, type(None))) or (
        receiver and str(receiver) not in receivers
    ):
        yield f"{path}.receiver: there is no receiver {str(receiver)[:80]!r}"
    if not isinstance(route.get("continue", False), (bool, type(None))):
        yield f"{path}.continue: is neither true nor false"
    yield from _group_by(f"{path}.group_by", route.get("group_by"))
    yield from _times(path, route, intervals)
    yield from check_matchers(path, route, "")
    children = route.get("routes")
    if children is not None and not isinstance(children, list):
        yield f"{path}.routes: is no list"
        return
    for index, child in enumerate(children or ()):
        yield from _route(f"{path}.routes[{index}]", child, receivers, intervals)


def _times(path: str, route: Mapping[str, Any], intervals: set[str]) -> Iterator[str]:
    for name in ("group_wait", "group_interval", "repeat_interval"):
        if route.get(name) is not None:
            yield from _duration(f"{path}.{name}", route[name], zero=name == "group_wait")
    for name in ("mute_time_intervals", "active_time_intervals"):
        for one in _texts(route.get(name)):
            if str(one) not in intervals:
                yield f"{path}.{name}: there is no time interval {str(one)[:80]!r}"


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _group_by(path: str, names: Any) -> Iterator[str]:
    if names is None:
        return
    if not isinstance(names, list) or not all(isinstance(one, str) and one for one in names):
        yield f"{path}: is no list of label names"
        return
    if "..." in names and len(names) > 1:
        yield f"{path}: '...' must stand alone"
    if len(set(names)) != len(names):
        yield f"{path}: a label stands twice"


def _duration(path: str, value: Any, *, zero: bool) -> Iterator[str]:
    if not isinstance(value, str) or not value or not _DURATION.fullmatch(value):
        if not (zero and value == 0):
            yield f"{path}: is no duration: write for example 5m"
    elif not zero and not milliseconds(value):
        yield f"{path}: may not be zero"


def check_matchers(path: str, part: Mapping[str, Any], side: str) -> Iterator[str]:
    """Check `matchers`, `match` and `match_re` of a route, or of a side of an inhibition."""
    texts = part.get(f"{side}matchers")
    if texts is not None and not (
        isinstance(texts, list) and all(isinstance(one, str) for one in texts)
    ):
        yield f"{path}.{side}matchers: is no list of texts"
        return
    for index, text in enumerate(texts or ()):
        try:
            read_matchers(text)
        except ValueError as error:
            yield f"{path}.{side}matchers[{index}]: {error}"
    given = [part.get(f"{side}{name}") for name in ("match", "match_re")]
    old = [{} if one is None else one for one in given]
    if not all(isinstance(one, Mapping) and _is_flat(one) for one in old):
        yield f"{path}.{side}match: is no mapping of labels to texts"
        return
    try:
        old_matchers(*({str(k): str(v) for k, v in one.items()} for one in old))
    except ValueError as error:
        yield f"{path}.{side}match_re: {error}"


def _is_flat(mapping: Mapping[str, Any]) -> bool:
    return all(
        _LABEL.fullmatch(name) and not (value is None or isinstance(value, (list, dict)))
        for name, value in mapping.items()
    )


def _inhibition(path: str, rule: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(f"{path}.", rule, _INHIBITION)
    for side in ("source_", "target_"):
        yield from check_matchers(path, rule, side)
    yield from _group_by(f"{path}.equal", rule.get("equal"))
