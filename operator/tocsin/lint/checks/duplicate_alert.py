"""Two rules of a namespace whose alerts have the same name and labels: nobody can tell which."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.meta import ObjectRef
from tocsin.lint.check import SetCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule
from tocsin.lint.world import World

_Key = tuple[object, ...]


def _look(world: World) -> Iterator[tuple[ObjectRef, Finding]]:
    names: dict[_Key, ObjectRef] = {}
    expressions: dict[_Key, ObjectRef] = {}
    for ref, rule in world.rules.items():
        name = rule.spec.alert_name or ref.name
        labels = tuple(sorted(rule.spec.labels.items()))
        severities = tuple(sorted(one.severity for one in rule.conditions))
        first = names.setdefault((ref.namespace, name, labels, severities), ref)
        if first is not ref:
            message = (
                f"AlertRule {first.name} has the same alertName, severity and labels, so messages "
                "cannot tell the two apart: give them different names"
            )
            yield ref, Finding("spec.alertName", message)
            continue
        same = expressions.setdefault((ref.namespace, *_conditions(rule), labels), ref)
        if same is not ref:
            message = (
                f"AlertRule {same.name} has the same expression and severity, so both fire "
                "together: keep one of them"
            )
            yield ref, Finding("spec.expr", message)


def _conditions(rule: Rule) -> Iterator[_Key]:
    spec = rule.spec
    yield " ".join((spec.expr or "").split()), spec.for_, spec.no_data is not None
    for one, level in zip(rule.conditions, spec.levels or (None,), strict=False):
        own = " ".join((level.expr or "").split()) if level is not None else ""
        yield one.severity, own, one.op, one.line, one.for_


CHECK = SetCheck("duplicate-alert", Level.WARNING, "Two rules give the same alert.", _look)
