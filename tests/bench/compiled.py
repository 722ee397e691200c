"""What the operator writes for a rule, by the same pure functions, for floors that do it bare."""

from __future__ import annotations

from typing import Any

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ALERT_RULE, ObjectRef, Resource
from tocsin.api.parse import parse_spec
from tocsin.compile.rules import CompiledRule, compile_alert_rule, expressions_of
from tocsin.promql.verdict import Outcome, Verdict

Object = dict[str, Any]
_CONFIG = OperatorConfig()
_NOW = "2026-01-01T00:00:00Z"
_VECTOR = Verdict(Outcome.VALID, value_type="vector")


def resource_of(rule: Object) -> Resource[AlertRuleSpec]:
    """A rule's document as the core takes it; raises ``ValueError`` for an invalid one."""
    meta = rule["metadata"]
    ref = ObjectRef(ALERT_RULE, meta["namespace"], meta["name"])
    spec = parse_spec(ref, rule["spec"])
    if not isinstance(spec, AlertRuleSpec):
        raise ValueError(f"{ref}: {spec}")
    return Resource(ref, meta.get("uid", "uid"), meta.get("generation", 1), spec)


def child_of(rule: Object) -> Object:
    """The PrometheusRule of a rule whose expressions are known to be good."""
    resource = resource_of(rule)
    verdicts = dict.fromkeys(expressions_of(resource.spec), _VECTOR)
    compiled = compile_alert_rule(resource, verdicts=verdicts, namespace_labels={}, config=_CONFIG)
    if not isinstance(compiled, CompiledRule):
        raise ValueError(f"{resource.ref}: {compiled}")
    return compiled.child


def status_of(rule: Object, child: str) -> Object:
    """A status like that of a rule that is live and told to its namespace's default channel."""
    namespace, generation = rule["metadata"]["namespace"], rule["metadata"].get("generation", 1)
    messages = {"Ready": "live", "Valid": "", "Routed": f"tells {namespace}/default"}
    conditions = [
        {
            "type": kind,
            "status": "True",
            "reason": "Succeeded",
            "message": message,
            "observedGeneration": generation,
            "lastTransitionTime": _NOW,
        }
        for kind, message in messages.items()
    ]
    return {
        "observedGeneration": generation,
        "liveGeneration": generation,
        "channels": [f"{namespace}/default"],
        "channelsSummary": "default",
        "prometheusRule": child,
        "conditions": conditions,
    }
