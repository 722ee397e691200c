"""A pattern that every value matches: it says nothing, or with !~ leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.patterns import EVERYTHING, patterns, written
from tocsin.lint.rule import Rule, Settings


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    for field, span, one in patterns(rule):
        if one.value not in EVERYTHING:
            continue
        if one.op == "=~":
            message = f"{written(one)} matches every value, also a missing label: remove it"
            yield Finding(field, message, span)
        else:
            message = f"{written(one)} excludes every value, so nothing is left: mend the pattern"
            yield Finding(field, message, span, Level.ERROR)


CHECK = RuleCheck(
    "regex-matches-everything", Level.WARNING, "A pattern matches every value.", _look
)
