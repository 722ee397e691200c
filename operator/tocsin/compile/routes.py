"""
Routes: what a route to one channel says, wherever in the tree it stands.

A route inherits what it does not say from the routes above it, all but its times:
those Alertmanager takes from the route itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tocsin.api.duration import milliseconds, write_duration
from tocsin.compile.hearers import Hearer
from tocsin.compile.hours import Hours, Windows, as_intervals
from tocsin.compile.inputs import ChannelKey
from tocsin.compile.matchers import matcher
from tocsin.compile.names import canonical_json, digest_of

Route = dict[str, Any]

NOBODY = "nobody"
"""The receiver without integrations."""

GROUP_BY = ("tocsin_namespace", "tocsin_name")
"""Always grouped by: nobody's alerts share a message with a stranger's."""

EVERY_LABEL = ["..."]
"""A group a series."""

HOURS = "tocsin-hours-"
"""What the names of our time intervals begin with."""

_TEAM = "team"
_REMINDER = 86_400_000
"""Milliseconds until a digest tells again what goes on: a day."""
_NAME_DIGITS = 16


class TimeIntervals:
    """The time intervals that the routes of a tree name; equal hours share one."""

    def __init__(self) -> None:
        self._found: dict[str, list[dict[str, object]]] = {}
        self._names: dict[Hours, str] = {}

    def name(self, hours: Hours) -> str:
        """Give the name of these hours, and keep them."""
        known = self._names.get(hours)
        if known is None:
            intervals = as_intervals(hours)
            known = HOURS + digest_of(("hours", canonical_json(intervals)), _NAME_DIGITS)
            self._names[hours] = known
            self._found[known] = intervals
        return known

    def of(self, windows: Windows | None) -> Route:
        """Give what a route says of its times."""
        said: Route = {}
        if windows is not None and windows.active:
            said["active_time_intervals"] = [self.name(windows.active)]
        if windows is not None and windows.muted:
            said["mute_time_intervals"] = [self.name(windows.muted)]
        return said

    def entries(self) -> list[dict[str, object]]:
        """Give everything named so far, by name."""
        return [
            {"name": name, "time_intervals": list(intervals)}
            for name, intervals in sorted(self._found.items())
        ]


def receiver_name(key: ChannelKey) -> str:
    """Name a channel's receiver; `/` stands in no Kubernetes name, so names cannot collide."""
    return "/".join(key)


def severity_matchers(severities: tuple[str, ...] | None) -> list[str]:
    """Write the floor of a route; None is no floor."""
    return [] if severities is None else [any_of("severity", "=~", severities)]


def any_of(label: str, operator: str, values: Iterable[str]) -> str:
    """Write a matcher of several values, each of which stands for itself."""
    # A dash means nothing outside brackets; it stays as it is for people's eyes.
    return matcher(label, operator, "|".join(re.escape(one).replace("\\-", "-") for one in values))


def spelled(duration: str) -> str:
    """Write a duration as Alertmanager does."""
    return write_duration(milliseconds(duration))


def grouped_by(names: tuple[str, ...], hearer: Hearer) -> Route:
    """Give the grouping of a route to a channel; its team joins where its recipient needs it."""
    return {"group_by": [*names, _TEAM] if hearer.by_team and _TEAM not in names else [*names]}


def to_channel(
    hearer: Hearer,
    times: TimeIntervals,
    *,
    group_by: tuple[str, ...] = GROUP_BY,
    after_interval: str | None = None,
) -> Route:
    """
    Write the route to a channel below one that fences it.

    `group_by` is what it inherits; `after_interval` the group_interval of what waits
    for `after`, where it may not have the inherited one.
    """
    route: Route = {"receiver": receiver_name(hearer.key)}
    floor = severity_matchers(hearer.severities)
    if floor:
        route["matchers"] = floor
    if hearer.digest is not None:
        route |= grouped_by(GROUP_BY[:1], hearer) | digest_waits(hearer.digest, hearer.after)
    elif hearer.after is not None:
        # A group a series, which waits: what ends before is never sent.
        route["group_by"] = EVERY_LABEL.copy()
        route["group_wait"] = spelled(hearer.after)
        if after_interval is not None:
            route["group_interval"] = after_interval
    elif hearer.by_team:
        route |= grouped_by(group_by, hearer)
    return route | times.of(hearer.windows) | {"continue": True}


def digest_waits(digest: str, after: str | None = None) -> Route:
    """Give the waits of a digest: a message each time, a reminder once a day."""
    length = milliseconds(digest)
    wait = max(length, milliseconds(after) if after is not None else 0)
    return {
        "group_wait": write_duration(wait),
        "group_interval": write_duration(length),
        "repeat_interval": write_duration(max(length, _REMINDER)),
    }
