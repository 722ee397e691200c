"""A value that is a percentage already, shown with `percent`: 5 % is told as 500 %."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings

_SHOWN = re.compile(
    r"\{[ \t]*value[ \t]*\|[ \t]*percent[ \t]*\}|\$value[ ]*\|[ ]*humanizePercentage"
)
_HUNDRED = re.compile(r"\*[\s(]*100(?![\w.])|(?<![\w.])100[\s)]*\*")


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
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


CHECK = RuleCheck("percent-twice", Level.WARNING, "A percentage is multiplied again.", _look)
