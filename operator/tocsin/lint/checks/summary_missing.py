"""An alert without a summary: the message then shows a name and the labels."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    if rule.spec.summary is None and "summary" not in rule.spec.annotations:
        message = (
            "there is no summary, so messages show the name and the labels: say in a line what "
            "is wrong"
        )
        yield Finding("spec.summary", message)


CHECK = RuleCheck("summary-missing", Level.INFO, "The alert has no summary.", _look)
