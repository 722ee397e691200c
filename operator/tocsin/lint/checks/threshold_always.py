"""A comparison that every value meets: the alert fires as long as its series exist."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.lint.bounds import compared, values_of
from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.interval import always
from tocsin.lint.rule import Rule, Settings
from tocsin.promql.nodes import Binary, Paren
from tocsin.promql.outline import tree_of
from tocsin.promql.result import can_filter

_COUNTS = ("count", "group", "absent", "present")
"""What says whether something exists: `count(x) > 0` is asked on purpose."""


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    for one in rule.expressions:
        top = next((each for each in one.facts.comparisons if each.is_top), None)
        if top is None or top.is_bool or top.threshold is None or top.of.startswith(_COUNTS):
            continue
        if top.op in {">", "=="} and top.threshold >= 0:
            continue
        tree = tree_of(one.text)
        node = tree[0] if tree is not None else None
        while isinstance(node, Paren):
            node = node.inner
        found = compared(node) if isinstance(node, Binary) else None
        if found is None or can_filter(found[0]):
            continue
        series, op, bound = found
        if always(values_of(series), op, bound):
            message = (
                f"every value is {op} {bound:g}, so the alert fires as long as its series exist: "
                "mend the number"
            )
            yield Finding(one.field, message, (top.start, top.end - top.start))


CHECK = RuleCheck("threshold-always", Level.WARNING, "Every value meets the comparison.", _look)
