"""
What an AlertRule may not say: the checks of its meaning, apart from PromQL and templates.

A spec that comes here is well formed (`tocsin.api.parse`). What is left depends on
where the object is, on the operator's configuration, or on what this release does.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.notify import Notify
from tocsin.api.problem import Problem, Reason
from tocsin.compile.refusals import (
    brief_problem,
    control_problem,
    duration_problem,
    invalid,
    not_yet,
    present,
    severity_problem,
)

_OWN_FIELD = {"alertname": "spec.alertName", "severity": "spec.severity", "team": "spec.team"}


def check_meaning(
    namespace: str, spec: AlertRuleSpec, config: OperatorConfig, *, trusted: bool
) -> list[Problem]:
    """Give everything that is wrong with a rule of a namespace but expressions and templates."""
    problems = list(_unsupported(spec))
    problems += present(
        (
            severity_problem("spec.severity", spec.severity, config.severities),
            duration_problem("spec.for", spec.for_),
            duration_problem("spec.keepFiringFor", spec.keep_firing_for),
            brief_problem("spec.interval", spec.interval),
            control_problem("spec.alertName", spec.alert_name or ""),
            control_problem("spec.team", spec.team or ""),
        )
    )
    if spec.levels:
        problems += _levels(spec, config)
    if spec.labels:
        problems += _labels(spec, config, trusted=trusted)
    if spec.notify is not None:
        problems += _notify(namespace, spec.notify, config)
    return problems


def _unsupported(spec: AlertRuleSpec) -> Iterator[Problem]:
    if spec.no_data is not None:
        yield not_yet(
            "spec.noData", "leave it out and write a second AlertRule with absent(...) meanwhile"
        )
    if spec.tests:
        yield not_yet("spec.tests", "leave it out and run promtool on `tocsin render` meanwhile")
    if spec.inhibited_by:
        yield not_yet(
            "spec.inhibitedBy", "leave it out and use `unless` in the expression meanwhile"
        )
    for index, level in enumerate(spec.levels):
        if level.recover is not None:
            yield not_yet(
                f"spec.levels[{index}].recover", "leave it out and use keepFiringFor meanwhile"
            )
    if spec.notify is not None:
        yield from _unsupported_notify(spec.notify)


def _unsupported_notify(notify: Notify) -> Iterator[Problem]:
    if notify.escalation:
        yield not_yet(
            "spec.notify.escalation",
            "leave it out and name the channels in spec.notify.channels meanwhile",
        )
    if notify.max_per_hour is not None:
        yield not_yet(
            "spec.notify.maxPerHour", "leave it out and set groupInterval (20m for 3) meanwhile"
        )
    for index, channel in enumerate(notify.channels):
        if channel.active_times:
            yield not_yet(
                f"spec.notify.channels[{index}].activeTimes",
                "leave it out; the channel hears at any time meanwhile",
            )


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


def _labels(spec: AlertRuleSpec, config: OperatorConfig, *, trusted: bool) -> Iterator[Problem]:
    for name, value in spec.labels.items():
        field = f"spec.labels.{name}"
        if name in _OWN_FIELD:
            yield _reserved(field, f"write {_OWN_FIELD[name]} instead")
        elif name.startswith("tocsin_"):
            yield _reserved(field, "names that begin with tocsin_ are Tocsin's: choose another")
        elif name.startswith("__"):
            yield _reserved(field, "names that begin with __ are Prometheus' own: choose another")
        elif not trusted and name in config.reserved_labels:
            yield _reserved(field, "the platform keeps this label for itself: choose another name")
        problem = control_problem(field, value)
        if problem is not None:
            yield problem


def _reserved(field: str, remedy: str) -> Problem:
    return Problem(Reason.RESERVED_LABEL, field, f"is a reserved label: {remedy}")


def _notify(namespace: str, notify: Notify, config: OperatorConfig) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for index, channel in enumerate(notify.channels):
        field = f"spec.notify.channels[{index}]"
        key = (channel.namespace or namespace, channel.name)
        if key in seen:
            yield invalid(field, f"names channel {'/'.join(key)} again: name each channel once")
        seen.add(key)
        problem = severity_problem(f"{field}.minSeverity", channel.min_severity, config.severities)
        if problem is not None:
            yield problem
    yield from present(
        (
            duration_problem("spec.notify.groupWait", notify.group_wait),
            brief_problem("spec.notify.groupInterval", notify.group_interval),
            brief_problem("spec.notify.repeatInterval", notify.repeat_interval),
        )
    )
