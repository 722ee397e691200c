"""A comparison that no value of its series can meet: the alert can never fire."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tocsin.lint.bounds import compared, number_of, values_of
from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.interval import Interval, never
from tocsin.lint.rule import Expression, Rule, Settings
from tocsin.promql.grammar import COMPARISONS
from tocsin.promql.nodes import Aggregate, Binary, Call, Node, Paren, Subquery, Unary
from tocsin.promql.outline import tree_of
from tocsin.promql.tokens import is_blank, offset_of

_PERCENT = 2.0
"""From here on a threshold of a share is taken for a percentage."""
_ORDINARY = {">": (0.0, 1.0), ">=": (0.0, 1.0)}
"""Thresholds between these are reachable wherever the left side has a known range."""


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    for one in rule.expressions:
        lines = [each for each in rule.conditions if each.expression is one and each.op]
        suspicious = [
            each for each in one.facts.comparisons if not _is_ordinary(each.op, each.threshold)
        ]
        if not lines and not suspicious:
            continue
        tree = tree_of(one.text)
        if tree is None:
            continue
        node, tokens = tree
        yield from _in_expression(one, node, tokens)
        for each in lines:
            values = values_of(node)
            if never(values, each.op, each.line):
                word = "above" if each.op == ">" else "below"
                yield Finding(
                    f"{each.field}.{word}", _message("the query", values, each.op, each.line)
                )


def _is_ordinary(op: str, threshold: float | None) -> bool:
    if threshold is None:
        return True
    low, high = _ORDINARY.get(op, (0.0, 0.0))
    return low <= threshold < high


def _in_expression(one: Expression, tree: Node, tokens: Sequence[str]) -> Iterator[Finding]:
    for node in _nodes(tree):
        if not isinstance(node, Binary):
            continue
        start = offset_of(list(tokens), node.start)
        span = start, offset_of(list(tokens), node.end) - start
        if node.op in COMPARISONS and not node.is_bool:
            found = compared(node)
            if found is None or found[2] != found[2]:
                continue
            series, op, bound = found
            values = values_of(series)
            if not values.is_empty and number_of(series) is None and never(values, op, bound):
                what = _text(tokens, series)
                yield Finding(one.field, _message(what, values, op, bound), span)
        elif node.op == "and":
            yield from _contradiction(one, node, tokens, span)


def _contradiction(
    one: Expression, node: Binary, tokens: Sequence[str], span: tuple[int, int]
) -> Iterator[Finding]:
    """Find `x > 5 and x < 3`: the same series, and no value for both."""
    conditions: dict[str, Interval] = {}
    for side in _joined(node):
        found = compared(side)
        if found is None or side.is_bool:
            continue
        what = _text(tokens, found[0])
        values = values_of(side)
        both = conditions.get(what, values) & values
        if both.is_empty and not values.is_empty and not conditions.get(what, values).is_empty:
            message = (
                f"asks of {what} what no value can meet at once, so it never fires: "
                'write "or", or mend one of the numbers'
            )
            yield Finding(one.field, message, span)
            return
        conditions[what] = both


def _joined(node: Node) -> Iterator[Binary]:
    while isinstance(node, Paren):
        node = node.inner
    if not isinstance(node, Binary):
        return
    if node.op == "and":
        yield from _joined(node.left)
        yield from _joined(node.right)
    elif node.op in COMPARISONS:
        yield node


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Binary):
        yield from _nodes(node.left)
        yield from _nodes(node.right)
    elif isinstance(node, Paren | Unary | Subquery):
        yield from _nodes(node.inner)
    elif isinstance(node, Call | Aggregate):
        for argument in node.args:
            yield from _nodes(argument)


def _text(tokens: Sequence[str], node: Node) -> str:
    words = (" " if is_blank(token) else token for token in tokens[node.start : node.end])
    text = " ".join("".join(words).split())
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004 the width of a value


def _message(what: str, values: Interval, op: str, bound: float) -> str:
    sense = _range(values)
    remedy = "mend the number"
    if values.high == 1 and bound >= _PERCENT:
        remedy = f"write {bound / 100:g} if {bound:g} % is meant"
    elif values.low == 1 and op in {"<", "<=", "=="}:
        remedy = (
            "a count of nothing is no 0 but empty: write absent(…), or compare a sum of 0 and 1"
        )
    return f"{what} is {sense}, never {op} {bound:g}, so it never fires: {remedy}"


def _range(values: Interval) -> str:
    low, high = values.low, values.high
    if low == high:
        return f"always {low:g}"
    if high == float("inf"):
        return f"{'above' if values.low_open else 'at least'} {low:g}"
    if low == -float("inf"):
        return f"{'below' if values.high_open else 'at most'} {high:g}"
    return f"between {low:g} and {high:g}"


CHECK = RuleCheck("threshold-unreachable", Level.ERROR, "No value can meet the comparison.", _look)
