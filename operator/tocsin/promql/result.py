"""
What comes out of a part of an expression: its type, its labels, whether it can be empty.

Derived from the tree alone, as Prometheus' engine does it (promql/engine.go and
functions.go of 3.15), and on the safe side: labels are an upper bound, or unknown.
"""

from __future__ import annotations

from tocsin.promql.facts import ALL_BUT, EXACTLY, UNKNOWN, Labels, all_but, exactly
from tocsin.promql.functions import KNOWN
from tocsin.promql.grammar import COMPARISONS, SETS
from tocsin.promql.nodes import (
    Aggregate,
    Binary,
    Call,
    Node,
    Number,
    Paren,
    Selector,
    String,
    Subquery,
    Unary,
)

NAME = "__name__"
_SCALARS = frozenset({"scalar", "time", "pi"})
_KEEP_NAME = frozenset(["last_over_time", "first_over_time", "sort", "sort_desc"]) | {
    "sort_by_label",
    "sort_by_label_desc",
}
_PICKING = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
ABSENT = frozenset({"absent", "absent_over_time"})
_TYPES = {Number: "scalar", String: "string", Subquery: "matrix", Aggregate: "vector"}


def type_of(node: Node) -> str:
    """Give the value type: `vector`, `scalar`, `matrix` or `string`."""
    while isinstance(node, Paren | Unary):
        node = node.inner
    if isinstance(node, Selector):
        return "matrix" if node.range else "vector"
    if isinstance(node, Call):
        return "scalar" if node.name in _SCALARS else "vector"
    if isinstance(node, Binary):
        scalars = type_of(node.right) == "scalar" and type_of(node.left) == "scalar"
        return "scalar" if scalars else "vector"
    return _TYPES[type(node)]


def series_argument(node: Call) -> Node | None:
    """Give the argument that brings series; None where there is none, as in vector(1)."""
    return next((one for one in node.args if type_of(one) in {"vector", "matrix"}), None)


def can_filter(node: Node) -> bool:
    """Tell whether the result can be empty although its series exist."""
    while isinstance(node, Paren | Unary | Subquery):
        node = node.inner
    if isinstance(node, Selector):
        return node.metric in {"ALERTS", "ALERTS_FOR_STATE"}
    if isinstance(node, Call):
        inner = series_argument(node) if type_of(node) == "vector" else None
        return node.name in ABSENT or (inner is not None and can_filter(inner))
    if isinstance(node, Aggregate):
        return node.op == "limit_ratio" or can_filter(node.args[-1])
    return isinstance(node, Binary) and _can_filter(node)


def _can_filter(node: Binary) -> bool:
    if node.op in COMPARISONS and not node.is_bool:
        return type_of(node) == "vector"
    if node.op == "or":
        return can_filter(node.left) and can_filter(node.right)
    return node.op in SETS or can_filter(node.left) or can_filter(node.right)


def labels_of(node: Node) -> Labels:
    """Say which labels the series of a result may carry."""
    while isinstance(node, Paren | Subquery):
        node = node.inner
    labels = exactly(())
    if isinstance(node, Selector):
        labels = all_but(one.label for one in node.matchers if one.op == "=" and not one.value)
    elif isinstance(node, Unary):
        labels = without(labels_of(node.inner), (NAME,))
    elif isinstance(node, Call):
        labels = _of_call(node)
    elif isinstance(node, Aggregate):
        labels = _of_aggregate(node)
    elif isinstance(node, Binary):
        labels = _of_binary(node)
    return labels


def without(labels: Labels, names: tuple[str, ...]) -> Labels:
    """Take labels away."""
    if labels.kind == EXACTLY:
        return exactly(set(labels.names).difference(names))
    return all_but((*labels.names, *names)) if labels.kind == ALL_BUT else UNKNOWN


def _with(labels: Labels, names: tuple[str, ...]) -> Labels:
    """Add labels that may be written over what was there."""
    if labels.kind == EXACTLY:
        return exactly((*labels.names, *names))
    return all_but(set(labels.names).difference(names)) if labels.kind == ALL_BUT else UNKNOWN


def _only(labels: Labels, names: tuple[str, ...]) -> Labels:
    """Keep nothing but these labels."""
    return exactly(name for name in names if labels.may_have(name))


def _either(one: Labels, other: Labels) -> Labels:
    if not (one.kind and other.kind):
        return UNKNOWN
    if one.kind == other.kind == EXACTLY:
        return exactly((*one.names, *other.names))
    if one.kind == other.kind:
        return all_but(set(one.names).intersection(other.names))
    some, rest = (one, other) if one.kind == EXACTLY else (other, one)
    return all_but(set(rest.names).difference(some.names))


def _of_call(node: Call) -> Labels:
    if node.name in ABSENT:
        return _of_absent(node)
    inner = series_argument(node)
    if inner is None and node.name in KNOWN:
        return exactly(())
    if inner is None or node.name not in KNOWN or node.name in {"info", "histogram_quantiles"}:
        return UNKNOWN
    labels = labels_of(inner)
    if node.name in {"label_replace", "label_join"}:
        target = node.args[1]
        return _with(labels, (target.value,)) if isinstance(target, String) else UNKNOWN
    if node.name in _KEEP_NAME:
        return labels
    return without(labels, (NAME, "le") if node.name == "histogram_quantile" else (NAME,))


def _of_absent(node: Call) -> Labels:
    """Prometheus takes the labels that exactly one equality names."""
    inner = node.args[0] if node.args else None
    while isinstance(inner, Paren):
        inner = inner.inner
    if not isinstance(inner, Selector):
        return exactly(())
    names = [one.label for one in inner.matchers]
    return exactly(
        one.label
        for one in inner.matchers
        if one.op == "=" and one.label != NAME and names.count(one.label) == 1
    )


def _of_aggregate(node: Aggregate) -> Labels:
    inner = labels_of(node.args[-1])
    if node.op in _PICKING:
        return inner
    if node.grouping == "without":
        labels = without(inner, (*node.labels, NAME))
    else:
        labels = _only(inner, node.labels)
    if node.op == "count_values":
        written = node.args[0]
        return _with(labels, (written.value,)) if isinstance(written, String) else UNKNOWN
    return labels


def _of_binary(node: Binary) -> Labels:
    left, right = labels_of(node.left), labels_of(node.right)
    if node.op in SETS:
        return _either(left, right) if node.op == "or" else left
    dropped = () if node.op in COMPARISONS and not node.is_bool else (NAME,)
    if type_of(node.right) == "scalar" or type_of(node.left) == "scalar":
        return without(left if type_of(node.right) == "scalar" else right, dropped)
    if node.group:
        many = right if node.group == "right" else left
        return _with(without(many, dropped), node.include)
    return _of_pair(node, without(left, dropped), right)


def _of_pair(node: Binary, left: Labels, right: Labels) -> Labels:
    """Give the labels of a one-to-one match; `left` has lost the name where it must."""
    if node.matching == "on":
        return _only(left, node.labels)
    if not node.matching and right.kind == EXACTLY:
        # Both sides agree on every label but the name, so the narrower one bounds the result.
        return _only(left, (*right.names, NAME))
    return without(left, node.labels)
