"""A `for` that is shorter than the time between two evaluations: it cannot be kept."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.duration import milliseconds
from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings
from tocsin.lint.words import duration


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    interval = rule.interval(settings)
    own = "" if rule.spec.interval is not None else " by default"
    for one in rule.conditions:
        for name, text in (("for", one.for_), ("keepFiringFor", one.keep_firing_for)):
            if text is not None and 0 < milliseconds(text) < interval:
                message = (
                    f"{text} is shorter than the {duration(interval)} between two evaluations"
                    f"{own}, so it lasts {duration(interval)}: write {duration(interval)} or more, "
                    "or a shorter spec.interval"
                )
                yield Finding(f"{one.field}.{name}", message)


CHECK = RuleCheck(
    "for-below-interval", Level.WARNING, "for is shorter than the evaluation interval.", _look
)
