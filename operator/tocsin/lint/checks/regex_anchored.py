"""A pattern with ^ or $: Prometheus anchors every pattern at both ends by itself."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.patterns import EVERYTHING, is_plain, patterns, written
from tocsin.lint.rule import Rule, Settings


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    for field, span, one in patterns(rule):
        value = one.value.removeprefix("^")
        if value.endswith("$") and not value.endswith("\\$"):
            value = value[:-1]
        if value == one.value or "|" in value or one.value in EVERYTHING:
            continue
        plain = {"=~": "=", "!~": "!="}[one.op] if is_plain(value) else one.op
        message = (
            f"{written(one)}: patterns are anchored at both ends anyway; "
            f"write {written(one, plain, value)}"
        )
        yield Finding(field, message, span)


CHECK = RuleCheck("regex-anchored", Level.INFO, "A pattern is anchored for nothing.", _look)
