"""A range that holds fewer than two samples, which is what rate and its like need."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings
from tocsin.lint.words import duration

_NEED_TWO = frozenset(
    [
        "rate",
        "irate",
        "increase",
        "delta",
        "idelta",
        "deriv",
        "predict_linear",
        "resets",
        "changes",
        "double_exponential_smoothing",
        "holt_winters",
    ]
)


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    shortest = 2 * settings.scrape_interval
    for one in rule.expressions:
        for each in one.facts.selectors:
            if each.range and each.range < shortest and each.function in _NEED_TWO:
                message = (
                    f"[{duration(each.range)}] often holds a single sample when targets are read "
                    f"every {duration(settings.scrape_interval)}, and {each.function}() then gives "
                    f"nothing: write [{duration(2 * shortest)}] or more"
                )
                yield Finding(one.field, message, (each.start, each.end - each.start))


CHECK = RuleCheck("range-too-short", Level.WARNING, "A range holds fewer than two samples.", _look)
