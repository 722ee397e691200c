"""
Which values an expression can have, as far as its functions and its shape prove it.

`rate` is never negative, `count` never 0, `up` is 0 or 1, and the sum over some of a
metric's series is at most the sum over all of them. Everything else can be anything.
"""

from __future__ import annotations

from math import isnan

from tocsin.lint.interval import ANY, NOT_NEGATIVE, SHARE, Interval, exactly, satisfying
from tocsin.promql.grammar import COMPARISONS
from tocsin.promql.nodes import Aggregate, Binary, Call, Node, Number, Paren, Selector, Unary

_SHARES = frozenset({"up", "probe_success"})
_COUNTERS = ("_total", "_bucket")
_FROM_ZERO = frozenset(
    [
        "rate",
        "irate",
        "increase",
        "resets",
        "changes",
        "abs",
        "sqrt",
        "exp",
        "time",
        "timestamp",
        "stddev_over_time",
        "stdvar_over_time",
        "year",
        "histogram_count",
    ]
)
_FIXED = {
    "absent": exactly(1),
    "absent_over_time": exactly(1),
    "present_over_time": exactly(1),
    "count_over_time": Interval(1.0),
    "histogram_fraction": SHARE,
    "sgn": Interval(-1.0, 1.0),
    "minute": Interval(0.0, 59.0),
    "hour": Interval(0.0, 23.0),
    "day_of_week": Interval(0.0, 6.0),
    "day_of_month": Interval(1.0, 31.0),
    "day_of_year": Interval(1.0, 366.0),
    "days_in_month": Interval(28.0, 31.0),
    "month": Interval(1.0, 12.0),
}
_SAME = frozenset(
    [
        "avg_over_time",
        "min_over_time",
        "max_over_time",
        "last_over_time",
        "first_over_time",
        "sort",
        "sort_desc",
        "label_replace",
        "label_join",
        "vector",
    ]
)
_SAME_AGGREGATE = frozenset({"avg", "min", "max", "topk", "bottomk", "limitk", "limit_ratio"})
_ADDED = frozenset({"rate", "increase", "irate"})


def bare(node: Node) -> Node:
    """Take a part out of its brackets."""
    while isinstance(node, Paren):
        node = node.inner
    return node


def number_of(node: Node) -> float | None:
    """Give the number that a part is, with its sign; None where it is none."""
    node = bare(node)
    if isinstance(node, Unary):
        inner = number_of(node.inner)
        return -inner if inner is not None and node.sign == "-" else inner
    return node.value if isinstance(node, Number) else None


def values_of(node: Node) -> Interval:  # noqa: PLR0911 one return a kind of node
    """Give the values that a part of an expression can have."""
    node = bare(node)
    if isinstance(node, Number):
        return ANY if isnan(node.value) else exactly(node.value)
    if isinstance(node, Unary):
        inner = values_of(node.inner)
        return -inner if node.sign == "-" else inner
    if isinstance(node, Selector):
        if node.metric in _SHARES:
            return SHARE
        return NOT_NEGATIVE if node.metric.endswith(_COUNTERS) else ANY
    if isinstance(node, Call):
        return _of_call(node)
    if isinstance(node, Aggregate):
        return _of_aggregate(node)
    return _of_binary(node) if isinstance(node, Binary) else ANY


def _of_call(node: Call) -> Interval:
    if node.name in _FIXED:
        return _FIXED[node.name]
    if node.name in _FROM_ZERO:
        return NOT_NEGATIVE
    if node.name in _SAME and node.args:
        return values_of(node.args[0])
    return ANY


def _of_aggregate(node: Aggregate) -> Interval:
    if node.op in {"count", "count_values"}:
        return Interval(1.0)
    if node.op == "group":
        return exactly(1)
    if node.op in {"stddev", "stdvar"}:
        return NOT_NEGATIVE
    inner = values_of(node.args[-1])
    if node.op in _SAME_AGGREGATE:
        return inner
    if node.op == "sum" and inner.low >= 0:
        return Interval(inner.low)
    return ANY


def _of_binary(node: Binary) -> Interval:  # noqa: PLR0911 one return an operator
    left, right = values_of(node.left), values_of(node.right)
    match node.op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return SHARE if _is_part_of(node.left, node.right) else left / right
        case "or":
            return left | right
        case "and" | "unless":
            return left
    if node.op not in COMPARISONS:
        return ANY
    return SHARE if node.is_bool else _of_filter(node, left, right)


_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def compared(node: Binary) -> tuple[Node, str, float] | None:
    """Give the series, the operator and the number of a comparison, the series on the left."""
    bound = number_of(node.right)
    if bound is not None:
        return node.left, node.op, bound
    bound = number_of(node.left)
    return None if bound is None else (node.right, _TURNED.get(node.op, node.op), bound)


def _of_filter(node: Binary, left: Interval, right: Interval) -> Interval:
    """Give what a comparison lets through."""
    found = compared(node)
    if found is None:
        return left
    series, op, bound = found
    return (left if series is node.left else right) & satisfying(op, bound)


def _is_part_of(one: Node, other: Node) -> bool:
    """Tell whether `one` adds up some of what `other` adds up, so that it is never more."""
    one, other = bare(one), bare(other)
    if isinstance(one, Aggregate) and isinstance(other, Aggregate):
        alike = (one.op, one.grouping, sorted(one.labels))
        if alike != (other.op, other.grouping, sorted(other.labels)):
            return False
        if one.op == "count":
            return _selects_part(one.args[-1], other.args[-1])
        adds = one.op == "sum" and values_of(other.args[-1]).low >= 0
        return adds and _selects_part(one.args[-1], other.args[-1])
    return False


def _selects_part(one: Node, other: Node) -> bool:
    """Tell whether the series of `one` are some of `other`, with the same values."""
    one, other = bare(one), bare(other)
    if isinstance(one, Binary) and (
        one.op in {"and", "unless"} or (one.op in COMPARISONS and not one.is_bool)
    ):
        return number_of(one.left) is None and _selects_part(one.left, other)
    if isinstance(one, Call) and isinstance(other, Call):
        return (
            one.name == other.name and one.name in _ADDED and _selects_part(*one.args, *other.args)
        )
    if not (isinstance(one, Selector) and isinstance(other, Selector)):
        return False
    place = (one.metric, one.range, one.offset, one.at)
    same = one.metric != "" and place == (other.metric, other.range, other.offset, other.at)
    return same and set(other.matchers) <= set(one.matchers)
