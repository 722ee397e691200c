"""What an expression says: labels, comparisons, selectors, and what feeds it."""

from __future__ import annotations

import pytest

from tocsin.promql.facts import UNKNOWN, Labels, all_but, exactly
from tocsin.promql.feeds import absence_of
from tocsin.promql.nodes import Matcher
from tocsin.promql.outline import facts_of

NAME = "__name__"
LABELS: dict[str, Labels] = {
    "x": all_but([]),
    'x{a=""}': all_but(["a"]),
    "x > 1": all_but([]),
    "x + 1": all_but([NAME]),
    "1 + x": all_but([NAME]),
    "x > bool 1": all_but([NAME]),
    "-x": all_but([NAME]),
    "rate(x[5m])": all_but([NAME]),
    "last_over_time(x[5m])": all_but([]),
    "max_over_time(sum by (a) (x)[5m:])": exactly(["a"]),
    "sum(x)": exactly([]),
    "sum by (a, b) (x)": exactly(["a", "b"]),
    "sum by (a, b) (sum by (b, c) (x))": exactly(["b"]),
    "sum without (a) (x)": all_but([NAME, "a"]),
    "sum without (a) (sum by (a, b) (x))": exactly(["b"]),
    "topk(3, x)": all_but([]),
    "topk by (a) (3, x)": all_but([]),
    'count_values("v", x)': exactly(["v"]),
    'count_values by (a) ("v", x)': exactly(["a", "v"]),
    'count_values without (a, v) ("v", x)': all_but([NAME, "a"]),
    "x * y": all_but([NAME]),
    "x > y": all_but([]),
    "x > on (a) y": exactly(["a"]),
    "x * on (a, b) y": exactly(["a", "b"]),
    "sum by (a) (x) * on (a, b) y": exactly(["a"]),
    "x * ignoring (a) y": all_but([NAME, "a"]),
    "x * sum by (a) (y)": exactly(["a"]),
    "sum by (a) (x) / sum by (a) (y)": exactly(["a"]),
    "x * on (a) group_left (b) y": all_but([NAME]),
    "sum by (a) (x) * on (a) group_left (b) y": exactly(["a", "b"]),
    "x * on (a) group_right (b) sum by (a, c) (y)": exactly(["a", "b", "c"]),
    "sum by (a) (x) or sum by (b) (y)": exactly(["a", "b"]),
    "sum by (a) (x) or y": all_but([]),
    "sum by (a) (x) or rate(y[5m])": all_but([NAME]),
    "sum by (a) (x) and y": exactly(["a"]),
    "x unless y": all_but([]),
    'label_replace(sum(x), "a", "$1", "b", "(.*)")': exactly(["a"]),
    'label_replace(sum without (a) (x), "a", "b", "", "")': all_but([NAME]),
    'label_join(sum by (b) (x), "a", "-", "b")': exactly(["a", "b"]),
    "histogram_quantile(0.9, sum by (le, a) (x))": exactly(["a"]),
    'absent(x{a="1",b="2",b="3",c=~"4"})': exactly(["a"]),
    "absent(sum(x))": exactly([]),
    'absent_over_time(x{a="1"}[5m])': exactly(["a"]),
    "vector(1)": exactly([]),
    "time()": exactly([]),
    "hour()": exactly([]),
    "info(x)": UNKNOWN,
    "nobody_knows(x)": UNKNOWN,
    "sum by (a) (nobody_knows(x))": exactly(["a"]),
    "nobody_knows(x) or y": UNKNOWN,
}
FILTERS = {
    "x > 1": True,
    "x > bool 1": False,
    "x": False,
    "sum(x > 1)": True,
    "x and y": True,
    "x unless y": True,
    "x or y > 1": False,
    "x > 1 or y > 1": True,
    "x > 1 or vector(0)": False,
    "absent(x)": True,
    "rate(x[5m]) * 100": False,
    "(x == 0) * 100": True,
    "scalar(x > 1)": False,
    "max_over_time((x > 1)[5m:])": True,
    "ALERTS": True,
    "1 > bool 2": False,
}
ABSENCE = {
    'x{a="b"}': 'absent(x{a="b"})',
    "rate(x[5m])": "absent(rate(x[5m]))",
    "sum by (a) (x) # all": "absent(sum by (a) (x))",
    "sum by (a) (rate(e[5m])) / sum by (a) (rate(t[5m]))": "absent(sum by (a) (rate(t[5m])))",
    "100 * (1 - sum(a) / sum(b))": "absent(sum(b))",
    "a / 1000": "absent(a)",
    "100 / a": "absent(a)",
    "a + b": "absent(a + b)",
    "a / b + c / b": "absent(b)",
    "a / b > bool 1": "absent(b)",
    "sum(a / b)": "absent(b)",
    "max_over_time((a / b)[1h:])": "absent(b)",
    "(a > 1) / b": "absent(b)",
    "(a or b * 0) / b": "absent(b)",
    "a or b": "absent(a or b)",
    "time() - a": "absent(a)",
    "a / (b # all\n)": "absent(\n(b # all\n)\n)",
}
NO_ABSENCE = {
    "a / (b > 0)": "also when all is well",
    "count(up == 0)": "also when all is well",
    "a and b": "also when all is well",
    "absent(a)": "also when all is well",
    "sum(ALERTS)": "also when all is well",
    "a or vector(0)": "never empty",
    "a / (b or vector(1))": "never empty",
    "a - a offset 1h": "another time",
    "a @ 1700000000": "another time",
    "a / scalar(b)": "scalar()",
    "clamp_max(a / b, scalar(c))": "scalar()",
    "vector(time())": "reads no series",
    "hour()": "reads no series",
    "a or b / c": "a ratio stands beside",
    "nobody_knows(a)": "too new",
    "rate(a[5m+1m])": "too new",
    "(a > 1) or b": "filtered",
    "(a unless b) or c": "filtered",
}


@pytest.mark.parametrize(("text", "expected"), LABELS.items())
def test_labels_of_the_result(text: str, expected: Labels) -> None:
    facts = facts_of(text)
    assert facts is not None
    assert facts.labels == expected


@pytest.mark.parametrize(("text", "expected"), FILTERS.items())
def test_what_can_be_empty_though_its_series_exist(text: str, *, expected: bool) -> None:
    facts = facts_of(text)
    assert facts is not None
    assert facts.filters is expected


@pytest.mark.parametrize(("text", "expected"), ABSENCE.items())
def test_what_feeds_a_query(text: str, expected: str) -> None:
    assert absence_of(text) == (expected, "")
    assert facts_of(expected) is not None


@pytest.mark.parametrize(("text", "said"), NO_ABSENCE.items())
def test_what_feeds_nothing_for_sure(text: str, said: str) -> None:
    condition, reason = absence_of(text)
    assert condition == ""
    assert said in reason


def test_everything_has_its_place() -> None:
    text = (
        'sum by (a) (rate(x{b=~"c"}[5m] offset 1h)) > 5\n'
        "and on (a) max_over_time(y[1h:1m] @ end()) <= bool -1"
    )
    facts = facts_of(text)
    assert facts is not None
    first, second = facts.selectors
    assert text[first.start : first.end] == 'x{b=~"c"}[5m] offset 1h'
    assert (first.metric, first.range, first.offset) == ("x", 300_000, 3_600_000)
    assert first.within == ("rate", "sum")
    assert (second.metric, second.function) == ("y", "max_over_time")
    assert facts.regexes == (Matcher("b", "=~", "c"),)
    (subquery,) = facts.subqueries
    assert (subquery.range, subquery.step, subquery.at) == (3_600_000, 60_000, "end")
    assert [(one.op, one.threshold, one.is_bool, one.of) for one in facts.comparisons] == [
        (">", 5.0, False, "sum"),
        ("<=", -1.0, True, "max_over_time"),
    ]
    assert [text[one.left : one.left_end][:3] for one in facts.comparisons] == ["sum", "max"]
    assert [(one.op, one.grouping, one.names) for one in facts.aggregations] == [
        ("sum", "by", ("a",))
    ]
    assert [(one.op, one.matching, one.names) for one in facts.matchings] == [("and", "on", ("a",))]


def test_a_comparison_is_turned_and_the_top_one_known() -> None:
    facts = facts_of('(5 < {__name__="x",a="b"})')
    assert facts is not None
    (one,) = facts.comparisons
    assert (one.op, one.threshold, one.is_top, one.of) == (">", 5.0, True, "")
    assert facts.selectors[0].metric == "x"
    assert facts.selectors[0].matchers == (Matcher("a", "=", "b"),)


def test_labels_say_what_may_be_there() -> None:
    assert exactly(["a"]).may_have("a")
    assert not exactly(["a"]).may_have("b")
    assert all_but(["a"]).may_have("b")
    assert not all_but(["a"]).may_have("a")
    assert UNKNOWN.may_have("a")
