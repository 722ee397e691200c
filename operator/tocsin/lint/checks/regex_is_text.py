"""A pattern without anything that only patterns have: = is faster and says what is meant."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.patterns import is_plain, patterns, written
from tocsin.lint.rule import Rule, Settings


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    for field, span, one in patterns(rule):
        if one.value and is_plain(one.value):
            plain = written(one, {"=~": "=", "!~": "!="}[one.op])
            yield Finding(field, f"{written(one)} is plain text, no pattern: write {plain}", span)


CHECK = RuleCheck("regex-is-text", Level.INFO, "A pattern is plain text.", _look)
