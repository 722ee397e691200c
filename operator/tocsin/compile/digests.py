"""
Digests: routes at the top of the tree for channels that collect messages.

Such a channel's messages of different rules merge, so its alerts need one group, and
Alertmanager groups within a route. Which blocks are meant is said by a route that
takes all others away, not by the channel's own: the matchers on the way to a route
are part of its group's key, and a key that changed with every block more would send
everything anew (docs/decisions/0010).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tocsin.compile.hearers import Hearer
from tocsin.compile.hours import Windows
from tocsin.compile.inputs import ChannelKey
from tocsin.compile.matchers import matcher
from tocsin.compile.names import canonical_json, digest_of
from tocsin.compile.routes import (
    NOBODY,
    Route,
    TimeIntervals,
    any_of,
    to_channel,
)

_CONDITION_DIGITS = 16


class _Condition(NamedTuple):
    """What narrows a channel: blocks with the same share a route."""

    key: ChannelKey
    severities: tuple[str, ...] | None
    after: str | None
    windows: Windows | None


def digest_routes(
    audiences: Mapping[str, Iterable[Hearer]], times: TimeIntervals
) -> Iterator[Route]:
    """Give the routes to digest channels; `audiences` are the hearers of each block by digest."""
    blocks: defaultdict[_Condition, list[str]] = defaultdict(list)
    hearers: dict[_Condition, Hearer] = {}
    for digest, audience in sorted(audiences.items()):
        for one in audience:
            if one.digest is not None and one.told:
                condition = _Condition(one.key, one.severities, one.after, one.windows)
                blocks[condition].append(digest)
                hearers[condition] = one
    for condition in sorted(blocks, key=repr):
        yield _route(hearers[condition], blocks[condition], times)


def _route(hearer: Hearer, blocks: list[str], times: TimeIntervals) -> Route:
    to = to_channel(hearer, times)
    del to["continue"]
    mark = _mark(hearer, times)
    if mark:
        to["matchers"] = [*to.get("matchers", ()), mark]
    return {
        "receiver": NOBODY,
        "matchers": [matcher("tocsin_route", "!=", "")],
        "continue": True,
        "routes": [
            {"receiver": NOBODY, "matchers": [any_of("tocsin_route", "!~", blocks)]},
            to,
        ],
    }


def _mark(hearer: Hearer, times: TimeIntervals) -> str:
    """
    Tell apart the routes to one channel that differ in nothing that can be matched.

    Alertmanager's log of notifications knows a group by the matchers on its way, its
    labels and its receiver; two groups of one key would each take the other's message
    for its own. No block has the digest that this matcher shuts out.
    """
    said = times.of(hearer.windows)
    if hearer.after is None and not said:
        return ""
    condition = canonical_json([hearer.after or "", said])
    return matcher("tocsin_route", "!=", digest_of(("condition", condition), _CONDITION_DIGITS))
