"""
What an expression says, as one small value: `Facts`.

Read from the syntax tree by `outline.facts_of`. That is plain Python on guarded text,
40 ms for the worst that the guard lets through, so it needs no child process; a
usual expression takes less than 0.1 ms, which is less than its way through a pipe.

Places (`start`, `end`) count characters of the expression's text, so that
`text[start:end]` is the part. Times are milliseconds. `within` names the functions and
aggregations around a part, the innermost first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.promql.nodes import Matcher

EXACTLY = "exactly"
ALL_BUT = "all but"


@dataclass(frozen=True, slots=True)
class Labels:
    """
    Which labels a result may carry: at most `names`, all but `names`, or not known.

    An upper bound: a series may lack a label that it may carry.
    """

    kind: str
    """`exactly`, `all but`, or empty for unknown."""
    names: tuple[str, ...] = ()

    def may_have(self, name: str) -> bool:
        """Tell whether a series of the result may carry a label; False is proven."""
        if self.kind == EXACTLY:
            return name in self.names
        return self.kind != ALL_BUT or name not in self.names


UNKNOWN = Labels("")


def exactly(names: Iterable[str]) -> Labels:
    """Say that a result has at most these labels."""
    return Labels(EXACTLY, tuple(sorted(set(names))))


def all_but(names: Iterable[str]) -> Labels:
    """Say that a result has what its series have, but for these labels."""
    return Labels(ALL_BUT, tuple(sorted(set(names))))


@dataclass(frozen=True, slots=True)
class SeriesSelector:
    """
    One selector. `metric` is "" where no single name is given.

    `matchers` leave out an equality on the name; `range` is 0 for an instant selector;
    `at` is "", "start", "end" or a time as it is written.
    """

    metric: str
    matchers: tuple[Matcher, ...]
    range: int
    offset: int
    at: str
    within: tuple[str, ...]
    start: int
    end: int

    @property
    def function(self) -> str:
        """The function or aggregation directly around it; arithmetic between is passed over."""
        return self.within[0] if self.within else ""


@dataclass(frozen=True, slots=True)
class SubqueryRange:
    """One subquery; a `step` of 0 is Prometheus' default."""

    range: int
    step: int
    offset: int
    at: str
    within: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    One comparison, turned so that the series stand on the left: `5 < x` is `x > 5`.

    `threshold` is the number on the right, None where it is none. `of` is what stands
    at the head of the left side: a metric, a function, an aggregation or an operator.
    `is_top` says that the whole expression is this comparison. `left` to `left_end` is
    the series' side.
    """

    op: str
    threshold: float | None
    is_bool: bool
    is_top: bool
    of: str
    within: tuple[str, ...]
    start: int
    end: int
    left: int
    left_end: int


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """
    One call of a function; `strings` are its arguments in quotes, in order.

    `labels` are those of its result for absent and absent_over_time, else unknown.
    """

    name: str
    strings: tuple[str, ...]
    labels: Labels
    within: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Aggregation:
    """One aggregation; `grouping` is "by", "without" or ""."""

    op: str
    grouping: str
    names: tuple[str, ...]
    within: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Matching:
    """How two vectors are matched, where that is said; words as in PromQL, without `group_`."""

    op: str
    matching: str
    names: tuple[str, ...]
    group: str
    include: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What one expression says.

    `filters` is true where the result can be empty although its series exist: a
    comparison without bool, `and`, `unless`, `absent`, the series ALERTS.
    """

    value_type: str
    filters: bool
    labels: Labels
    selectors: tuple[SeriesSelector, ...] = ()
    subqueries: tuple[SubqueryRange, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    calls: tuple[FunctionCall, ...] = ()
    aggregations: tuple[Aggregation, ...] = ()
    matchings: tuple[Matching, ...] = ()

    @property
    def regexes(self) -> tuple[Matcher, ...]:
        """The matchers by regular expression, of all selectors."""
        return tuple(
            one for each in self.selectors for one in each.matchers if one.op in {"=~", "!~"}
        )

    @property
    def absents(self) -> tuple[FunctionCall, ...]:
        """The calls of absent and absent_over_time."""
        return tuple(one for one in self.calls if one.name in {"absent", "absent_over_time"})
