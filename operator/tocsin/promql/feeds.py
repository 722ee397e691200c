"""
What feeds a query: the parts whose absence means that there is no data.

Of a ratio it is the denominator: the numerator (errors, say) may be empty because all
is well. A part that can be empty although its series exist proves nothing, nor does
one that is never empty; then the answer is a sentence that says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.promql.functions import KNOWN
from tocsin.promql.grammar import COMPARISONS
from tocsin.promql.nodes import (
    Aggregate,
    Binary,
    Call,
    Node,
    Paren,
    Selector,
    Subquery,
    Unary,
    walk,
)
from tocsin.promql.outline import tree_of
from tocsin.promql.result import ABSENT, can_filter, series_argument, type_of
from tocsin.promql.tokens import offsets

_UNKNOWN = "its syntax is too new to tell what feeds it"


def absence_of(text: str) -> tuple[str, str]:
    """
    Give the condition "no series feeds this query", or why there is none.

    The text has been judged and is accepted. The first of the two is empty where the
    second is not.
    """
    found = tree_of(text)
    if found is None:
        return "", _UNKNOWN
    tree, tokens = found
    parts = list(_feeds(tree))
    problem = _hidden(tree) or next((said for said in map(_doubt, parts) if said), "")
    if not problem and not parts:
        problem = "it reads no series"
    if problem:
        return "", problem
    places = offsets(tokens)
    texts = dict.fromkeys(text[places[one.start] : places[one.end]] for one in parts)
    # One alert is enough, so what is found first hides the rest.
    return "\nor on ()\n".join(f"absent({_own_lines(part)})" for part in texts), ""


def _own_lines(part: str) -> str:
    """Let a comment at the end of a line swallow nothing."""
    return f"\n{part}\n" if "\n" in part or "#" in part else part


def _feeds(node: Node) -> Iterator[Node]:
    while isinstance(node, Paren | Unary):
        node = node.inner
    if type_of(node) == "scalar":
        return
    if isinstance(node, Binary) and _is_computed(node):
        sides = [one for one in (node.left, node.right) if type_of(one) != "scalar"]
        if node.op == "/" and type_of(node.right) != "scalar":
            yield node.right
        elif len(sides) == 1 or _has_ratio(node):
            for side in sides:
                yield from _feeds(side)
        else:
            yield node
        return
    inner = _inner(node)
    if inner is not None and _has_ratio(inner):
        yield from _feeds(inner)
    elif not isinstance(node, Call) or inner is not None:
        yield node


def _is_computed(node: Binary) -> bool:
    """Tell arithmetic, and comparisons that give 0 or 1, from what filters or joins."""
    return node.op not in {"and", "or", "unless"} and (node.is_bool or node.op not in COMPARISONS)


def _inner(node: Node) -> Node | None:
    """Give the one part that an aggregation, a call or a subquery works on."""
    if isinstance(node, Aggregate):
        return node.args[-1]
    if isinstance(node, Call):
        return series_argument(node)
    return node.inner if isinstance(node, Subquery) else None


def _has_ratio(node: Node) -> bool:
    """Tell whether series are divided by series, but for what `or` and the like join."""
    while isinstance(node, Paren | Unary):
        node = node.inner
    if isinstance(node, Binary):
        if node.op == "/" and "scalar" not in {type_of(node.left), type_of(node.right)}:
            return True
        return _is_computed(node) and (_has_ratio(node.left) or _has_ratio(node.right))
    inner = _inner(node)
    return inner is not None and _has_ratio(inner)


def _hidden(tree: Node) -> str:
    """Refuse series that a query takes a single number of: it goes on without them."""
    calls = (one for one in walk(tree) if isinstance(one, Call) and one.name == "scalar")
    if any(isinstance(one, Selector) for call in calls for one in walk(call)):
        return "scalar() hides whether there are series"
    return ""


def _doubt(node: Node) -> str:
    """Say why the absence of a part proves nothing; empty where it does."""
    if can_filter(node):
        return "it is empty also when all is well (a comparison, and, unless or absent in it)"
    return next((said for said in map(_doubt_of, walk(node)) if said), "")


def _doubt_of(node: Node) -> str:
    said = ""
    if isinstance(node, Selector | Subquery) and (node.offset or node.at):
        said = "it reads another time (offset or @)"
    elif isinstance(node, Call):
        said = _doubt_of_call(node)
    elif isinstance(node, Binary) and node.op == "or":
        said = "a ratio stands beside or in it" if _has_any_ratio(node) else ""
    elif isinstance(node, Binary) and not _is_computed(node):
        said = "series are filtered in it"
    elif isinstance(node, Aggregate) and node.op == "limit_ratio":
        said = "limit_ratio() leaves series out"
    return said


def _doubt_of_call(node: Call) -> str:
    if node.name in ABSENT:
        return f"{node.name}() in it is empty when there is data"
    if node.name == "vector" or (not node.args and type_of(node) == "vector"):
        return f"{node.name}() in it is never empty"
    if node.name not in KNOWN:
        return f"{node.name}() is too new to tell"
    return ""


def _has_any_ratio(tree: Node) -> bool:
    return any(isinstance(one, Binary) and _has_ratio(one) for one in walk(tree))
