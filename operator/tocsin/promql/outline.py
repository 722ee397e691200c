"""
`facts_of`: an expression's text in, its `Facts` out.

The text has passed the guard and been judged; what this grammar does not know gives
None, and whoever asked says that it cannot tell.
"""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.promql.facts import (
    UNKNOWN,
    Aggregation,
    Comparison,
    Facts,
    FunctionCall,
    Labels,
    Matching,
    SeriesSelector,
    SubqueryRange,
)
from tocsin.promql.grammar import COMPARISONS, read_tree
from tocsin.promql.guard import check_characters, check_tokens
from tocsin.promql.nodes import (
    Aggregate,
    Binary,
    Call,
    Matcher,
    Node,
    Number,
    Paren,
    Selector,
    String,
    Subquery,
    Unary,
)
from tocsin.promql.result import ABSENT, NAME, can_filter, labels_of, type_of
from tocsin.promql.tokens import offsets, tokenize

_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def facts_of(text: str) -> Facts | None:
    """Read what an expression says; None where it is no PromQL that is known here."""
    tree = tree_of(text)
    if tree is None:
        return None
    node, tokens = tree
    try:
        return _Outline(offsets(tokens)).facts(node)
    except RecursionError:
        return None


def tree_of(text: str) -> tuple[Node, list[str]] | None:
    """Guard, cut and read a text; None where it is refused or not known here."""
    if check_characters(text) is not None:
        return None
    tokens = tokenize(text)
    if check_tokens(text, tokens) is not None:
        return None
    tree = read_tree(tokens)
    return None if tree is None else (tree, tokens)


class _Outline:
    """Collects what stands in a tree, from left to right."""

    def __init__(self, places: Sequence[int]) -> None:
        self._places = places
        self._selectors: list[SeriesSelector] = []
        self._subqueries: list[SubqueryRange] = []
        self._comparisons: list[Comparison] = []
        self._calls: list[FunctionCall] = []
        self._aggregations: list[Aggregation] = []
        self._matchings: list[Matching] = []

    def facts(self, tree: Node) -> Facts:
        self._visit(tree, (), _bare(tree))
        return Facts(
            type_of(tree),
            can_filter(tree),
            labels_of(tree) if type_of(tree) != "string" else UNKNOWN,
            tuple(self._selectors),
            tuple(self._subqueries),
            tuple(self._comparisons),
            tuple(self._calls),
            tuple(self._aggregations),
            tuple(self._matchings),
        )

    def _place(self, node: Node) -> tuple[int, int]:
        return self._places[node.start], self._places[node.end]

    def _visit(self, node: Node, within: tuple[str, ...], top: Node) -> None:
        if isinstance(node, Selector):
            self._selectors.append(self._selector(node, within))
        elif isinstance(node, Paren | Unary):
            self._visit(node.inner, within, top)
        elif isinstance(node, Subquery):
            self._subqueries.append(
                SubqueryRange(
                    node.range, node.step, node.offset, node.at, within, *self._place(node)
                )
            )
            self._visit(node.inner, within, top)
        elif isinstance(node, Call):
            self._calls.append(self._call(node, within))
            self._visit_all(node.args, (node.name, *within), top)
        elif isinstance(node, Aggregate):
            self._aggregations.append(
                Aggregation(node.op, node.grouping, node.labels, within, *self._place(node))
            )
            self._visit_all(node.args, (node.op, *within), top)
        elif isinstance(node, Binary):
            self._binary(node, within, top)
            self._visit_all((node.left, node.right), within, top)

    def _visit_all(self, nodes: Sequence[Node], within: tuple[str, ...], top: Node) -> None:
        for node in nodes:
            self._visit(node, within, top)

    def _selector(self, node: Selector, within: tuple[str, ...]) -> SeriesSelector:
        metric, matchers = node.metric, list[Matcher]()
        for one in node.matchers:
            if one.label == NAME and one.op == "=" and not metric:
                metric = one.value
            else:
                matchers.append(one)
        return SeriesSelector(
            metric, tuple(matchers), node.range, node.offset, node.at, within, *self._place(node)
        )

    def _call(self, node: Call, within: tuple[str, ...]) -> FunctionCall:
        strings = tuple(one.value for one in map(_bare, node.args) if isinstance(one, String))
        labels: Labels = labels_of(node) if node.name in ABSENT else UNKNOWN
        return FunctionCall(node.name, strings, labels, within, *self._place(node))

    def _binary(self, node: Binary, within: tuple[str, ...], top: Node) -> None:
        if node.matching:
            self._matchings.append(
                Matching(
                    node.op, node.matching, node.labels, node.group, node.include,
                    *self._place(node),
                )
            )  # fmt: skip
        if node.op not in COMPARISONS:
            return
        left, right, op = node.left, node.right, node.op
        if type_of(left) == "scalar" and type_of(right) != "scalar":
            left, right, op = right, left, _TURNED.get(op, op)
        self._comparisons.append(
            Comparison(
                op, number_of(right), node.is_bool, node is top, _head(left), within,
                *self._place(node), *self._place(left),
            )
        )  # fmt: skip


def _bare(node: Node) -> Node:
    while isinstance(node, Paren):
        node = node.inner
    return node


def number_of(node: Node) -> float | None:
    """Give the number that a part is, None where it is none; a sign counts, arithmetic not."""
    sign = 1.0
    while isinstance(node, Paren | Unary):
        if isinstance(node, Unary) and node.sign == "-":
            sign = -sign
        node = node.inner
    return sign * node.value if isinstance(node, Number) else None


def _head(node: Node) -> str:
    while isinstance(node, Paren | Unary):
        node = node.inner
    if isinstance(node, Selector):
        return node.metric
    if isinstance(node, Call):
        return node.name
    if isinstance(node, Aggregate | Binary):
        return node.op
    return ""
