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
    bisection, so that a thousand newcomers cost ten builds and not a thousand.
    Where not even the first fits, everything is left out, and that plan is given.
    """
    whole = build(frozenset())
    if fits(whole) or not growth:
        return whole, ()
    low, high = 0, len(growth) - 1  # how many of the growth are taken in
    best = build(frozenset(growth))
    while low < high:
        middle = (low + high + 1) // 2
        tried = build(frozenset(growth[middle:]))
        if fits(tried):
            low, best = middle, tried
        else:
            high = middle - 1
    return best, tuple(growth[low:])
