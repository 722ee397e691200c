"""
`spec.tests` in promtool's format: two files that ask what fires, and claim nothing.

The rule file is the rule group that the AlertRule compiles to, whole. The test file
expects no alert at any of the times that are named, so that promtool tells everything
that fires, with all labels and annotations; whether that is what the user expects is
judged here (`rule_tests_report`), in the user's words. No text of a user stands in
either file but inside of a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tocsin.api.alert_rule import AlertRuleSpec, RuleTest
from tocsin.api.config import OperatorConfig
from tocsin.api.duration import milliseconds, write_duration
from tocsin.api.meta import ObjectRef
from tocsin.compile.names import canonical_json, digest_of
from tocsin.compile.rule_tests.checks import DEFAULT_INTERVAL
from tocsin.compile.rule_tests.series import Samples, read_series, read_values, write_series
from tocsin.compile.tenancy import is_confined
from tocsin.compile.yaml_text import write_yaml
from tocsin.promql.literals import quoted

RULES_FILE = "rules.yaml"
TESTS_FILE = "tests.yaml"
_DIGEST_DIGITS = 32
_FORMAT = "1"
"""Changes where the same files would be judged otherwise."""


@dataclass(frozen=True, slots=True)
class TestPlan:
    """The tests of one AlertRule, ready to be run beside its rule group."""

    __test__ = False  # for pytest

    tests: tuple[RuleTest, ...]
    rules: dict[str, Any]
    """The rule file, as a tree."""
    questions: dict[str, Any]
    """The test file, as a tree."""
    constant: dict[str, str]
    """Labels that every alert of the rule has; they tell nothing in a message."""

    @property
    def digest(self) -> str:
        """Name what is tested and how; equal for equal rule groups and tests."""
        expected = [test.model_dump(by_alias=True, include={"expect"}) for test in self.tests]
        parts = (self.rules, self.questions, expected)
        return digest_of((_FORMAT, *(canonical_json(part) for part in parts)), _DIGEST_DIGITS)

    def files(self) -> dict[str, str]:
        """Give the texts of both files by their names; they belong into one folder."""
        return {RULES_FILE: write_yaml(self.rules), TESTS_FILE: write_yaml(self.questions)}


def plan_tests(
    ref: ObjectRef, spec: AlertRuleSpec, child: dict[str, Any], config: OperatorConfig
) -> TestPlan | None:
    """
    Translate the tests of a rule whose spec passed `check_tests`; None where it has none.

    `child` is the PrometheusRule that the rule compiles to. Where the namespace's
    expressions see its own series alone, a test's series are in that namespace too.
    """
    if not spec.tests:
        return None
    rules = child["spec"]
    added = {"namespace": ref.namespace} if is_confined(ref.namespace, config) else {}
    questions = {
        "rule_files": [RULES_FILE],
        "evaluation_interval": _duration(spec.interval or DEFAULT_INTERVAL),
        "tests": [_test(number, test, rules, added) for number, test in enumerate(spec.tests)],
    }
    return TestPlan(spec.tests, rules, questions, dict(spec.labels))


def _test(
    number: int, test: RuleTest, rules: dict[str, Any], added: dict[str, str]
) -> dict[str, Any]:
    alerting = rules["groups"][0]["rules"]
    return {
        "name": str(number),
        "interval": _duration(test.interval),
        "input_series": [
            {"series": _series(one.series, added), "values": _values(one.values)}
            for one in test.input_series
        ],
        "alert_rule_test": [
            {
                "eval_time": _duration(one.at),
                "alertname": alerting[0]["alert"],
                "exp_alerts": [],
            }
            for one in test.expect
        ],
        # What is pending is worth a word only where something should fire.
        "promql_expr_test": [
            {
                "expr": _pending(alerting[0]["labels"]),
                "eval_time": _duration(one.at),
                "exp_samples": [],
            }
            for one in test.expect
            if one.firing
        ],
    }


def _pending(labels: dict[str, str]) -> str:
    own = ("tocsin_kind", "tocsin_namespace", "tocsin_name")
    matchers = ",".join(f"{name}={quoted(labels[name])}" for name in own)
    return f'ALERTS{{alertstate="pending",{matchers}}}'


def _duration(text: str) -> str:
    return write_duration(milliseconds(text))


def _series(text: str, added: dict[str, str]) -> str:
    labels = read_series(text)
    return write_series(added | labels) if isinstance(labels, dict) else ""


def _values(text: str) -> str:
    samples = read_values(text)
    return samples.text if isinstance(samples, Samples) else ""
