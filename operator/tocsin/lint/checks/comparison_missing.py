"""An expression without a condition: the alert fires as long as its series exist."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    for one in rule.expressions:
        facts = one.facts
        # vector(1) and its like are meant to fire always: a dead man's switch.
        if one.is_query or facts.filters or not facts.selectors:
            continue
        boolean = next((each for each in facts.comparisons if each.is_top and each.is_bool), None)
        if boolean is not None:
            message = (
                f'"{boolean.op} bool" gives 0 or 1 and drops nothing, so the alert always fires: '
                'remove "bool"'
            )
            yield Finding(one.field, message)
        else:
            message = (
                "has no condition, so the alert fires as long as its series exist: compare it "
                "with something, such as > 0"
            )
            yield Finding(one.field, message)


CHECK = RuleCheck("comparison-missing", Level.WARNING, "The expression has no condition.", _look)
