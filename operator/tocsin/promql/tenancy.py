"""
A tenant's expression, confined to the series of its own namespace (threat S04).

`namespace="…"` is put into every selector, beside the matchers that are there, so that
nothing is ever widened. Selectors are found by our own grammar; what comes out is then
read by promql-parser, and unless that finds as many selectors, each with exactly this
matcher, nothing comes out. What cannot be confined (info() reads series that no
selector names) or would write the label is refused. This loads the native parser: like
`parse`, it runs only in the limited child process.
"""

from __future__ import annotations

import re

import promql_parser

from tocsin.promql.confined import Confined
from tocsin.promql.guard import check_characters
from tocsin.promql.nodes import Aggregate, Call, Matcher, Node, Selector, String, walk
from tocsin.promql.outline import tree_of
from tocsin.promql.regexes import matches
from tocsin.promql.rewrite import rewrite
from tocsin.promql.tokens import offset_of, place, tokenize

LABEL = "namespace"
_NAMESPACE = re.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_WRITERS = frozenset({"label_replace", "label_join"})
_NEW_SYNTAX = (
    "its syntax is too new to confine it to a namespace, which the platform asks for "
    "(enforceNamespace): write it without the newest operators and functions"
)
_UNPROVEN = (
    "it could not be proven that it reads series of its own namespace alone, which the platform "
    "asks for (enforceNamespace): write it in a simpler form"
)


def confine(text: str, namespace: str) -> Confined:
    """Put `namespace="…"` into every selector of an expression, or say why that cannot be."""
    found = tree_of(text)
    if found is None or not _NAMESPACE.fullmatch(namespace):
        return Confined(problem=_NEW_SYNTAX)
    tree, tokens = found
    selectors: list[Selector] = []
    for node in sorted(walk(tree), key=lambda one: one.start):
        problem = _problem(node, namespace)
        if problem:
            return Confined(problem=f"{place(text, offset_of(tokens, node.start))}: {problem}")
        if isinstance(node, Selector):
            selectors.append(node)
    changed = list(tokens)
    for selector in selectors:
        _narrow(changed, selector, namespace)
    written = "".join(changed)
    refusal = check_characters(written)
    if refusal is not None:
        return Confined(problem=refusal.message)
    if not _is_proven(written, namespace, len(selectors)):
        return Confined(problem=_UNPROVEN)
    return Confined(written)


def _narrow(changed: list[str], selector: Selector, namespace: str) -> None:
    """Add the matcher to a selector's tokens; each selector has tokens of its own."""
    matcher = f'{LABEL}="{namespace}"'
    if Matcher(LABEL, "=", namespace) in selector.matchers:
        return
    if selector.brace < 0:
        changed[selector.name] += f"{{{matcher}}}"
    else:
        quoted_name = bool(selector.metric) and selector.name < 0
        comma = "," if selector.matchers or quoted_name else ""
        changed[selector.brace] += matcher + comma


def _problem(node: Node, namespace: str) -> str:
    """Say why a part of an expression cannot be confined."""
    if isinstance(node, Selector):
        return next(filter(None, (_conflict(one, namespace) for one in node.matchers)), "")
    written: Node | None = None
    if isinstance(node, Call):
        if node.name == "info":
            return (
                "info() reads series that no selector names, and the platform lets tenants read "
                "those of their namespace only (enforceNamespace): join target_info with "
                "group_left instead"
            )
        written = node.args[1] if node.name in _WRITERS and len(node.args) > 1 else None
    elif isinstance(node, Aggregate) and node.op == "count_values":
        written = node.args[0]
    while written is not None and not isinstance(written, String):
        inner = getattr(written, "inner", None)
        if inner is None:
            return _UNPROVEN
        written = inner
    if written is not None and written.value == LABEL:
        return (
            f"the label {LABEL} may not be written, as the platform keeps tenants apart by it "
            "(enforceNamespace): choose another label"
        )
    return ""


def _conflict(matcher: Matcher, namespace: str) -> str:
    """Refuse a matcher that the own namespace cannot meet: the alert would never fire."""
    if matcher.label != LABEL:
        return ""
    value = matcher.value.encode(errors="surrogateescape")
    if matcher.op in {"=", "!="}:
        same = matcher.value == namespace
    else:
        same = matches(value, namespace.encode())
    if same is (matcher.op in {"=", "=~"}):
        return ""
    return (
        f'{LABEL}{matcher.op}"{matcher.value}" leaves out {namespace}, and the platform lets '
        f"tenants read series of their own namespace only (enforceNamespace): remove it"
    )


def _is_proven(text: str, namespace: str, selectors: int) -> bool:
    """Let the other parser count the selectors, and look for the matcher in each."""
    rewritten, problem = rewrite(text, tokenize(text))
    if problem:
        return False
    try:
        tree = promql_parser.parse("".join(rewritten))
    except ValueError:
        return False
    confined: list[bool] = []

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            confined.append(
                not node.matchers.or_matchers
                and any(
                    one.name == LABEL
                    and one.value == namespace
                    and one.op == promql_parser.MatchOp.Equal
                    for one in node.matchers.matchers
                )
            )
        return True

    promql_parser.walk(tree, visit)
    return len(confined) == selectors and all(confined)
