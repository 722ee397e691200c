"""The platform's rules on a running operator: tenancy, policy, a namespace's bytes (S04, S14)."""

from __future__ import annotations

import json
from typing import Any

from tests.integration.conftest import StartOperator
from tests.integration.objects import Object, condition
from tests.integration.objects import rule as any_rule
from tests.integration.world import World

QUERY = 'sum by (route) (rate(errors_total[5m])) / on (route) x{namespace!="other"}'


def rule(namespace: str, name: str, **spec: Any) -> Object:
    """Make a rule that tells nobody, on purpose."""
    return any_rule(namespace, name, notify={"channels": []}, **spec)


def expressions(child: Object | None) -> list[str]:
    """Give the expressions of a PrometheusRule."""
    assert child is not None
    return [one["expr"] for group in child["spec"]["groups"] for one in group["rules"]]


def test_tenants_read_their_own_namespace(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    """The PrometheusRule is confined, the record is as written; what cannot be is refused."""
    before = rule(namespace, "before", expr='up{namespace="other"} == 0')
    operator = start_operator({})
    world.apply_ready(before)
    operator.stop()
    trusted = world.namespace()
    start_operator({"enforceNamespace": True, "trustedNamespaces": [trusted]})
    levels = [{"severity": "critical", "above": 1, "recover": 0}]
    mine = rule(namespace, "mine", expr=QUERY, levels=levels, noData={"after": "1m"})
    theirs = rule(namespace, "theirs", expr='info(up{namespace="other"}) == 0')
    platform = rule(trusted, "platform", expr='up{namespace="other"} == 0')
    world.apply_ready(mine, platform)
    world.apply(theirs)

    own = f'errors_total{{namespace="{namespace}"}}'
    child = world.child(mine)
    assert all(own in one or "absent(x{" in one for one in expressions(child))
    assert child is not None
    record = json.loads(child["metadata"]["annotations"]["tocsin.dev/last-good"])
    assert record["expr"] == QUERY
    assert expressions(world.child(platform)) == ['up{namespace="other"} == 0']
    seen = world.wait_condition(theirs, "Valid", "False")
    assert condition(seen, "Valid")["reason"] == "NotConfined"
    assert world.child(theirs) is None
    # What was live before the platform asked for it goes: last good is no permission.
    seen = world.wait_condition(before, "Valid", "False")
    assert condition(seen, "Valid")["reason"] == "NotConfined"
    world.fence(namespace)
    assert world.child(before) is None
    world.admin.delete("v1", "Namespace", trusted)


def test_policy_is_told_in_the_status(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    start_operator(
        {"policy": {"requiredLabels": [{"name": "service"}], "requireRunbookFor": ["critical"]}}
    )
    bare = rule(namespace, "bare", severity="critical")
    world.apply(bare)
    seen = world.wait_condition(bare, "Valid", "False")
    assert condition(seen, "Valid")["reason"] == "PolicyViolated"
    message = condition(seen, "Valid")["message"]
    assert "policy.requiredLabels" in message
    assert "policy.requireRunbookFor" in message
    bare["spec"] |= {"labels": {"service": "shop"}, "runbookURL": "https://runbooks.example.org"}
    world.apply_ready(bare)


def test_the_newest_beyond_a_namespaces_bytes_waits_its_turn(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    start_operator({"limits": {"bytesPerNamespace": 2500, "ruleBytes": 2400}})
    first, second, third = (
        rule(namespace, name, description="x" * 300) for name in ("first", "second", "third")
    )
    for one in (first, second):
        world.apply_ready(one)
    world.apply(third)
    seen = world.wait_condition(third, "Valid", "False")
    assert condition(seen, "Valid")["reason"] == "QuotaExceeded"
    assert "2,500 is the limit" in condition(seen, "Valid")["message"]
    assert world.child(third) is None
    world.delete(first)
    world.apply_ready(third)
    # An older one grows: the newer one is told, and keeps what was live.
    second["spec"]["description"] = "x" * 500
    world.apply_ready(second)
    seen = world.wait_condition(third, "Valid", "False")
    assert condition(seen, "Valid")["reason"] == "QuotaExceeded"
    assert world.child(third) is not None
