"""
The Secret's budget: what fits stays, and only the newest growth is refused.

A Secret may hold 1 MiB and prometheus-operator reads ours uncompressed. What is
on record was accepted before and goes first; new or changed channels and new
notify blocks follow, the oldest first, as far as they fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

PlanT = TypeVar("PlanT")

_PASSED_OVER = 8
"""Each costs a few builds, the bisection's in the worst case."""


def size_of(data: Mapping[str, bytes]) -> int:
    """Give the bytes that a Secret's data takes: names and values."""
    return sum(len(name) + len(value) for name, value in data.items())


def fit(
    growth: Sequence[str],
    build: Callable[[frozenset[str]], PlanT],
    fits: Callable[[PlanT], bool],
) -> tuple[PlanT, tuple[str, ...]]:
    """
    Build with as much of `growth` as fits, in its order; also gives what was left out.

    `build` takes the growth to leave out. A prefix of `growth` is found by
    bisection, so that a thousand newcomers cost ten builds and not a thousand. What
    does not fit after it is passed over, a few times: one that is too large for any
    room must not stand in everybody's way. Where nothing fits, everything is left out.
    """
    whole = build(frozenset())
    if fits(whole) or not growth:
        return whole, ()
    best = build(frozenset(growth))
    if not fits(best):
        return best, tuple(growth)
    rest, taken = list(growth), 0
    for _ in range(_PASSED_OVER):
        taken, best = _prefix(rest, (taken, best), frozenset(growth) - {*rest}, build, fits)
        if taken == len(rest):
            break
        del rest[taken]
    kept = frozenset(rest[:taken])
    return best, tuple(one for one in growth if one not in kept)


def _prefix(
    rest: Sequence[str],
    known: tuple[int, PlanT],
    out: frozenset[str],
    build: Callable[[frozenset[str]], PlanT],
    fits: Callable[[PlanT], bool],
) -> tuple[int, PlanT]:
    """Find how many of `rest` fit, and with which plan; `known` is the same, found before."""
    low, best = known
    high = len(rest)
    middle = high  # often one alone is too large
    while low < high:
        tried = build(out.union(rest[middle:]))
        if fits(tried):
            low, best = middle, tried
        else:
            high = middle - 1
        middle = (low + high + 1) // 2
    return low, best
