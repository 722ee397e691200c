"""Our own grammar beside promql-parser: the same trees, and the places are right."""

from __future__ import annotations

from typing import Any

import promql_parser
import pytest
from hypothesis import given, settings
from tests.unit.promql.expressions import INVALID, UNSUPPORTED, VALID
from tests.unit.promql.generated import EXPRESSIONS

from tocsin.promql.grammar import read_tree
from tocsin.promql.guard import MAX_OPERATORS
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
    walk,
)
from tocsin.promql.outline import facts_of
from tocsin.promql.parse import judge
from tocsin.promql.result import type_of
from tocsin.promql.rewrite import rewrite
from tocsin.promql.tokens import tokenize
from tocsin.promql.verdict import Outcome

ALL_VALID = [(text, kind) for kind, texts in VALID.items() for text in texts]
_OPERATORS = {"land": "and", "lor": "or", "lunless": "unless"}


def ours(node: Node) -> Any:  # noqa: PLR0911 one case a kind
    """Write our tree as nested tuples."""
    match node:
        case Number():
            return ("number", repr(node.value))
        case String():
            return ("string",)
        case Selector():
            names = tuple(one.label for one in node.matchers)
            return ("selector", node.metric, names, node.range, node.offset, bool(node.at))
        case Subquery():
            return ("subquery", ours(node.inner), node.range, node.step, node.offset, bool(node.at))
        case Call():
            return ("call", node.name, *map(ours, node.args))
        case Aggregate():
            return ("aggregate", node.op, node.grouping, node.labels, *map(ours, node.args))
        case Binary():
            return ("binary", node.op, node.is_bool, node.matching, node.labels, node.group,
                    node.include, ours(node.left), ours(node.right))  # fmt: skip
        case Unary():
            return _signed(ours(node.inner))
        case Paren():
            return ours(node.inner)


def theirs(node: promql_parser.Expr, length: int = 0) -> Any:  # noqa: PLR0911 likewise
    """Write promql-parser's tree likewise."""
    match node:
        case promql_parser.NumberLiteral():
            return ("number", repr(abs(node.val)))  # a sign is folded into it
        case promql_parser.StringLiteral():
            return ("string",)
        case promql_parser.VectorSelector():
            matchers = node.matchers.matchers
            unnamed = [one for one in matchers if not _is_quoted_name(node, one)]
            name = node.name or next(
                (one.value for one in matchers if _is_quoted_name(node, one)), ""
            )
            names = tuple("or" if one.name == "or_" else one.name for one in unnamed)
            return ("selector", name, names, length,
                    _milliseconds(node.offset), node.at is not None)  # fmt: skip
        case promql_parser.MatrixSelector():
            return theirs(node.vector_selector, _milliseconds(node.range))
        case promql_parser.SubqueryExpr():
            return ("subquery", theirs(node.expr), _milliseconds(node.range),
                    _milliseconds(node.step), _milliseconds(node.offset),
                    node.at is not None)  # fmt: skip
        case promql_parser.Call():
            return ("call", node.func.name, *map(theirs, node.args))
        case promql_parser.AggregateExpr():
            return _their_aggregate(node)
        case promql_parser.BinaryExpr():
            return _their_binary(node)
        case promql_parser.UnaryExpr():
            return _signed(theirs(node.expr))
        case promql_parser.ParenExpr():
            return theirs(node.expr)
    raise TypeError(type(node))


def _signed(tree: Any) -> Any:
    """Say that there is a sign: `rewrite` makes one of +, and promql-parser folds numbers."""
    if tree[0] == "number":
        return ("number", repr(abs(float(tree[1]))))
    return tree if tree[0] == "signed" else ("signed", tree)


def _is_quoted_name(node: Any, matcher: Any) -> bool:
    """Tell a name in quotes from what `rewrite` makes of a pattern for the name."""
    return node.name is None and matcher.name == "__name__" and matcher.value not in {".", ""}


def _milliseconds(span: Any) -> int:
    return round(span.total_seconds() * 1000) if span is not None else 0


def _their_aggregate(node: Any) -> Any:
    grouping, labels = "", ()
    if node.modifier is not None:
        grouping = str(node.modifier.type).rpartition(".")[2].lower()
        labels = tuple(node.modifier.labels)
    parts = [one for one in (node.param, node.expr) if one is not None]
    return ("aggregate", str(node.op), grouping, labels, *map(theirs, parts))


def _their_binary(node: Any) -> Any:
    matching, labels, group, include, is_bool = "", (), "", (), False
    if node.modifier is not None:
        is_bool = node.modifier.return_bool
        if node.modifier.matching is not None:
            kind = str(node.modifier.matching.type).rpartition(".")[2].lower()
            matching = {"include": "on", "exclude": "ignoring"}[kind]
            labels = tuple(node.modifier.matching.labels)
        card = str(node.modifier.card).rpartition(".")[2]
        group = {"ManyToOne": "left", "OneToMany": "right"}.get(card, "")
        include = tuple(node.modifier.group_labels or ())
    return ("binary", str(node.op), is_bool, matching, labels, group, include,
            theirs(node.lhs), theirs(node.rhs))  # fmt: skip


def native(text: str) -> Any:
    """Let promql-parser read a text, made ready for it as `judge` does."""
    rewritten, problem = rewrite(text, tokenize(text))
    assert problem == ""
    return promql_parser.parse("".join(rewritten))


@pytest.mark.parametrize(("text", "kind"), ALL_VALID)
def test_every_valid_expression_gives_the_same_tree(text: str, kind: str) -> None:
    tree = read_tree(tokenize(text))
    assert tree is not None
    assert type_of(tree) == kind


@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS)
def test_generated_expressions_give_the_same_tree(text: str) -> None:
    if judge(text).outcome is Outcome.VALID:
        tree = read_tree(tokenize(text))
        assert tree is not None
        assert ours(tree) == theirs(native(text))


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS)
def test_places_are_those_of_the_parts(text: str) -> None:
    """What is cut out of the text by its place is that part again."""
    tokens = tokenize(text)
    tree = read_tree(tokens)
    if tree is None:
        return
    for part in walk(tree):
        again = read_tree(tokenize("".join(tokens[part.start : part.end])))
        assert again is not None
        assert ours(again) == ours(part)


@pytest.mark.parametrize("text", [*INVALID, *UNSUPPORTED, "x" * 20_000, "(" * 40])
def test_nothing_raises(text: str) -> None:
    facts_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "+".join(["foo"] * (MAX_OPERATORS + 1)),
        "^".join(["foo"] * (MAX_OPERATORS + 1)),
        "-" * MAX_OPERATORS + "foo",
        "(" * 31 + "-" * 200 + "foo" + ")" * 31,
        " or ".join(["max_over_time(x[5m:])"] * 64),
    ],
)
def test_the_limits_of_the_guard_are_no_limits_here(text: str) -> None:
    assert facts_of(text) is not None
