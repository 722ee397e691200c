"""
What all benchmarks share: interleaved rounds, medians with their spread, goals.

Pure but for the calls that it is given; a benchmark hands in the arms and gets ``Line`` values.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

AT_MOST, AT_LEAST, EXACTLY = "<=", ">=", "="
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Spread:
    """The median of some values and how far they lie apart."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """From at least one value."""
        return cls(statistics.median(values), min(values), max(values))


@dataclass(frozen=True)
class Goal:
    """What a line should reach; for its ratio where it has a floor, else for its value."""

    relation: str
    limit: float

    def met(self, value: float) -> bool:
        """Whether the value reaches it."""
        if self.relation == AT_MOST:
            return value <= self.limit + _TOLERANCE
        if self.relation == AT_LEAST:
            return value >= self.limit - _TOLERANCE
        return math.isclose(value, self.limit, abs_tol=_TOLERANCE)


@dataclass(frozen=True)
class Line:
    """
    One measured figure: a value a round, and beside it a floor's value of the same round.

    ``unit`` is of both. ``floor_name`` says what the floor is; no floor, no ratio. ``compare``
    False shows the floor without a ratio (a peer that only gives a sense of scale).
    """

    what: str
    values: tuple[float, ...]
    unit: str = ""
    goal: Goal | None = None
    floor_name: str = ""
    floor: tuple[float, ...] = ()
    compare: bool = True
    note: str = ""

    @property
    def spread(self) -> Spread:
        """Of the values."""
        return Spread.of(self.values)

    @property
    def ratios(self) -> tuple[float, ...]:
        """Round by round, value ÷ floor; empty where nothing is to be compared."""
        if not self.floor or not self.compare:
            return ()
        return tuple(value / floor for value, floor in zip(self.values, self.floor, strict=True))

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached by the median; None where there is no goal."""
        if self.goal is None:
            return None
        return self.goal.met(Spread.of(self.ratios or self.values).median)


@dataclass(frozen=True)
class Options:
    """``quick`` takes small sizes; ``rounds`` is how often each arm runs."""

    quick: bool = False
    rounds: int = 5
    sizes: Mapping[str, int] = field(default_factory=dict)
    say: Callable[[str], None] = lambda _text: None

    def size(self, name: str, full: int, quick: int) -> int:
        """The size of a benchmark: the one that was asked for, else the one of its kind."""
        return self.sizes.get(name, quick if self.quick else full)


def interleave(
    arms: Mapping[str, Callable[[int], float]],
    rounds: int,
    say: Callable[[str], None] = lambda _text: None,
) -> dict[str, tuple[float, ...]]:
    """
    Run every arm once a round, the order turned round each time; gives the values by arm.

    An arm gets the number of the round. A drift of the machine so meets all arms alike.
    """
    found: dict[str, list[float]] = {name: [] for name in arms}
    for number in range(rounds):
        names = list(arms)[:: 1 if number % 2 == 0 else -1]
        for name in names:
            found[name].append(arms[name](number))
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in found.items())
        say(f"round {number + 1} of {rounds}: {last}")
    return {name: tuple(values) for name, values in found.items()}


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; ``share`` 0.99 for p99."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]
