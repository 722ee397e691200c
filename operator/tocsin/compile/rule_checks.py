"""
What an AlertRule may not say: the checks of its meaning, apart from PromQL and templates.

A spec that comes here is well formed (`tocsin.api.parse`). What is left depends on
where the object is, on the operator's configuration, or on what this release does.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.alert_rule import AlertRuleSpec, NoData
from tocsin.api.config import OperatorConfig
from tocsin.api.problem import Problem, Reason
from tocsin.compile.notify_checks import check_notify_meaning
from tocsin.compile.refusals import (
    brief_problem,
    control_problem,
    duration_problem,
    present,
    severity_problem,
    shortest_interval,
)
from tocsin.compile.rule_tests.checks import check_tests
from tocsin.compile.tenancy import NAMESPACE_LABEL, is_confined

_OWN_FIELD = {"alertname": "spec.alertName", "severity": "spec.severity", "team": "spec.team"}


def check_meaning(
    namespace: str, spec: AlertRuleSpec, config: OperatorConfig, *, trusted: bool
) -> list[Problem]:
    """Give everything that is wrong with a rule of a namespace but expressions and templates."""
    problems = present(
        (
            severity_problem("spec.severity", spec.severity, config.severities),
            duration_problem("spec.for", spec.for_),
            duration_problem("spec.keepFiringFor", spec.keep_firing_for),
            brief_problem("spec.interval", spec.interval, shortest_interval(namespace, config)),
            control_problem("spec.alertName", spec.alert_name or ""),
            control_problem("spec.team", spec.team or ""),
        )
    )
    if spec.levels:
        problems += _levels(spec, config)
    if spec.no_data is not None:
        problems += _no_data(spec.no_data, config)
    if spec.labels:
        problems += _labels(namespace, spec, config, trusted=trusted)
    if spec.notify is not None:
        problems += check_notify_meaning(namespace, spec.notify, config)
    return problems + check_tests(spec, config)


def _levels(spec: AlertRuleSpec, config: OperatorConfig) -> Iterator[Problem]:
    for index, level in enumerate(spec.levels):
        field = f"spec.levels[{index}]"
        yield from present(
            (
                severity_problem(f"{field}.severity", level.severity, config.severities),
                duration_problem(f"{field}.for", level.for_),
                duration_problem(f"{field}.keepFiringFor", level.keep_firing_for),
            )
        )


def _no_data(no_data: NoData, config: OperatorConfig) -> list[Problem]:
    return present(
        (
            duration_problem("spec.noData.after", no_data.after),
            severity_problem("spec.noData.severity", no_data.severity, config.severities),
        )
    )


def _labels(
    namespace: str, spec: AlertRuleSpec, config: OperatorConfig, *, trusted: bool
) -> Iterator[Problem]:
    for name, value in spec.labels.items():
        field = f"spec.labels.{name}"
        if name in _OWN_FIELD:
            yield _reserved(field, f"write {_OWN_FIELD[name]} instead")
        elif name.startswith("tocsin_"):
            yield _reserved(field, "names that begin with tocsin_ are Tocsin's: choose another")
        elif name.startswith("__"):
            yield _reserved(field, "names that begin with __ are Prometheus' own: choose another")
        elif name == NAMESPACE_LABEL and is_confined(namespace, config):
            yield _reserved(field, "the platform keeps tenants apart by it: choose another name")
        elif not trusted and name in config.reserved_labels:
            yield _reserved(field, "the platform keeps this label for itself: choose another name")
        problem = control_problem(field, value)
        if problem is not None:
            yield problem


def _reserved(field: str, remedy: str) -> Problem:
    return Problem(Reason.RESERVED_LABEL, field, f"is a reserved label: {remedy}")
