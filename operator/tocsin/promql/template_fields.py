"""
Fields that an alert's template asks of what has none: `{{ .CommonLabels.job }}`.

Prometheus loads such a template and writes an error in the summary's place when the
alert fires. Only what fails whatever the alert is told; where a `with` or `range` has
moved the dot, nothing is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tocsin.promql.template_nodes import Action, Call, Control, Node, Operand, Pipeline, Tree

_FIELDS = ("Labels", "ExternalLabels", "ExternalURL", "Value")
"""What the dot of an alert's template has (template/template.go of Prometheus 3.15)."""
_DEPTH = {"$labels": 1, "$externalLabels": 1, "$externalURL": 0, "$value": 0}
"""How many fields may follow a variable of Prometheus'."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """Whether the dot is still the alert's data, and the variables that the author made."""

    at_root: bool
    own: frozenset[str]


def field_problem(tree: Tree) -> tuple[str, int] | None:
    """Give the first field that cannot be, as a message and its place in the text."""
    own = frozenset(name for one in _pipelines(tree.main) for name in one.variables)
    return next(_in_nodes(tree.main, _Scope(at_root=True, own=own)), None)


def _pipelines(nodes: Iterable[Node]) -> Iterator[Pipeline]:
    for node in nodes:
        if (pipeline := _pipeline_of(node)) is not None:
            yield pipeline
        if isinstance(node, Control):
            yield from _pipelines([*node.body, *node.otherwise])


def _pipeline_of(node: Node) -> Pipeline | None:
    return node.pipeline if isinstance(node, (Action, Control, Call)) else None


def _in_nodes(nodes: Iterable[Node], scope: _Scope) -> Iterator[tuple[str, int]]:
    for node in nodes:
        if (pipeline := _pipeline_of(node)) is not None:
            yield from _in_pipeline(pipeline, scope)
        if isinstance(node, Control):
            moved = node.keyword in {"with", "range"}
            inside = _Scope(at_root=False, own=scope.own) if moved else scope
            yield from _in_nodes(node.body, inside)
            yield from _in_nodes(node.otherwise, scope)


def _in_pipeline(pipeline: Pipeline, scope: _Scope) -> Iterator[tuple[str, int]]:
    for command in pipeline.commands:
        for operand in command:
            if operand.inner is not None:
                yield from _in_pipeline(operand.inner, scope)
            elif message := _wrong(operand, scope):
                yield message, operand.token.offset


def _wrong(operand: Operand, scope: _Scope) -> str:
    name, kind, fields = operand.token.value, operand.token.kind, operand.fields
    if (kind == "field" and scope.at_root) or name == "$":
        first = fields[0] if fields else ""
        if first and first not in _FIELDS:
            return (
                f"there is no .{first} in the template of an alert: write "
                "{{ $labels.NAME }} or {{ $value }}"
            )
    deepest = _DEPTH.get(name) if kind == "variable" and name not in scope.own else None
    if deepest is not None and len(fields) > deepest:
        written = ".".join((name, *fields[:deepest]))
        return f"{written} has no fields, so .{fields[deepest]} fails: write {written}"
    return ""
