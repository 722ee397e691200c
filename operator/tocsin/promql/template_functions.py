"""
The functions of Go templates, for each product that executes them.

With each name stand the fewest and the most arguments. Both products only parse a
template when they load it, and count arguments when the alert fires, which is too
late. Sources: text/template of Go 1.26, template/template.go of Prometheus 3.15 and
of Alertmanager 0.34.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Product = Literal["prometheus", "alertmanager"]
Arity = tuple[int, int]

_MANY = 1 << 16

BUILTINS: Mapping[str, Arity] = {
    **dict.fromkeys(("and", "or", "call", "index", "slice", "printf"), (1, _MANY)),
    **dict.fromkeys(("print", "println", "html", "js", "urlquery"), (0, _MANY)),
    **dict.fromkeys(("not", "len"), (1, 1)),
    **dict.fromkeys(("ne", "lt", "le", "gt", "ge"), (2, 2)),
    "eq": (2, _MANY),
}
"""What text/template defines itself."""

_PROMETHEUS: Mapping[str, Arity] = {
    **dict.fromkeys(
        (
            *("query", "first", "value", "strvalue", "safeHtml", "title", "toUpper", "toLower"),
            *("graphLink", "tableLink", "stripPort", "stripDomain", "humanize", "humanize1024"),
            *("humanizeDuration", "humanizePercentage", "humanizeTimestamp", "toTime"),
            *("toDuration", "parseDuration", "urlQueryEscape"),
        ),
        (1, 1),
    ),
    **dict.fromkeys(("label", "match", "sortByLabel"), (2, 2)),
    **dict.fromkeys(("now", "pathPrefix", "externalURL"), (0, 0)),
    "reReplaceAll": (3, 3),
    "args": (0, _MANY),
}
_ALERTMANAGER: Mapping[str, Arity] = {
    **dict.fromkeys(
        (
            *("toUpper", "toLower", "title", "trimSpace", "safeHtml", "safeUrl", "urlUnescape"),
            *("routeLabels", "since", "humanizeDuration", "toJson"),
            *("base64encode", "base64decode"),
        ),
        (1, 1),
    ),
    **dict.fromkeys(("join", "match", "date", "tz", "toDate", "mustToDate"), (2, 2)),
    **dict.fromkeys(("stringSlice", "list", "dict"), (0, _MANY)),
    "reReplaceAll": (3, 3),
    "append": (1, _MANY),
    "now": (0, 0),
}
FUNCTIONS: Mapping[Product, Mapping[str, Arity]] = {
    "prometheus": {**BUILTINS, **_PROMETHEUS},
    "alertmanager": {**BUILTINS, **_ALERTMANAGER},
}
Version = tuple[int, int]
SINCE: Mapping[Product, Mapping[str, Version]] = {
    "prometheus": {
        "humanizePercentage": (2, 11),
        "parseDuration": (2, 32),
        "stripPort": (2, 33),
        "stripDomain": (2, 36),
        "toTime": (2, 38),
        "toDuration": (3, 6),
        "now": (3, 6),
        "urlQueryEscape": (3, 8),
    },
    "alertmanager": {
        "stringSlice": (0, 20),
        "trimSpace": (0, 26),
        **dict.fromkeys(("date", "tz", "since", "humanizeDuration"), (0, 28)),
        **dict.fromkeys(("toJson", "safeUrl", "urlUnescape"), (0, 30)),
        **dict.fromkeys(("list", "append", "dict"), (0, 32)),
        "now": (0, 33),
        **dict.fromkeys(("toDate", "mustToDate", "base64encode", "base64decode"), (0, 34)),
        "routeLabels": (0, 34),
    },
}
"""The first version that has a function; older ones refuse the whole template. From their
changelogs, and for what these leave out from their sources."""
TITLES: Mapping[Product, str] = {"prometheus": "Prometheus", "alertmanager": "Alertmanager"}
VARIABLES: Mapping[Product, tuple[str, ...]] = {
    "prometheus": ("$", "$labels", "$externalLabels", "$externalURL", "$value"),
    "alertmanager": ("$",),
}
"""The variables that exist before the template's first action."""


def version_of(text: str) -> Version:
    """Read the first two numbers of a version such as `0.34.2`."""
    major, minor, *_ = (*text.split("."), "0")
    return int(major), int(minor)


def age_problem(name: str, product: Product, version: str) -> str:
    """Say that a version does not have a function yet; empty if it has."""
    since = SINCE[product].get(name, (0, 0))
    if since <= version_of(version):
        return ""
    return (
        f"the function {name} needs {TITLES[product]} {since[0]}.{since[1]}, and the operator's "
        f"configuration says {version}: leave it out"
    )


def arity_problem(name: str, count: int, functions: Mapping[str, Arity]) -> str:
    """Say why a call with `count` arguments would fail when the alert fires; empty if not."""
    fewest, most = functions.get(name, (0, _MANY))
    if fewest <= count <= most:
        return ""
    wanted = f"{fewest}" if fewest == most else f"at least {fewest}"
    if name == "value" and count == 0:
        return "the function value needs a sample: write $value for the alert's own value"
    return f"{name} takes {wanted} argument{'' if fewest == 1 else 's'}, here it gets {count}"
