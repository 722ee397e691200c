"""
The conditions of an AlertRule: one alerting rule each for a level, and for missing data.

`written` gives for each expression of the spec the text that Prometheus gets, which
is another where the platform confines tenants to their namespace.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem
from tocsin.compile.no_data import no_data_condition
from tocsin.compile.rule_expressions import level_expression


@dataclass(frozen=True, slots=True)
class Condition:
    """One alerting rule: a level, the rule's single condition, or missing data."""

    severity: str
    expr: str
    for_: str | None
    keep_firing_for: str | None
    is_no_data: bool = False


def conditions_of(
    ref: ObjectRef,
    spec: AlertRuleSpec,
    config: OperatorConfig,
    own: Collection[str],
    written: Mapping[str, str],
) -> tuple[list[Condition], list[Problem]]:
    """
    Give the conditions of a rule whose expressions are accepted, and what cannot be derived.

    `own` are the names of the labels that its alerts get from the rule.
    """
    query = written[spec.expr] if spec.expr is not None else ""
    if not spec.levels:
        severity = spec.severity or config.default_severities.alert_rule
        return [Condition(severity, query, spec.for_, spec.keep_firing_for)], []
    conditions, problems = _levels(ref, spec, own, written)
    if spec.no_data is not None:
        absence = no_data_condition(query)
        if isinstance(absence, Problem):
            problems.append(absence)
        else:
            severity = spec.no_data.severity or config.default_severities.alert_rule
            conditions.append(
                Condition(severity, absence, spec.no_data.after, None, is_no_data=True)
            )
    return conditions, problems


def _levels(
    ref: ObjectRef, spec: AlertRuleSpec, own: Collection[str], written: Mapping[str, str]
) -> tuple[list[Condition], list[Problem]]:
    query = written[spec.expr] if spec.expr is not None else ""
    texts = [
        written[level.expr] if level.expr is not None else level_expression(query, level)
        for level in spec.levels
    ]
    problems: list[Problem] = []
    if any(level.recover is not None for level in spec.levels):
        # The syntax tree costs start-up time, and few rules need it.
        from tocsin.compile.hysteresis import with_recovery  # noqa: PLC0415 see above

        texts, problems = with_recovery(ref, spec, query, texts, own)
    conditions = [
        Condition(level.severity, text, level.for_, level.keep_firing_for)
        for level, text in zip(spec.levels, texts, strict=True)
    ]
    return conditions, problems
