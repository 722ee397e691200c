"""
Which PromQL functions a Prometheus knows, and which it wants switched on first.

Source: promql/parser/functions.go and lex.go of Prometheus 3.15. promql-parser
accepts experimental functions without their flag, and misses the newest.
"""

from __future__ import annotations

EXPERIMENTAL_FLAG = "promql-experimental-functions"
DURATION_FLAG = "promql-duration-expr"
RANGE_FLAG = "promql-extended-range-selectors"
FILL_FLAG = "promql-binop-fill-modifiers"

AGGREGATORS = frozenset(
    [
        "sum",
        "avg",
        "count",
        "min",
        "max",
        "group",
        "stddev",
        "stdvar",
        "topk",
        "bottomk",
        "count_values",
        "quantile",
        "limitk",
        "limit_ratio",
    ]
)
EXPERIMENTAL = frozenset(
    [
        "limitk",
        "limit_ratio",
        "histogram_quantiles",
        "double_exponential_smoothing",
        "info",
        "mad_over_time",
        "max_of",
        "min_of",
        "range",
        "step",
        "start",
        "end",
        "sort_by_label",
        "sort_by_label_desc",
        "start_timestamp",
        "ts_of_first_over_time",
        "ts_of_last_over_time",
        "ts_of_max_over_time",
        "ts_of_min_over_time",
    ]
)
SINCE_3_15 = frozenset({"first_over_time"})
"""Behind the flag before Prometheus 3.15, for everybody since."""
FILL_MODIFIERS = frozenset({"fill", "fill_left", "fill_right"})
STABLE = frozenset(
    [
        "abs",
        "absent",
        "absent_over_time",
        "acos",
        "acosh",
        "asin",
        "asinh",
        "atan",
        "atanh",
        "avg_over_time",
        "ceil",
        "changes",
        "clamp",
        "clamp_max",
        "clamp_min",
        "cos",
        "cosh",
        "count_over_time",
        "days_in_month",
        "day_of_month",
        "day_of_week",
        "day_of_year",
        "deg",
        "delta",
        "deriv",
        "exp",
        "floor",
        "histogram_avg",
        "histogram_count",
        "histogram_sum",
        "histogram_stddev",
        "histogram_stdvar",
        "histogram_fraction",
        "histogram_quantile",
        "hour",
        "idelta",
        "increase",
        "irate",
        "label_replace",
        "label_join",
        "last_over_time",
        "ln",
        "log10",
        "log2",
        "max_over_time",
        "min_over_time",
        "minute",
        "month",
        "pi",
        "predict_linear",
        "present_over_time",
        "quantile_over_time",
        "rad",
        "rate",
        "resets",
        "round",
        "scalar",
        "sgn",
        "sin",
        "sinh",
        "sort",
        "sort_desc",
        "sqrt",
        "stddev_over_time",
        "stdvar_over_time",
        "sum_over_time",
        "tan",
        "tanh",
        "time",
        "timestamp",
        "vector",
        "year",
    ]
)
KNOWN = STABLE | EXPERIMENTAL | SINCE_3_15 | AGGREGATORS
RENAMED = {"holt_winters": "double_exponential_smoothing"}
"""Names of Prometheus 2 that Prometheus 3 gave up."""


def needs_flag(name: str) -> str:
    """Say what a Prometheus needs before it accepts a function; empty if nothing."""
    if name in EXPERIMENTAL:
        return f"{name}() needs Prometheus to run with --enable-feature={EXPERIMENTAL_FLAG}"
    if name in SINCE_3_15:
        return f"{name}() needs Prometheus 3.15, or --enable-feature={EXPERIMENTAL_FLAG}"
    if name in FILL_MODIFIERS:
        return f"{name}() needs Prometheus to run with --enable-feature={FILL_FLAG}"
    return ""
