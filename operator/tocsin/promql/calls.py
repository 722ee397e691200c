"""
The arguments of functions that promql-parser 0.11 does not check.

On a bad label or pattern of label_replace and label_join Prometheus fails at each
evaluation, so a rule that loads would still never fire (promql/functions.go of
Prometheus 3.15). And the parser takes a negative number for series in logarithms.
"""

from __future__ import annotations

from itertools import chain

import promql_parser

from tocsin.promql.regexes import check_regex

LOGARITHMS = frozenset({"ln", "log2", "log10"})
CHECKED = LOGARITHMS | {"label_replace", "label_join"}
"""The functions that are looked at."""
_FIRST_SOURCE = 3
"""label_join's arguments are the vector, the target, the separator, then sources."""


def call_problem(tree: promql_parser.Expr) -> str:
    """Say what is wrong with the first bad call in a syntax tree; empty if nothing is."""
    problems: list[str] = []

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.Call):
            if node.func.name == "label_replace":
                problems.extend(_replace_problems(node.args))
            elif node.func.name == "label_join":
                problems.extend(_join_problems(node.args))
            elif node.func.name in LOGARITHMS and _is_number(node.args[0]):
                problems.append(f"{node.func.name}() takes series, not a number: name a metric")
        return not problems

    promql_parser.walk(tree, visit)
    return problems[0] if problems else ""


def _replace_problems(args: list[promql_parser.Expr]) -> list[str]:
    _, target, _, _, pattern = (_string(arg) for arg in args)
    regex = check_regex((pattern or "").encode())
    if regex.error:
        return [f'label_replace() cannot use the pattern "{pattern}" ({regex.error}): mend it']
    return _name_problems("label_replace", "target", [target])


def _join_problems(args: list[promql_parser.Expr]) -> list[str]:
    names = [_string(arg) for arg in args]
    return list(
        chain(
            _name_problems("label_join", "target", names[1:2]),
            _name_problems("label_join", "source", names[_FIRST_SOURCE:]),
        )
    )


def _name_problems(function: str, role: str, names: list[str | None]) -> list[str]:
    if "" in names:
        return [f"{function}() has an empty {role} label: name the label"]
    return []


def _string(node: promql_parser.Expr) -> str | None:
    while isinstance(node, promql_parser.ParenExpr):
        node = node.expr
    return node.val if isinstance(node, promql_parser.StringLiteral) else None


def _is_number(node: promql_parser.Expr) -> bool:
    while isinstance(node, promql_parser.ParenExpr | promql_parser.UnaryExpr):
        node = node.expr
    return isinstance(node, promql_parser.NumberLiteral)
