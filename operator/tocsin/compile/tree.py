"""
The routing tree: notify blocks and default channels as Alertmanager's routes.

What a route does not say it inherits from the root: a thousand channels share a Secret.

Every route that a tenant's object brings about is fenced: by the digest of a block,
which only rules of the block's namespace carry, by `tocsin_namespace`, or for foreign
alerts by `namespace`. The only text of a tenant in a matcher are the alert names of a
subscription, each quoted as itself, and `continue` stands only on siblings below such
a fence, or beside one (S02). Order, first match wins:

1. channels that collect the messages of several blocks (`digest`), and goes on;
2. one route per notify block, its other channels and escalation steps as children;
3. a route that ends the way for every other digest (retired, or not ours to know);
4. one route per namespace with default channels;
5. the platform's default channels, for rules of all other namespaces;
6. foreign alerts that a channel subscribes to, and goes on;
7. the root, which tells nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tocsin.compile.digests import digest_routes
from tocsin.compile.hearers import (
    Hearer,
    block_audience,
    namespace_defaults,
    platform_defaults,
)
from tocsin.compile.inputs import AlertmanagerInputs, ChannelInput
from tocsin.compile.matchers import matcher
from tocsin.compile.notify import RouteBlock
from tocsin.compile.pacing import message_interval
from tocsin.compile.routes import (
    GROUP_BY,
    NOBODY,
    Route,
    TimeIntervals,
    receiver_name,
    spelled,
    to_channel,
)
from tocsin.compile.subscriptions import subscription_routes

__all__ = ["GROUP_BY", "NOBODY", "Route", "Tree", "compile_tree", "inhibit_rules", "receiver_name"]

_SAME_SERIES = ("tocsin_kind", "tocsin_namespace", "tocsin_name", "tocsin_instance")


@dataclass(frozen=True, slots=True)
class Tree:
    """The routing tree, and the time intervals that its routes name."""

    route: Route
    time_intervals: list[dict[str, Any]]


def compile_tree(inputs: AlertmanagerInputs) -> Tree:
    """Build the whole tree; equal inputs give equal trees, whatever their order."""
    times = TimeIntervals()
    own = _defaults_by_namespace(inputs)
    platform = platform_defaults(inputs)
    audiences = {
        digest: block_audience(block, inputs, own.get(block.namespace) or platform).hearers
        for digest, block in sorted(inputs.blocks.items())
    }
    routes = [*digest_routes(audiences, times)]
    routes += [
        _block_route(inputs.blocks[digest], hearers, inputs, times)
        for digest, hearers in audiences.items()
    ]
    routes.append({"receiver": NOBODY, "matchers": [matcher("tocsin_route", "!=", "")]})
    routes += [
        _default_route(matcher("tocsin_namespace", "=", namespace), hearers, times)
        for namespace, hearers in sorted(own.items())
    ]
    if platform:
        routes.append(_default_route(matcher("tocsin_namespace", "!=", ""), platform, times))
    routes += subscription_routes(inputs, times)
    grouping = inputs.config.grouping
    root: Route = {
        "receiver": NOBODY,
        "group_by": list(GROUP_BY),
        "group_wait": spelled(grouping.group_wait),
        "group_interval": spelled(grouping.group_interval),
        "repeat_interval": spelled(grouping.repeat_interval),
        "routes": routes,
    }
    return Tree(root, times.entries())


def _defaults_by_namespace(inputs: AlertmanagerInputs) -> dict[str, tuple[Hearer, ...]]:
    channels: defaultdict[str, list[ChannelInput]] = defaultdict(list)
    for (namespace, _), channel in inputs.channels.items():
        if channel.usable and channel.spec.default is not None:
            channels[namespace].append(channel)
    return {
        namespace: namespace_defaults(found, inputs.config) for namespace, found in channels.items()
    }


def _block_route(
    block: RouteBlock,
    hearers: tuple[Hearer, ...],
    inputs: AlertmanagerInputs,
    times: TimeIntervals,
) -> Route:
    route: Route = {"receiver": NOBODY, "matchers": [matcher("tocsin_route", "=", block.digest)]}
    more = tuple(name for name in block.group_by if name not in GROUP_BY)
    if more:
        route["group_by"] = [*GROUP_BY, *more]
    at_once = [one for one in hearers if one.digest is None]
    waits = (
        ("group_wait", block.group_wait),
        ("group_interval", message_interval(block, at_once) or block.group_interval),
        ("repeat_interval", block.repeat_interval),
    )
    route.update({name: wait for name, wait in waits if wait is not None})
    children = [
        to_channel(
            hearer,
            times,
            group_by=GROUP_BY + more,
            after_interval=None
            if block.max_per_hour is None
            else spelled(inputs.config.grouping.group_interval),
        )
        for hearer in at_once
        if hearer.told
    ]
    return route | {"routes": children} if children else route


def _default_route(fence: str, hearers: Iterable[Hearer], times: TimeIntervals) -> Route:
    route: Route = {
        "receiver": NOBODY,
        "matchers": [fence, matcher("tocsin_name", "!=", "")],
    }
    children = [to_channel(hearer, times) for hearer in hearers if hearer.told]
    return route | {"routes": children} if children else route


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
