"""
What a configuration that Alertmanager has loaded says of our routes and receivers.

Read from the text that `/api/v2/status` shows, line by line: a YAML reader would take a
second for what a thousand channels make. Alertmanager writes that text itself, each
route with its receiver first, then its matchers, then the routes below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from tocsin.compile.yaml_text import read_yaml

_DIGEST = re.compile(r'tocsin_(?:route|inhibit)=~?\\?"([^"\\]*)\\?"')
# `tocsin_route="d1"`, for digests of several rules `tocsin_route=~"d1|d2"`, and `tocsin_inhibit`
# of inhibitions, whose digests are of the same kind and differ from all of routes; Alertmanager
# prints matchers inside YAML strings, where the quotes may be escaped.
_ROUTE = re.compile(r"^route:\n((?:[ \t].*\n?)*)", re.MULTILINE)
_RECEIVER = re.compile(r"^- name: (.+)$", re.MULTILINE)
_ROUTES = re.compile(r"^( *)routes:\n( *)- ", re.MULTILINE)
# What counts of a line below `route`: its dash, a receiver, or a matcher that fences.
_LINE = re.compile(
    r"^(?P<dash> *- )?(?: *receiver: (?P<receiver>.+)$"
    r"|[\"']?tocsin_(?P<label>route|namespace)(?P<operator>=~|!~|!=|=)\\?\"(?P<value>[^\"\\]*)\\?\")?",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is loaded, as far as it concerns us."""

    digests: frozenset[str] = frozenset()
    """Digests of routes and inhibitions that matchers name."""
    receivers: frozenset[str] = frozenset()
    """Names of all receivers."""
    routes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Receivers by what fences their route: `route/DIGEST`, `namespace/NAME`, `namespace/`."""

    def way(self, namespace: str, digest: str | None) -> frozenset[str]:
        """
        Give the receivers that the alerts of a namespace's rule come to.

        `digest` is that of its notify block; without one the namespace's default route is
        taken, and where there is none the platform's.
        """
        if digest is not None:
            return self.routes.get(f"route/{digest}", frozenset())
        own = self.routes.get(f"namespace/{namespace}")
        return self.routes.get("namespace/", frozenset()) if own is None else own

    def shared(self, other: Loaded) -> Loaded:
        """Give what two replicas have in common."""
        return Loaded(
            self.digests & other.digests,
            self.receivers & other.receivers,
            {
                fence: receivers & other.routes[fence]
                for fence, receivers in self.routes.items()
                if fence in other.routes
            },
        )


def read_loaded(configuration: str) -> Loaded:
    """Read what Alertmanager shows; what is not understood is not in it."""
    names = (_name(text) for text in _RECEIVER.findall(configuration))
    return Loaded(digests(configuration), frozenset(names), _routes(configuration))


def digests(configuration: str) -> frozenset[str]:
    """Give the digests of routes and inhibitions that a configuration's matchers name."""
    found = _DIGEST.findall(configuration)
    return frozenset(part for value in found for part in value.split("|") if part)


def _routes(configuration: str) -> dict[str, frozenset[str]]:
    tree = _ROUTE.search(configuration)
    start = _ROUTES.search(tree[1]) if tree is not None else None
    if tree is None or start is None:
        return {}
    dash = f"{start[2]}- "
    found: dict[str, set[str]] = {}
    fences: tuple[str, ...] = ()
    for line in _LINE.finditer(tree[1], start.end(1)):
        if line["dash"] == dash:
            fences = ()
        if line["receiver"] is not None:
            for fence in fences:
                found[fence].add(_name(line["receiver"]))
        elif line["label"] is not None:
            fences = tuple(_fences(line["label"], line["operator"], line["value"])) or fences
            for fence in fences:
                found.setdefault(fence, set())
    return {fence: frozenset(receivers) for fence, receivers in found.items()}


def _fences(label: str, operator: str, value: str) -> Iterator[str]:
    """
    Tell whose alerts a matcher is about.

    `tocsin_route!~"d1|d2"` takes all others away before a channel that collects the
    messages of these (`compile.digests`).
    """
    if label == "namespace" and (operator, bool(value)) in {("=", True), ("!=", False)}:
        yield f"namespace/{value}"
    elif label == "route" and operator != "!=":
        yield from (f"route/{digest}" for digest in value.split("|") if digest)


def _name(text: str) -> str:
    if text[0] not in "\"'":
        return text
    try:
        return str(read_yaml(text))
    except yaml.YAMLError:
        return text
