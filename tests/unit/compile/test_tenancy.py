"""Where tenants are confined, nothing compiles that was not asked about; limits say numbers."""

from __future__ import annotations

import pytest

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import Limits, OperatorConfig
from tocsin.api.meta import ALERT_RULE, ObjectRef, Resource
from tocsin.api.policy import Policy, RequiredLabel
from tocsin.api.problem import Reason, Rejection
from tocsin.compile.quota import bytes_problem, grown, may_pass, size_of
from tocsin.compile.rules import CompiledRule, compile_alert_rule
from tocsin.compile.tenancy import is_confined
from tocsin.promql.confined import Confined
from tocsin.promql.parse import judge

CONFIG = OperatorConfig(enforce_namespace=True, trusted_namespaces=("platform",))


def compiled(
    namespace: str, confined: dict[str, Confined] | None, config: OperatorConfig = CONFIG
) -> CompiledRule | Rejection:
    return compile_alert_rule(
        Resource(ObjectRef(ALERT_RULE, namespace, "a"), "", 1, AlertRuleSpec(expr="up == 0")),
        verdicts={"up == 0": judge("up == 0")},
        namespace_labels={},
        config=config,
        confined=confined,
    )


@pytest.mark.parametrize("confined", [None, {}, {"up == 1": Confined("up == 1")}])
def test_a_caller_that_forgets_to_ask_gets_nothing(confined: dict[str, Confined] | None) -> None:
    found = compiled("shop", confined)
    assert isinstance(found, Rejection)
    assert found.reason is Reason.UNVERIFIABLE_EXPRESSION


def test_a_dead_parser_is_no_verdict() -> None:
    found = compiled("shop", {"up == 0": Confined(problem="it died", unknown=True)})
    assert isinstance(found, Rejection)
    assert found.reason is Reason.UNVERIFIABLE_EXPRESSION


@pytest.mark.parametrize(
    ("namespace", "config"), [("platform", CONFIG), ("shop", OperatorConfig())]
)
def test_others_are_not_asked_about(namespace: str, config: OperatorConfig) -> None:
    assert not is_confined(namespace, config)
    assert isinstance(compiled(namespace, None, config), CompiledRule)


def test_bytes_are_counted_beside_the_older_ones() -> None:
    limits = Limits(bytes_per_namespace=2048, rule_bytes=1024)
    assert not may_pass(2, limits)
    assert may_pass(3, limits)
    assert bytes_problem("shop", 1024, 1024, limits) is None
    problem = bytes_problem("shop", 1024, 1025, limits)
    assert problem is not None
    assert problem.reason is Reason.QUOTA_EXCEEDED
    assert "1,025" in problem.message
    assert "2,048" in problem.message


def test_growth_that_does_not_fit_changes_nothing() -> None:
    assert grown(100, 40, 60, 120) == 120
    assert grown(100, 40, 61, 120) == 100
    assert grown(100, 40, 0, 120) == 100  # still live until it has shrunk


def test_a_size_is_that_of_files_and_clusters_alike() -> None:
    found = compiled("platform", None)
    assert isinstance(found, CompiledRule)
    size = size_of(found.child)
    found.child["metadata"]["ownerReferences"] = [{"uid": "x" * 36}]
    assert size_of(found.child) == size > 100


def test_severities_by_namespace() -> None:
    policy = Policy.model_validate(
        {
            "allowedSeverities": [
                {"severities": ["info"]},
                {"namespaces": ["a"], "severities": ["b"]},
            ]
        }
    )
    assert policy.severities_in("a") == ("b",)
    assert policy.severities_in("other") == ("info",)
    assert Policy().severities_in("a") is None


def test_a_pattern_matches_the_whole_value_and_no_long_one() -> None:
    label = RequiredLabel(name="service", pattern="[a-z]+")
    assert label.is_met_by("shop")
    assert not label.is_met_by("shop ")
    assert not label.is_met_by("a" * 200)
    assert not label.is_met_by("")
    assert RequiredLabel(name="service").is_met_by("anything")
