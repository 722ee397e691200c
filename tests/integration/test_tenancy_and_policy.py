"""The platform's rules on a running operator: tenancy, policy, a namespace's bytes (S04, S14)."""

from __future__ import annotations

import json
from typing import Any

from tests.integration.conftest import StartOperator
from tests.integration.objects import (
    BAD_EXPR,
    GOOD_EXPR,
    SECRET_URL,
    Object,
    channel,
    condition,
    consent,
    secret,
    secret_channel,
)
from tests.integration.objects import rule as any_rule
from tests.integration.waiting import wait_for
from tests.integration.world import World

QUERY = 'sum by (route) (rate(errors_total[5m])) / on (route) x{namespace!="other"}'


def rule(namespace: str, name: str, **spec: Any) -> Object:
    """Make a rule that tells nobody, on purpose."""
    return any_rule(namespace, name, notify={"channels": []}, **spec)


def make_room(world: World, *channels: Object) -> None:
    """Delete channels and wait until the Secret is without them: other tests measure it."""
    gone = {f"{one['metadata']['namespace']}/{one['metadata']['name']}" for one in channels}
    for one in channels:
        world.delete(one)
    wait_for(world.receiver_names, lambda seen: not gone & set(seen), "the channels are gone")


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
    # An older one grows: what is live comes first, so its own last good stays.
    live = world.child(second)
    second["spec"]["description"] = "x" * 500
    world.apply(second)
    seen = world.wait_condition(second, "Valid", "False")
    assert condition(seen, "Valid")["reason"] == "QuotaExceeded"
    assert live is not None
    assert (world.child(second) or {})["spec"] == live["spec"]
    world.wait_condition(third)
    # An invalid edit frees nothing: what was last good is live still.
    second["spec"]["expr"] = BAD_EXPR
    world.apply(second)
    world.wait_condition(second, "Valid", "False", "InvalidExpression")
    first["spec"]["description"] = "x" * 100
    world.apply(first)
    seen = world.wait_condition(first, "Valid", "False", "QuotaExceeded")
    assert "beside" in condition(seen, "Valid")["message"]
    assert world.child(first) is None
    # A smaller one goes live, and makes room.
    second["spec"] |= {"expr": GOOD_EXPR, "description": "x"}
    world.apply_ready(second, first)


def test_a_namespaces_channels_have_a_share_of_the_secret(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    """The newest beyond it is refused, growth keeps the last good, and neighbours go on."""
    start_operator({"limits": {"channelBytesPerNamespace": 6000}})
    neighbours = world.namespace()
    world.apply(*(consent(one) for one in (namespace, neighbours)))
    url = SECRET_URL + "/" + "x" * 1500
    pager = {"routingKeySecretRef": {"name": "first", "key": "url"}}
    first = channel(namespace, "first", pagerduty=pager)
    second, third = (secret_channel(namespace, name) for name in ("second", "third"))
    for name in ("first", "second", "third"):
        world.apply(secret(namespace, name, url=url))
    world.apply_ready(first, second)
    world.apply(third)
    seen = world.wait_condition(third, "Ready", "False", "QuotaExceeded")
    assert "6,000 is the limit" in condition(seen, "Ready")["message"]
    theirs = secret_channel(neighbours, "theirs")
    world.apply_ready(secret(neighbours, "theirs", url=url), theirs)
    # An old one grows past it, by its text or by its secret: both stay as they were.
    before = world.secret_data()
    first["spec"]["pagerduty"]["details"] = {"text": "x" * 1800}
    world.apply(first)
    world.wait_condition(first, "Ready", "False", "QuotaExceeded")
    world.apply(secret(namespace, "second", url=url + "x" * 1800))
    world.touch(second)
    world.wait_condition(second, "Ready", "False", "QuotaExceeded")
    world.check_configuration()
    after = world.secret_data()
    same = [name for name in after if name.startswith(f"tocsin-{namespace}_")]
    assert len(same) == 2
    assert all(after[name] == before[name] for name in same)
    assert {f"{namespace}/first", f"{namespace}/second"} <= world.receiver_names()
    assert f"{namespace}/third" not in world.receiver_names()
    # Room is made: what waited follows by itself.
    world.delete(first)
    world.wait_condition(second)
    make_room(world, second, third, theirs)
    world.admin.delete("v1", "Namespace", neighbours)
