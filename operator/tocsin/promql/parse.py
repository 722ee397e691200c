"""
The judgement on one expression: guard, rewrite, promql-parser, and what it misses.

This is what the limited child process runs. It guards itself, so no text can make
it recurse without bound; yet the parser is native code, and only a process border
contains what nobody foresaw. Never call `judge` in a process that must not die.
"""

from __future__ import annotations

import promql_parser

from tocsin.promql.calls import CHECKED, call_problem
from tocsin.promql.cost import heavy_reason
from tocsin.promql.functions import (
    AGGREGATORS,
    EXPERIMENTAL,
    FILL_MODIFIERS,
    SINCE_3_15,
    needs_flag,
)
from tocsin.promql.guard import check_characters, check_tokens
from tocsin.promql.refused import explain, locate
from tocsin.promql.rewrite import rewrite
from tocsin.promql.tokens import is_blank, tokenize
from tocsin.promql.verdict import Outcome, Verdict

_FLAGGED = EXPERIMENTAL | SINCE_3_15 | FILL_MODIFIERS
_PANIC = "pyo3_runtime"
_TYPES = {
    promql_parser.VectorSelector: "vector",
    promql_parser.AggregateExpr: "vector",
    promql_parser.MatrixSelector: "matrix",
    promql_parser.SubqueryExpr: "matrix",
    promql_parser.NumberLiteral: "scalar",
    promql_parser.StringLiteral: "string",
}


def judge(text: str) -> Verdict:
    """
    Judge an expression as the condition of an alert.

    Never raises for bad input. A range and a string are invalid: Prometheus loads
    such a rule, and fails at each evaluation.
    """
    refusal = check_characters(text)
    if refusal:
        return Verdict(Outcome.INVALID, refusal.message)
    tokens = tokenize(text)
    refusal = check_tokens(text, tokens)
    if refusal:
        return Verdict(Outcome.INVALID, refusal.message)
    rewritten, problem = rewrite(text, tokens)
    if problem:
        return Verdict(Outcome.INVALID, problem)
    return _parse(text, tokens, "".join(rewritten))


def _parse(text: str, tokens: list[str], rewritten: str) -> Verdict:
    try:
        tree = promql_parser.parse(rewritten)
    except ValueError as error:
        return explain(text, tokens, str(error))
    except BaseException as error:
        # A Rust panic is derived from BaseException, and its class cannot be imported.
        if type(error).__module__ != _PANIC:
            raise
        unknown = Verdict(Outcome.UNVERIFIABLE, "the parser failed on it: write it differently")
        return locate(text, tokens) or unknown
    value_type = type_of(tree)
    # Keywords have no case; most expressions need no second copy of their words.
    words = set(tokens) if text == text.lower() else {token.lower() for token in tokens}
    problem = _evaluation_problem(tree, value_type, words)
    if problem:
        return Verdict(Outcome.INVALID, problem, value_type)
    flag = "" if words.isdisjoint(_FLAGGED) else _flag_needed(tokens)
    outcome = Outcome.UNSUPPORTED if flag else Outcome.VALID
    return Verdict(outcome, flag, value_type, heavy_reason(text, tokens))


def type_of(tree: promql_parser.Expr) -> str:
    """Give an expression's value type: `vector`, `scalar`, `matrix` or `string`."""
    while isinstance(tree, promql_parser.ParenExpr | promql_parser.UnaryExpr):
        tree = tree.expr
    if isinstance(tree, promql_parser.Call):
        return str(tree.func.return_type).rpartition(".")[2].lower()
    if isinstance(tree, promql_parser.BinaryExpr):
        if type_of(tree.rhs) == "scalar" and type_of(tree.lhs) == "scalar":
            return "scalar"
        return "vector"
    return _TYPES[type(tree)]


def _evaluation_problem(tree: promql_parser.Expr, value_type: str, words: set[str]) -> str:
    """Say why Prometheus would fail at each evaluation of what it has loaded."""
    if value_type == "matrix":
        return (
            "the expression is a range of samples, and an alert needs one value per series: "
            "write a function around it, like rate(x[5m])"
        )
    if value_type == "string":
        return (
            "the expression is a string, and an alert needs values: write a condition, like up == 0"
        )
    return "" if words.isdisjoint(CHECKED) else call_problem(tree)


def _flag_needed(tokens: list[str]) -> str:
    """Name the flag that the first experimental call needs; empty if there is no call."""
    significant = [token for token in tokens if not is_blank(token)]
    for before, token, after in zip(["", *significant], significant, significant[1:], strict=False):
        name = token.lower()
        called = after == "(" or (name in AGGREGATORS and after.lower() in {"by", "without"})
        if name in _FLAGGED and called and before != "@":
            return needs_flag(name)
    return ""
