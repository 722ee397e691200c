"""absent() over more than one thing: it fires only when all are gone, and cannot say which."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings
from tocsin.promql.facts import Facts, FunctionCall, SeriesSelector

_SEVERAL = re.compile(r"(?<!\\)\|")


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    for one in rule.expressions:
        for call in one.facts.absents:
            span = call.start, call.end - call.start
            inside = [each for each in one.facts.selectors if call.start <= each.start < call.end]
            grouped = _grouped(one.facts, call)
            several = next((name for each in inside for name in _several(each)), None)
            if grouped:
                message = (
                    f"{call.name}() of an aggregation has no labels, and fires only when every "
                    f"{grouped} is gone: write {call.name}(metric{{…}}) for each that must exist"
                )
                yield Finding(one.field, message, span)
            elif several is not None:
                message = (
                    f"{call.name}() fires only when all that {several} names are gone, and the "
                    "alert cannot say which: write one for each, joined with or"
                )
                yield Finding(one.field, message, span)


def _grouped(facts: Facts, call: FunctionCall) -> str:
    """Name the labels that an aggregation inside of the call groups by."""
    for each in facts.aggregations:
        if call.start <= each.start < call.end and each.grouping == "by" and each.names:
            return ", ".join(each.names)
    return ""


def _several(selector: SeriesSelector) -> Iterator[str]:
    for each in selector.matchers:
        if each.op == "=~" and _SEVERAL.search(each.value):
            yield f'{each.label}=~"{each.value}"'


CHECK = RuleCheck(
    "absent-of-several", Level.WARNING, "absent() asks for several things at once.", _look
)
