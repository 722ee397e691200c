"""
AlertRule to PrometheusRule: one object, one child in the same namespace.

The child holds one rule group, named after the AlertRule, with one alerting rule per
level. It is also the record of the rule's last good spec (`tocsin.dev/last-good`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.meta import API_VERSION, GROUP, ObjectRef, Resource
from tocsin.api.problem import Problem, Reason, Rejection
from tocsin.compile.conditions import Condition, conditions_of
from tocsin.compile.inhibitions.block import InhibitBlock, check_inhibited_by, inhibit_block
from tocsin.compile.levels import check_levels
from tocsin.compile.names import canonical_json, child_name
from tocsin.compile.no_data import NO_DATA, no_data_annotations
from tocsin.compile.notify import RouteBlock, route_block
from tocsin.compile.policy import check_policy
from tocsin.compile.rule_checks import check_meaning
from tocsin.compile.rule_expressions import expressions_of, judge_expressions
from tocsin.compile.rule_tests.plan import TestPlan, plan_tests
from tocsin.compile.rule_texts import texts_of
from tocsin.compile.tenancy import texts_for_prometheus
from tocsin.promql.confined import Confined
from tocsin.promql.verdict import Verdict

__all__ = ["LAST_GOOD", "OWNER_UID", "CompiledRule", "compile_alert_rule", "expressions_of"]

LAST_GOOD = f"{GROUP}/last-good"
OWNER_UID = f"{GROUP}/owner-uid"
TEAM_LABEL = f"{GROUP}/team"

_ANNOTATION_BYTES = 250_000
"""Kubernetes takes 262,144 bytes of annotations an object; others may add some."""
_FIXED_BYTES = 12_000
"""More than a child's metadata take apart from the last good spec."""
_RULE_BYTES = 2_000
"""More than a rule's identity labels and generated summary take."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """What an AlertRule becomes."""

    child: dict[str, Any]
    """The PrometheusRule, whole."""
    block: RouteBlock | None
    """The notify block that its alerts are routed by, if it has one of its own."""
    severities: tuple[str, ...]
    warnings: tuple[Problem, ...]
    inhibit: InhibitBlock | None = None
    """What mutes its alerts, if anything does."""
    tests: TestPlan | None = None
    """Its tests, if it has any."""


def compile_alert_rule(
    rule: Resource[AlertRuleSpec],
    *,
    verdicts: Mapping[str, Verdict],
    namespace_labels: Mapping[str, str],
    config: OperatorConfig,
    confined: Mapping[str, Confined] | None = None,
) -> CompiledRule | Rejection:
    """
    Compile one AlertRule, or say everything that is wrong with it.

    `verdicts` must hold each of `expressions_of(rule.spec)`, and `confined` each of
    them where `is_confined` says that the namespace's expressions are. `suspend` is
    the caller's business: it decides whether the child may exist at all.
    """
    ref, spec = rule.ref, rule.spec
    trusted = ref.namespace in config.trusted_namespaces
    problems = check_meaning(ref.namespace, spec, config, trusted=trusted)
    found, warnings = judge_expressions(spec, verdicts, trusted=trusted)
    texts = texts_of(ref, spec, trusted=trusted, version=config.prometheus.version)
    problems += found
    alert = spec.alert_name or ref.name
    problems += check_inhibited_by(ref, alert, spec.inhibited_by)
    problems, warnings = problems + texts.problems, [*warnings, *texts.warnings]
    team = spec.team if spec.team is not None else namespace_labels.get(TEAM_LABEL, "")
    labels = {"team": team} | texts.labels
    problems += check_policy(ref.namespace, spec, labels, config)
    found, said = check_levels(spec, config)
    problems, warnings = problems + found, warnings + said
    written, found = texts_for_prometheus(ref.namespace, spec, verdicts, confined, config)
    problems += found
    if problems:
        return Rejection(ref, tuple(problems))
    block = route_block(ref.namespace, spec.notify)
    inhibit = inhibit_block(ref.namespace, spec.inhibited_by)
    labels = _identity(ref, block, inhibit) | labels
    conditions, found = conditions_of(ref, spec, config, {*labels, "severity"}, written)
    if found:
        return Rejection(ref, tuple(found))
    group = _group(rule, alert, conditions, labels, texts.annotations)
    child = _child(rule, group, config)
    problem = _size_problem(child, config)
    if problem is not None:
        return Rejection(ref, (problem,))
    severities = tuple(dict.fromkeys(one.severity for one in conditions))
    tests = plan_tests(ref, spec, child, config)
    return CompiledRule(child, block, severities, tuple(warnings), inhibit, tests)


def _identity(
    ref: ObjectRef, block: RouteBlock | None, inhibit: InhibitBlock | None
) -> dict[str, str]:
    """Give the labels that say whose alert it is and how it is routed."""
    return {
        "tocsin_kind": ref.kind,
        "tocsin_namespace": ref.namespace,
        "tocsin_name": ref.name,
        "tocsin_instance": "{{ $labels }}",
        # An empty value removes a label of this name that comes from the series.
        "tocsin_route": block.digest if block is not None else "",
        "tocsin_inhibit": inhibit.digest if inhibit is not None else "",
    }


def _group(
    rule: Resource[AlertRuleSpec],
    alert: str,
    conditions: Sequence[Condition],
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
) -> dict[str, Any]:
    """Write the rule group: one alerting rule for each condition."""
    group: dict[str, Any] = {"name": rule.ref.name}
    if rule.spec.interval is not None:
        group["interval"] = rule.spec.interval
    group["rules"] = [
        _alerting_rule(rule.ref, alert, one, labels, annotations) for one in conditions
    ]
    return group


def _alerting_rule(
    ref: ObjectRef,
    alert: str,
    condition: Condition,
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
) -> dict[str, Any]:
    rule: dict[str, Any] = {"alert": alert, "expr": condition.expr}
    if condition.for_ is not None:
        rule["for"] = condition.for_
    if condition.keep_firing_for is not None:
        rule["keep_firing_for"] = condition.keep_firing_for
    rule["labels"] = {**labels, "severity": condition.severity}
    rule["annotations"] = annotations
    if condition.is_no_data:
        rule["labels"]["tocsin_instance"] = NO_DATA
        rule["annotations"] = no_data_annotations(ref, annotations)
    return rule


def _child(
    rule: Resource[AlertRuleSpec], group: dict[str, Any], config: OperatorConfig
) -> dict[str, Any]:
    written = rule.spec.model_dump(by_alias=True, exclude_unset=True)
    metadata: dict[str, Any] = {
        "name": child_name(rule.ref),
        "namespace": rule.ref.namespace,
        "labels": config.rule_labels
        | {"app.kubernetes.io/managed-by": "tocsin", f"{GROUP}/kind": rule.ref.kind},
        "annotations": {LAST_GOOD: canonical_json(written)},
    }
    if rule.uid:
        metadata["annotations"][OWNER_UID] = rule.uid
        metadata["ownerReferences"] = [
            {
                "apiVersion": API_VERSION,
                "kind": rule.ref.kind,
                "name": rule.ref.name,
                "uid": rule.uid,
                "controller": True,
                "blockOwnerDeletion": False,
            }
        ]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": metadata,
        "spec": {"groups": [group]},
    }


def _size_problem(child: dict[str, Any], config: OperatorConfig) -> Problem | None:
    """Refuse a child that is too large for its limit or for an object's annotations."""
    limit = config.limits.rule_bytes
    record = len(child["metadata"]["annotations"][LAST_GOOD].encode())
    rules = len(child["spec"]["groups"][0]["rules"])
    bound = _FIXED_BYTES + 2 * record + rules * (_RULE_BYTES + 6 * record)
    if bound <= limit and not config.enforce_namespace:
        return None  # an upper bound, far below for almost every rule, and cheap
    size = len(canonical_json(child).encode())
    if size <= limit and record <= _ANNOTATION_BYTES:
        return None
    return Problem(
        Reason.SIZE_LIMIT,
        "spec",
        f"becomes a PrometheusRule of {size:,} bytes, {min(limit, _ANNOTATION_BYTES):,} is the "
        "limit: shorten its texts, or move parts of its expressions into recording rules",
    )
