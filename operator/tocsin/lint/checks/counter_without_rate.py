"""A counter compared as it stands: it grows for ever, and starts at 0 with each restart."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    for one in rule.expressions:
        facts = one.facts
        if any(each.offset for each in facts.selectors):
            continue  # the difference to an earlier value is made by hand
        names = {each.metric for each in facts.selectors if not each.range}
        for each in facts.comparisons:
            # "> 0" asks whether it ever happened, which a counter can tell.
            if each.op in {">", ">="} and (each.threshold or 0) > 1 and each.of in names:
                yield from _counter(one.field, each.of, (each.left, each.left_end - each.left))
        for selector in facts.selectors:
            bucket = selector.metric.endswith("_bucket") and not selector.range
            if bucket and "histogram_quantile" in selector.within and not _is_made(selector.within):
                message = (
                    f"{selector.metric} counts since the start of the process, so the quantile is "
                    f"of all that ever happened: write rate({selector.metric}[5m])"
                )
                yield Finding(one.field, message, (selector.start, selector.end - selector.start))


def _is_made(within: tuple[str, ...]) -> bool:
    """Tell whether a function made something else of the counter, over a subquery."""
    return any(name not in {"sum", "histogram_quantile", "avg", "max", "min"} for name in within)


def _counter(field: str, metric: str, span: tuple[int, int]) -> Iterator[Finding]:
    if metric.endswith("_total") and ":" not in metric:
        message = (
            f"{metric} is a counter by its name: it grows for ever, and starts at 0 with each "
            f"restart; compare increase({metric}[1h]) or rate({metric}[5m])"
        )
        yield Finding(field, message, span)


CHECK = RuleCheck(
    "counter-without-rate", Level.WARNING, "A counter is compared as it stands.", _look
)
