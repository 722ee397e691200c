"""An alert of the highest severity without a runbook: whoever is woken needs to know what to do."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings

_NAMES = ("runbook_url", "runbook", "runbook_link", "playbook")


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    highest = settings.highest
    at = next((one for one in rule.conditions if one.severity == highest), None)
    written = rule.spec.runbook_url or any(name in rule.spec.annotations for name in _NAMES)
    if at is not None and not written:
        message = f"a {highest} alert has no runbook: say what to do in spec.runbookURL"
        yield Finding("spec.severity" if at.field == "spec" else f"{at.field}.severity", message)


CHECK = RuleCheck(
    "runbook-missing", Level.WARNING, "An alert of the highest severity has no runbook.", _look
)
