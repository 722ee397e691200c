"""More cases of single checks than their pages show: what is found, what is not, and where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.lint.linting import Linter

from tocsin.cli.lint_report import Reported

CASES: list[tuple[str, str]] = [
    ("comparison-missing", "up"),
    ("comparison-missing", "sum(up) > bool 5"),
    ("comparison-missing", "up + 1"),
    ("threshold-unreachable", "up > 1"),
    ("threshold-unreachable", "up == 2"),
    ("threshold-unreachable", "1 < up"),
    ("threshold-unreachable", "avg(up) * 100 > 100"),
    ("threshold-unreachable", "count(up == 0) == 0"),
    ("threshold-unreachable", "count by (job) (up) < 1"),
    ("threshold-unreachable", "absent(up) == 0"),
    ("threshold-unreachable", "rate(x_total[5m]) < 0"),
    ("threshold-unreachable", "x > 5 < 3"),
    ("threshold-unreachable", "x > 5 and x < 3"),
    ("threshold-unreachable", "(x > 5) and on () (y > 1) and (x < 3)"),
    ("threshold-unreachable", "hour() > 24"),
    ("threshold-unreachable", "(up > 1) or x > 3"),
    ("threshold-always", "up <= 1"),
    ("threshold-always", "rate(x_total[5m]) >= 0"),
    ("threshold-always", "up != 2"),
    ("equality-of-fractions", "x == 0.3"),
    ("equality-of-fractions", "increase(x_total[1h]) == 5"),
    ("counter-without-rate", "x_total > 10"),
    ("counter-without-rate", "histogram_quantile(0.9, x_bucket) > 1"),
    ("counter-without-rate", "histogram_quantile(0.9, sum by (le) (x_bucket)) > 1"),
    ("rate-of-gauge", "increase(job:errors:rate5m[1h]) > 1"),
    ("rate-of-gauge", "delta(x_total[5m]) > 1"),
    ("rate-of-gauge", "rate(up[5m]) > 0"),
    ("range-too-short", "irate(x_total[30s]) > 0"),
    ("range-too-short", "sum(increase(x_total[59s])) > 0"),
    ("absent-of-several", "absent(sum by (job) (up))"),
    ("absent-of-several", 'absent_over_time(up{job=~"a|b"}[5m])'),
    ("regex-matches-everything", 'up{job=~".*"} == 0'),
    ("regex-matches-everything", 'up{job!~".*"} == 0'),
    ("regex-anchored", 'up{job=~"^a.*"} == 0'),
    ("regex-anchored", 'up{job!~"a$"} == 0'),
    ("regex-is-text", 'up{job!~"a"} == 0'),
]


def rule(**spec: Any) -> str:
    document = {
        "apiVersion": "tocsin.dev/v1alpha1",
        "kind": "AlertRule",
        "metadata": {"name": "a", "namespace": "shop"},
        "spec": {"summary": "It is so"} | spec,
    }
    return json.dumps(document)


def names(found: list[Reported]) -> set[str]:
    return {str(one.check) for one in found} - {"NoReceiver"}


@pytest.mark.parametrize(("check", "expression"), CASES)
def test_found(lint: Linter, check: str, expression: str) -> None:
    assert check in names(lint(rule(expr=expression)))


@pytest.mark.parametrize(
    ("text", "expression", "shown"),
    [
        ("{labels.pod}", "sum by (job) (x) > 1", "{labels.pod}"),
        ("{ labels.pod | upper }", "sum by (job) (x) > 1", "{ labels.pod | upper }"),
        ('{labels["pod"]}', "sum(x) > 1", '{labels["pod"]}'),
        ("{{ $labels.pod | title }}", "sum by (job) (x) > 1", "$labels.pod"),
        ('{{ index $labels "pod" }}', "sum by (job) (x) > 1", 'index $labels "pod"'),
        ("{labels.pod}", "sum without (pod) (x) > 1", "{labels.pod}"),
        ("{labels.pod}", 'absent(up{pod=~"a.*"})', "{labels.pod}"),
        ("{labels.pod}", "x / on (job) y > 1", "{labels.pod}"),
    ],
)
def test_a_label_that_is_dropped_is_shown_in_its_place(
    lint: Linter, text: str, expression: str, shown: str
) -> None:
    found = [
        one
        for one in lint(rule(expr=expression, description=f"It is {text}."))
        if one.check == "label-dropped"
    ]
    (one,) = found
    at = one.position.column - 1
    raw = one.source_line[at : at + one.position.length]
    assert raw.replace("\\", "") == shown


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("{labels.job}", "sum by (job) (x) > 1"),
        ("{labels.pod}", "x > 1"),
        ("{labels.pod}", "sum without (job) (x) > 1"),
        ("${labels.pod}", "sum(x) > 1"),
        ("{labels.pod}", "sum by (job) (x) * on (job) group_left (pod) y > 1"),
        ("{labels.pod}", 'absent(up{pod="a"})'),
        ("{labels.pod}", 'label_replace(sum(x), "pod", "$1", "", "") > 1'),
        ("{labels.pod}", "sum(x) > 1 or y > 1"),
        ("{labels.a}", 'count_values("a", x) > 1'),
    ],
)
def test_a_label_that_may_be_there_is_let_pass(lint: Linter, text: str, expression: str) -> None:
    found = lint(rule(expr=expression, description=text))
    assert "label-dropped" not in names(found)


@pytest.mark.parametrize(
    ("expression", "level", "says"),
    [
        ("100 * a / b", {"above": "5%"}, "5% is 0.05, and the expression has multiplied by 100"),
        ("a / b * 100", {"below": "5%"}, 'or write below: "5"'),
        ("100 * a / b", {"above": 5}, ""),
        ("a / b", {"above": "5%"}, ""),
    ],
)
def test_a_query_in_percent_is_not_compared_with_a_percentage(
    lint: Linter, expression: str, level: dict[str, Any], says: str
) -> None:
    found = lint(rule(expr=expression, levels=[{"severity": "warning", **level}]))
    texts = [one.message for one in found if one.check == "percent-twice"]
    assert bool(texts) == bool(says)
    assert all(says in text for text in texts)


def test_levels_count_as_comparisons(lint: Linter) -> None:
    levels = [{"severity": "warning", "above": "5%"}]
    ratio = 'sum(rate(a_total{c="5"}[5m])) / sum(rate(a_total[5m]))'
    assert names(lint(rule(expr=ratio, levels=levels))) == set()
    (one,) = [
        each
        for each in lint(rule(expr=ratio, levels=[{"severity": "warning", "above": 5}]))
        if each.check == "threshold-unreachable"
    ]
    assert one.field == "spec.levels[0].above"
    assert "0.05 if 5 % is meant" in one.message


def test_for_against_the_interval(lint: Linter) -> None:
    assert "for-below-interval" in names(lint(rule(expr="up == 0", **{"for": "10s"})))
    found = lint(rule(expr="up == 0", interval="10s", **{"for": "10s"}))
    assert "for-below-interval" not in names(found)
    assert "for-below-interval" not in names(lint(rule(expr="up == 0", **{"for": "0s"})))


CHANNEL = (
    "apiVersion: tocsin.dev/v1alpha1\nkind: NotificationChannel\n"
    "metadata: {{name: {name}, namespace: shop}}\nspec: {{{extra}webhook: {{url: 'http://a'}}}}\n"
)


def test_an_unknown_channel_is_an_error_only_where_the_namespace_is_known(lint: Linter) -> None:
    named = rule(expr="up == 0", notify={"channels": [{"name": "slak"}]})
    (alone,) = lint(named)
    assert (alone.check, alone.level) == ("ChannelNotFound", "info")
    found = lint({"a.yaml": named, "b.yaml": CHANNEL.format(name="slack", extra="default: {}, ")})
    (one,) = [each for each in found if each.check == "ChannelNotFound"]
    assert one.level == "error"
    assert "did you mean slack?" in one.message


def test_nobody_is_told_once_a_namespace_where_its_channels_are_elsewhere(lint: Linter) -> None:
    text = "\n---\n".join(rule(expr="up == 0").replace('"a"', f'"a{n}"') for n in range(3))
    assert [one.check for one in lint(text)].count("NoReceiver") == 1


def test_nobody_is_an_error_for_each_where_the_channels_are_here(lint: Linter) -> None:
    found = lint({"a.yaml": rule(expr="up == 0"), "b.yaml": CHANNEL.format(name="x", extra="")})
    levels = {str(one.check): one.level for one in found}
    assert levels == {"NoReceiver": "error", "channel-unused": "warning"}


def test_a_channel_of_an_escalation_is_used(lint: Linter) -> None:
    notify = {"channels": [], "escalation": [{"after": "5m", "channels": [{"name": "x"}]}]}
    text = {"a.yaml": rule(expr="up == 0", notify=notify)}
    text["b.yaml"] = CHANNEL.format(name="x", extra="")
    assert "channel-unused" not in names(lint(text))


def test_a_rejected_channel_is_told_and_not_what_follows_from_it(lint: Linter) -> None:
    mail = CHANNEL.format(name="x", extra="default: {}, ").replace("webhook", "slack")
    found = lint({"a.yaml": rule(expr="up == 0"), "b.yaml": mail})
    assert {one.file for one in found} == {"b.yaml"}


def test_what_depends_on_objects_elsewhere_is_a_hint(lint: Linter) -> None:
    by = [{"kind": "AlertRule", "name": "gone", "namespace": "platform"}]
    (one,) = [
        each
        for each in lint(rule(expr="up == 0", notify={"channels": []}, inhibitedBy=by))
        if each.check == "SourceNotFound"
    ]
    assert one.level == "info"
    by = [{"kind": "AlertRule", "name": "gone"}]
    (one,) = lint(rule(expr="up == 0", notify={"channels": []}, inhibitedBy=by))
    assert (one.check, one.level) == ("SourceNotFound", "warning")


@pytest.mark.parametrize(
    ("grant", "level"),
    [
        ("{from: Same}", "warning"),
        ("{from: Selector, selector: {matchLabels: {a: b}}}", "info"),
    ],
)
def test_a_grant_by_labels_needs_the_namespace(lint: Linter, grant: str, level: str) -> None:
    channel = CHANNEL.format(name="x", extra=f"default: {{}}, allowedNamespaces: {grant}, ")
    notify = {"channels": [{"name": "x", "namespace": "platform"}]}
    files = {"a.yaml": rule(expr="up == 0", notify=notify)}
    files["b.yaml"] = channel.replace("namespace: shop", "namespace: platform")
    levels = {str(one.check): str(one.level) for one in lint(files)}
    assert levels["ChannelNotAllowed"] == level
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    found = lint(files | {"c.yaml": namespace})
    assert "warning" in {str(one.level) for one in found if one.check == "ChannelNotAllowed"}
