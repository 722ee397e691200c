"""`==` on values that are computed with fractions, which hardly ever agree exactly."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings

_FRACTIONS = frozenset(
    [
        "rate",
        "irate",
        "increase",
        "deriv",
        "delta",
        "avg",
        "quantile",
        "histogram_quantile",
        "avg_over_time",
        "quantile_over_time",
        "stddev",
        "stdvar",
        "predict_linear",
    ]
)


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    for one in rule.expressions:
        for each in one.facts.comparisons:
            bound = each.threshold
            if each.op not in {"==", "!="} or bound is None or bound in {0.0, 1.0}:
                continue
            if each.of not in _FRACTIONS and bound == int(bound):
                continue
            why = (
                f"{each.of}() gives fractions, also where whole numbers are counted"
                if each.of in _FRACTIONS
                else f"{bound:g} is a fraction, and computers round"
            )
            result = "never" if each.op == "==" else "always"
            message = f"{why}, so this is nearly {result} true: compare with >= or <="
            yield Finding(one.field, message, (each.start, each.end - each.start))


CHECK = RuleCheck(
    "equality-of-fractions", Level.WARNING, "Fractions are compared with == or !=.", _look
)
