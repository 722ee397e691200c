"""The words of a rule: functions by Prometheus' version, and placeholders that are none."""

from __future__ import annotations

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Reason
from tocsin.compile.rule_texts import texts_of

REF = ObjectRef("AlertRule", "shop", "errors")


def spec(**fields: object) -> AlertRuleSpec:
    return AlertRuleSpec.model_validate({"expr": "up == 0", **fields})


def test_a_function_of_a_later_prometheus_is_refused_where_it_stands() -> None:
    rule = spec(summary="{{ now }}", labels={"at": "{{ $value | toDuration }}"})
    assert texts_of(REF, rule, trusted=False).problems == []
    found = texts_of(REF, rule, trusted=False, version="3.5.1").problems
    assert [one.field for one in found] == ["spec.summary", "spec.labels.at"]
    assert all("needs Prometheus 3.6" in one.message for one in found)


def test_query_is_for_trusted_namespaces() -> None:
    rule = spec(description='{{ with query "up" }}{{ . | first | value }}{{ end }}')
    assert texts_of(REF, rule, trusted=True).problems == []
    (problem,) = texts_of(REF, rule, trusted=False).problems
    assert "query is not allowed in this namespace" in problem.message


def test_a_placeholder_that_is_one_letter_off_is_a_warning() -> None:
    texts = texts_of(REF, spec(summary="at {values | percent}"), trusted=False)
    assert texts.problems == []
    (warning,) = texts.warnings
    assert (warning.reason, warning.field) == (Reason.INVALID_TEMPLATE, "spec.summary")
    assert "did you mean {value | percent}?" in warning.message
    assert texts.annotations["summary"] == "at {values | percent}"
