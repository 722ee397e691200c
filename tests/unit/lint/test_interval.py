"""Ranges of values: laws of the arithmetic, and what expressions are known to give."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.lint.bounds import values_of
from tocsin.lint.interval import Interval, always, never, satisfying
from tocsin.promql.outline import tree_of

numbers = st.integers(-4, 4).map(float)
OPERATORS = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Interval, float]:
    """An interval, and a value in it."""
    value = draw(numbers)
    low = draw(st.sampled_from([-math.inf, value, value - 1, value - 0.5]))
    high = draw(st.sampled_from([math.inf, value, value + 1, value + 0.5]))
    low_open = draw(st.booleans()) and low < value
    return Interval(low, high, low_open, draw(st.booleans()) and high > value), value


def holds(interval: Interval, value: float) -> bool:
    above = value > interval.low if interval.low_open else value >= interval.low
    below = value < interval.high if interval.high_open else value <= interval.high
    return above and below


@given(intervals(), intervals())
def test_arithmetic_loses_no_value(
    one: tuple[Interval, float], other: tuple[Interval, float]
) -> None:
    (first, a), (second, b) = one, other
    assert holds(first + second, a + b)
    assert holds(first - second, a - b)
    assert holds(first * second, a * b)
    assert holds(first | second, a)
    assert holds(first | second, b)
    if b:
        assert holds(first / second, a / b)


@given(intervals(), st.sampled_from(sorted(OPERATORS)), numbers)
def test_never_and_always_are_never_wrong(
    one: tuple[Interval, float], op: str, bound: float
) -> None:
    interval, value = one
    true = OPERATORS[op](value, bound)
    assert not (true and never(interval, op, bound))
    assert not (not true and always(interval, op, bound))
    if true:
        assert holds(interval & satisfying(op, bound), value)


@pytest.mark.parametrize(
    ("expression", "low", "high"),
    [
        ("up", 0, 1),
        ("avg by (job) (up)", 0, 1),
        ("1 - avg(up)", 0, 1),
        ("100 * avg(up)", 0, 100),
        ("sum(up)", 0, math.inf),
        ("count(x)", 1, math.inf),
        ("count(up == 0) / count(up)", 0, 1),
        ('sum(rate(a_total{c="5"}[5m])) / sum(rate(a_total[5m]))', 0, 1),
        ('sum by (j) (rate(a_total{c="5"}[5m])) / sum by (k) (rate(a_total[5m]))', 0, math.inf),
        ('sum(rate(a_total{c="5"}[1m])) / sum(rate(a_total[5m]))', 0, math.inf),
        ('sum(rate(a_total[5m])) / sum(rate(a_total{c="5"}[5m]))', 0, math.inf),
        ("sum(rate(b_total[5m])) / sum(rate(a_total[5m]))", 0, math.inf),
        ('sum(g{c="5"}) / sum(g)', -math.inf, math.inf),
        ("rate(a_total[5m])", 0, math.inf),
        ("x", -math.inf, math.inf),
        ("-up", -1, 0),
        ("x > 5 < 9", 5, 9),
        ("up or x", -math.inf, math.inf),
        ("x > bool 5", 0, 1),
        ("absent(x)", 1, 1),
        ("hour()", 0, 23),
        ("x ^ 2", -math.inf, math.inf),
        ("Inf - Inf", -math.inf, math.inf),
        ("NaN", -math.inf, math.inf),
    ],
)
def test_what_expressions_give(expression: str, low: float, high: float) -> None:
    tree = tree_of(expression)
    assert tree is not None
    values = values_of(tree[0])
    assert (values.low, values.high) == (low, high)
