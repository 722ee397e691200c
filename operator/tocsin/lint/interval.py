"""Ranges of values, and the little arithmetic that alerts do with them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

_INF = math.inf


@dataclass(frozen=True, slots=True)
class Interval:
    """All values from `low` to `high`; an open end does not belong to it."""

    low: float = -_INF
    high: float = _INF
    low_open: bool = False
    high_open: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether no value is left."""
        open_end = self.low_open or self.high_open
        return self.low > self.high or (self.low == self.high and open_end)

    def __and__(self, other: Interval) -> Interval:
        """Give what is in both."""
        low, low_open = max(
            (self.low, self.low_open), (other.low, other.low_open), key=lambda end: end
        )
        high, shut = min((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low, high, low_open, not shut)

    def __or__(self, other: Interval) -> Interval:
        """Give the smallest interval around both."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        low, low_open = min((self.low, self.low_open), (other.low, other.low_open))
        high, shut = max((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low, high, low_open, not shut)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low, self.high_open, self.low_open)

    def __add__(self, other: Interval) -> Interval:
        low, high = self.low + other.low, self.high + other.high
        if math.isnan(low) or math.isnan(high):
            return ANY
        low_open, high_open = self.low_open or other.low_open, self.high_open or other.high_open
        return Interval(low, high, low_open, high_open)

    def __sub__(self, other: Interval) -> Interval:
        return self + (-other)

    def __mul__(self, other: Interval) -> Interval:
        ends = [
            0.0 if 0 in pair else pair[0] * pair[1]
            for pair in product((self.low, self.high), (other.low, other.high))
        ]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        if other.low <= 0 <= other.high:
            # Dividing by nearly nothing gives anything of the sign that both allow.
            signs = min(self.low, other.low) >= 0
            return Interval(0.0) if signs else ANY
        return self * Interval(1 / other.high, 1 / other.low)


ANY = Interval()
NOT_NEGATIVE = Interval(0.0)
SHARE = Interval(0.0, 1.0)


def exactly(value: float) -> Interval:
    """Give the interval of one value."""
    return Interval(value, value)


def satisfying(op: str, bound: float) -> Interval:
    """Give the values for which `value op bound` holds; `!=` leaves all of them."""
    match op:
        case ">":
            return Interval(bound, _INF, low_open=True)
        case ">=":
            return Interval(bound, _INF)
        case "<":
            return Interval(-_INF, bound, high_open=True)
        case "<=":
            return Interval(-_INF, bound)
        case "==":
            return exactly(bound)
    return ANY


def never(values: Interval, op: str, bound: float) -> bool:
    """Tell whether `value op bound` holds for none of the values."""
    if op == "!=":
        return values == exactly(bound)
    return (values & satisfying(op, bound)).is_empty


def always(values: Interval, op: str, bound: float) -> bool:
    """Tell whether `value op bound` holds for all of the values."""
    opposite = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "!=": "==", "==": "!="}[op]
    return never(values, opposite, bound)
