"""
Pacing: `maxPerHour` as the interval between two messages of one group.

All alerts of the rule are one group, which sends once an interval. Where an end is told
too, a new group starts after each end and sends at once, so that two messages fall into
one interval.
"""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.api.duration import write_duration
from tocsin.compile.hearers import Hearer
from tocsin.compile.notify import RouteBlock

_HOUR = 3600
"""Seconds."""


def message_interval(block: RouteBlock, hearers: Iterable[Hearer]) -> str | None:
    """Give the group_interval of a block with `maxPerHour`; None where it has none."""
    if block.max_per_hour is None:
        return None
    resolves = any(one.resolves for one in hearers if one.told and one.after is None)
    seconds = -(-_HOUR * (2 if resolves else 1) // block.max_per_hour)
    return write_duration(seconds * 1000)
