"""A value that is a percentage already, shown with `percent`: 5 % is told as 500 %."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.api.number import promql_number
from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings

_SHOWN = re.compile(
    r"\{[ \t]*value[ \t]*\|[ \t]*percent[ \t]*\}|\$value[ ]*\|[ ]*humanizePercentage"
)
_HUNDRED = re.compile(r"\*[\s(]*100(?![\w.])|(?<![\w.])100[\s)]*\*")


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    yield from _levels(rule)
    made = [
        one
        for one in rule.expressions
        if _HUNDRED.search(one.text)
        and any(each.is_top and (each.threshold or 0) > 1 for each in one.facts.comparisons)
    ]
    if not made or len(made) < len(rule.expressions):
        return
    for field, text in rule.texts():
        found = _SHOWN.search(text)
        if found is not None:
            message = (
                "percent multiplies by 100, and the expression has done so already: take the "
                "* 100 out of it, or write {value} %"
            )
            yield Finding(field, message, (found.start(), found.end() - found.start()))


def _levels(rule: Rule) -> Iterator[Finding]:
    """Tell of a query in percent that is compared with 5%, which is 0.05."""
    query = next((one for one in rule.expressions if one.is_query), None)
    if query is None or not _HUNDRED.search(query.text):
        return
    for index, level in enumerate(rule.spec.levels):
        name = "above" if level.above is not None else "below"
        line = level.above if level.above is not None else level.below
        if isinstance(line, str) and line.endswith("%"):
            message = (
                f"{line} is {promql_number(line)}, and the expression has multiplied by 100 "
                f'already: take the * 100 out of it, or write {name}: "{line[:-1]}"'
            )
            yield Finding(f"spec.levels[{index}].{name}", message)


CHECK = RuleCheck("percent-twice", Level.WARNING, "A percentage is multiplied again.", _look)
