"""An alert of the highest severity that no test has shown to fire."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    highest = settings.highest
    if not rule.spec.tests and any(one.severity == highest for one in rule.conditions):
        message = (
            f"a {highest} alert has no test: show in spec.tests when it fires and when it does not"
        )
        yield Finding("spec.tests", message)


CHECK = RuleCheck(
    "tests-missing", Level.INFO, "An alert of the highest severity has no test.", _look
)
