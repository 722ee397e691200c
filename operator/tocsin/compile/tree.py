"""
The routing tree: notify blocks and default channels as Alertmanager's routes.

What a route does not say it inherits from the root: a thousand channels share a Secret.

Every route that a tenant's object brings about is fenced: by the digest of a block,
which only rules of the block's namespace carry, or by `tocsin_namespace`. No part of
a matcher is a tenant's text, and `continue` stands only on siblings below such a
fence (S02). Order, first match wins:

1. one route per notify block, its channels as children;
2. a route that ends the way for every other digest (retired, or not ours to know);
3. one route per namespace with default channels;
4. the platform's default channels, for rules of all other namespaces;
5. the root, which tells nobody.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tocsin.api.duration import milliseconds, write_duration
from tocsin.compile.hearers import (
    Hearer,
    block_audience,
    namespace_defaults,
    platform_defaults,
)
from tocsin.compile.inputs import AlertmanagerInputs, ChannelInput, ChannelKey
from tocsin.compile.notify import RouteBlock

Route = dict[str, Any]

NOBODY = "nobody"
"""The receiver without integrations."""

GROUP_BY = ("tocsin_namespace", "tocsin_name")
"""Always grouped by: nobody's alerts share a message with a stranger's."""

_SAME_SERIES = ("tocsin_kind", "tocsin_namespace", "tocsin_name", "tocsin_instance")


def receiver_name(key: ChannelKey) -> str:
    """Name a channel's receiver; `/` stands in no Kubernetes name, so names cannot collide."""
    return "/".join(key)


def matcher(name: str, operator: str, value: str) -> str:
    """Write a matcher; the value is always quoted, so that both of Alertmanager's parsers agree."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{name}{operator}"{escaped}"'


def route_tree(inputs: AlertmanagerInputs) -> Route:
    """Build the whole tree; equal inputs give equal trees, whatever their order."""
    own = _defaults_by_namespace(inputs)
    platform = platform_defaults(inputs)
    routes = [
        _block_route(block, inputs, own.get(block.namespace) or platform)
        for _, block in sorted(inputs.blocks.items())
    ]
    routes.append({"receiver": NOBODY, "matchers": [matcher("tocsin_route", "!=", "")]})
    routes += [_default_route(namespace, hearers) for namespace, hearers in sorted(own.items())]
    if platform:
        routes.append(_default_route(None, platform))
    grouping = inputs.config.grouping
    return {
        "receiver": NOBODY,
        "group_by": list(GROUP_BY),
        "group_wait": _spelled(grouping.group_wait),
        "group_interval": _spelled(grouping.group_interval),
        "repeat_interval": _spelled(grouping.repeat_interval),
        "routes": routes,
    }


def _defaults_by_namespace(inputs: AlertmanagerInputs) -> dict[str, tuple[Hearer, ...]]:
    channels: defaultdict[str, list[ChannelInput]] = defaultdict(list)
    for (namespace, _), channel in inputs.channels.items():
        if channel.usable and channel.spec.default is not None:
            channels[namespace].append(channel)
    return {
        namespace: namespace_defaults(namespace, found, inputs.config)
        for namespace, found in channels.items()
    }


def _block_route(
    block: RouteBlock, inputs: AlertmanagerInputs, defaults: tuple[Hearer, ...]
) -> Route:
    route: Route = {
        "receiver": NOBODY,
        "matchers": [matcher("tocsin_route", "=", block.digest)],
    }
    more = [name for name in block.group_by if name not in GROUP_BY]
    if more:
        route["group_by"] = [*GROUP_BY, *more]
    waits = (
        ("group_wait", block.group_wait),
        ("group_interval", block.group_interval),
        ("repeat_interval", block.repeat_interval),
    )
    route.update({name: wait for name, wait in waits if wait is not None})
    return _with_children(route, block_audience(block, inputs, defaults).hearers)


def _default_route(namespace: str | None, hearers: tuple[Hearer, ...]) -> Route:
    fence = (
        matcher("tocsin_namespace", "!=", "")
        if namespace is None
        else matcher("tocsin_namespace", "=", namespace)
    )
    route: Route = {
        "receiver": NOBODY,
        "matchers": [fence, matcher("tocsin_name", "!=", "")],
    }
    return _with_children(route, hearers)


def _with_children(route: Route, hearers: Iterable[Hearer]) -> Route:
    children = [_child(hearer) for hearer in hearers if hearer.told]
    return route | {"routes": children} if children else route


def _child(hearer: Hearer) -> Route:
    route: Route = {"receiver": receiver_name(hearer.key)}
    if hearer.severities is not None:
        # Our severities have no character but the dot that means anything to a regex.
        pattern = "|".join(re.escape(name).replace("\\-", "-") for name in hearer.severities)
        route["matchers"] = [matcher("severity", "=~", pattern)]
    if hearer.after is not None:
        # A group a series, which waits: what ends before is never sent.
        route["group_by"] = ["..."]
        route["group_wait"] = _spelled(hearer.after)
    route["continue"] = True
    return route


def inhibit_rules(severities: tuple[str, ...]) -> list[dict[str, Any]]:
    """
    Let the higher level of a rule mute the lower one of the same series.

    `tocsin_instance` must be there on both sides: labels that are missing on both
    count as equal, and foreign alerts would mute each other.
    """
    ours = matcher("tocsin_instance", "!=", "")
    return [
        {
            "source_matchers": [matcher("severity", "=", higher), ours],
            "target_matchers": [matcher("severity", "=", lower), ours],
            "equal": list(_SAME_SERIES),
        }
        for index, higher in enumerate(severities)
        for lower in severities[index + 1 :]
    ]


def _spelled(duration: str) -> str:
    return write_duration(milliseconds(duration))
