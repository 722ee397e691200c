"""rate and its like over what goes up and down: they are for counters, which only go up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.lint.check import RuleCheck
from tocsin.lint.finding import Finding, Level
from tocsin.lint.rule import Rule, Settings

_FOR_COUNTERS = frozenset({"rate", "irate", "increase", "resets"})
_FOR_GAUGES = frozenset({"delta", "idelta", "deriv", "predict_linear"})
_GAUGE = re.compile(
    r"up|probe_success|go_goroutines|go_threads|process_open_fds|process_max_fds"
    r"|(?:.*_)?(?:celsius|ratio|percent|percentage|info|timestamp_seconds|timestamp|temperature"
    r"|utilization|utilisation|(?:free|avail|available|used|size|limit|capacity|usage|in_use"
    r"|working_set|resident_memory|virtual_memory|heap_alloc|heap_inuse)_bytes)"
)
"""Names that a gauge alone has; most metrics, and all recorded ones, tell nothing."""
_RATE = re.compile(r":(?:i?rate|increase)[0-9]*[smhdw]?$")
"""A recorded rate, by the convention `level:metric:operations`."""


def _look(rule: Rule, settings: Settings) -> Iterator[Finding]:
    del settings
    for one in rule.expressions:
        for each in one.facts.selectors:
            if not each.range or not each.metric:
                continue
            function = each.function
            span = each.start, each.end - each.start
            if function in _FOR_COUNTERS and _GAUGE.fullmatch(each.metric):
                message = (
                    f"{each.metric} goes up and down by its name, and {function}() takes every "
                    "fall for a restart: use delta(), deriv() or an ..._over_time function"
                )
                yield Finding(one.field, message, span)
            elif function in _FOR_COUNTERS and _RATE.search(each.metric):
                message = (
                    f"{each.metric} is a rate already by its name, and {function}() takes every "
                    "fall for a restart: use avg_over_time() or the counter itself"
                )
                yield Finding(one.field, message, span)
            elif function in _FOR_GAUGES and each.metric.endswith("_total"):
                message = (
                    f"{each.metric} is a counter by its name, and {function}() goes wrong when it "
                    "starts at 0 again: use rate() or increase()"
                )
                yield Finding(one.field, message, span)


CHECK = RuleCheck(
    "rate-of-gauge", Level.WARNING, "A function for counters reads a gauge, or the reverse.", _look
)
