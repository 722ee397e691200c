"""A label that holds the alert's value: with each new value a new alert begins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings

_VALUE = re.compile(r"\{\{[^{}]*(?:\$value|\.Value)\b[^{}]*\}\}")


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    for name, text in rule.spec.labels.items():
        found = _VALUE.search(text)
        if found is not None:
            message = (
                "labels are an alert's identity, and with each new value a new alert begins and "
                "the old one resolves: show the value in spec.summary or spec.annotations"
            )
            span = found.start(), found.end() - found.start()
            yield Finding(f"spec.labels.{name}", message, span)


CHECK = RuleCheck("value-in-labels", Level.WARNING, "A label holds the alert's value.", _look)
