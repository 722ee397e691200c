"""Which queries are called heavy: thirty forms that are, and real rules that are not."""

from __future__ import annotations

import pytest
from tests.unit.promql.expressions import VALID

from tocsin.promql.parse import judge

HEAVY = [
    "max_over_time(x[3d])",
    "max_over_time(x[49h])",
    "max_over_time(x[2d1s])",
    "max_over_time(x[1w])",
    "max_over_time(x[1y])",
    "max_over_time(x[ 30d ])",
    "max_over_time(x[200000])",
    "max_over_time(x[2881m])",
    'rate(x{job="a"}[90d]) > 1',
    "sum(increase(x[30d])) by (a) > 1",
    "max_over_time(rate(x[5m])[7d:1h])",
    "max_over_time(rate(x[5m])[1d:1s])",
    "max_over_time(x[12h:1s])",
    "max_over_time(x[2d:10s])",
    "quantile_over_time(0.9, x[10d])",
    "predict_linear(x[5d], 3600)",
    '{__name__=~".*x"}',
    '{__name__=~".+"}',
    '{__name__=~".*_total"}',
    '{__name__=~"(.*)_total"}',
    'count({__name__=~"^.*a"})',
    'rate({__name__=~".+", job="a"}[5m])',
    'count by (__name__) ({__name__=~".+"})',
    '{__name__!=""}',
    '{__name__!~"|a"}',
    '{job!=""}',
    '{job=~".+"}',
    '{job!="", x!="b"}',
    'sum({job=~"a.*"})',
    'x or {job=~".+"}',
]
LIGHT = [
    "max_over_time(x[2d])",
    "max_over_time(x[48h])",
    "rate(x[5m] offset 30d)",
    "x @ 1700000000",
    "max_over_time(rate(x[5m])[1d:15s])",
    "max_over_time(rate(x[5m])[1h:])",
    '{job="a"}',
    '{"x"}',
    '{job=~"a", namespace="b"}',
    '{__name__="x"}',
    '{__name__=~"http_.*"}',
    '{__name__=~"http_.+", job=~".+"}',
    'x{job=~".+"}',
    'x {job=~".+"}',
    "x{a='[30d]'}",
]


@pytest.mark.parametrize("text", HEAVY)
def test_heavy_queries_are_named(text: str) -> None:
    verdict = judge(text)
    assert verdict.accepted
    assert verdict.heavy


@pytest.mark.parametrize("text", LIGHT)
def test_ordinary_queries_are_not(text: str) -> None:
    verdict = judge(text)
    assert verdict.accepted
    assert verdict.heavy == ""


def test_few_of_the_valid_expressions_are_heavy() -> None:
    heavy = {text for texts in VALID.values() for text in texts if judge(text).heavy}
    assert heavy == {'{job=~".+"}', '{job!=""}', '{job!~".*"}'}


def _joined(expression: str, sources: int) -> str:
    labels = ", ".join(['"x"'] * sources)
    return f'label_join({expression}, "x", "", {labels})'


@pytest.mark.parametrize(
    ("text", "grows"),
    [
        (_joined("up", 8), False),
        (_joined("up", 17), True),
        (_joined(_joined("up", 4), 4), False),
        (_joined(_joined("up", 5), 4), True),
        ('label_replace(up, "x", "$1$1$1$1", "x", "(.*)") == 0', False),
        (
            'label_replace(label_replace(up, "a", "$1-$2", "b", "(.)(.)"), "c", "$1", "d", "")',
            False,
        ),
        (f'label_replace(up, "x", "{"$1" * 20}", "x", "(.*)") == 0', True),
        (f'label_join(up, "x", "{"-" * 9000}", "a", "b", "c")', True),
        ("sum by (label_join) (label_join) + label_replace > 0", False),
    ],
)
def test_labels_copied_into_labels(text: str, grows: bool) -> None:
    """Prometheus ends where a label grows beyond 16 MiB, whoever wrote the rule."""
    assert ("copy labels into labels" in judge(text).heavy) is grows
