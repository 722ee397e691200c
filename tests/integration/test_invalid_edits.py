"""An invalid edit keeps what was last good, through restarts, until it is mended or lost."""

from __future__ import annotations

import pytest
from tests.integration.objects import (
    BAD_EXPR,
    GOOD_EXPR,
    Object,
    alert_labels,
    alerts,
    channel,
    condition,
    notify,
    rule,
)
from tests.integration.waiting import wait_for
from tests.integration.world import World
from tests.running import RunningOperator


def broken(namespace: str) -> Object:
    """Give the rule `errors` with a mistake."""
    return rule(namespace, expr=BAD_EXPR, notify=notify("pager"))


@pytest.mark.usefixtures("operator")
def test_unparsable_promql_is_said_and_makes_nothing(world: World, namespace: str) -> None:
    document = rule(namespace, expr=BAD_EXPR)
    world.apply(document)
    seen = world.wait_condition(document, "Valid", "False", "InvalidExpression")
    ready = condition(seen, "Ready")
    assert (ready["status"], ready["reason"]) == ("False", "InvalidExpression")
    assert "spec.expr" in ready["message"]
    assert condition(seen, "Stalled")["status"] == "True"
    assert seen["status"]["liveGeneration"] == 0
    assert world.child(document) is None

    world.apply_ready(channel(namespace, default={}))
    world.apply_ready(rule(namespace, expr=GOOD_EXPR))
    assert world.child(document) is not None


@pytest.mark.usefixtures("operator")
def test_poison_costs_nothing_but_a_rejection(world: World, namespace: str) -> None:
    world.apply(rule(namespace, "deep", expr="foo" + "+foo" * 2000))
    world.apply(rule(namespace, "nested", expr="(" * 8000 + "1" + ")" * 8000))
    for name in ("deep", "nested"):
        seen = world.wait_condition(rule(namespace, name), "Valid", "False")
        assert condition(seen, "Valid")["reason"] == "InvalidExpression"
    world.fence(namespace)


def test_an_invalid_edit_then_a_restart_then_a_loss(
    world: World, namespace: str, operator: RunningOperator
) -> None:
    good = rule(namespace, notify=notify("chat"))
    world.apply(channel(namespace, "chat"), channel(namespace, "pager"))
    before = world.apply_ready(good)
    child = world.child(good)
    assert child is not None
    digest = alert_labels(child)["tocsin_route"]

    world.apply(broken(namespace))
    seen = world.wait_condition(good, "Valid", "False", "InvalidExpression")
    assert seen["status"]["liveGeneration"] == before["metadata"]["generation"]
    assert seen["status"]["prometheusRule"] == child["metadata"]["name"]

    operator.restart(crash=True)
    world.fence(namespace)
    _stays(world, good, child, digest)

    world.touch(channel(namespace, "chat"))  # a pass over the Secret forgets nothing either
    world.apply_ready(channel(namespace, "third"))
    world.wait_condition(good, "Valid", "False")
    wait_for(world.receiver_names, lambda seen: f"{namespace}/third" in seen, "third channel")
    _stays(world, good, child, digest)

    world.delete(child)
    lost = world.wait_condition(good, "Ready", "False", "LastGoodLost")
    assert child["metadata"]["name"] in condition(lost, "Ready")["message"]
    assert lost["status"]["liveGeneration"] == 0
    assert condition(lost, "Stalled")["status"] == "True"
    operator.restart()
    world.fence(namespace)
    world.wait_condition(good, "Ready", "False", "LastGoodLost")

    mended = world.apply_ready(rule(namespace, notify=notify("pager")))
    assert mended["status"]["liveGeneration"] == mended["metadata"]["generation"]
    world.wait_told(good, f"{namespace}/pager")


def _stays(world: World, good: Object, child: Object, digest: str) -> None:
    now = world.child(good)
    assert now is not None
    assert now["metadata"]["resourceVersion"] == child["metadata"]["resourceVersion"]
    assert alert_labels(now)["tocsin_route"] == digest
    assert world.told_by(good) == {f"{good['metadata']['namespace']}/chat"}


@pytest.mark.usefixtures("operator")
def test_a_child_edited_while_the_rule_is_invalid_is_repaired(world: World, namespace: str) -> None:
    good = rule(namespace, notify={"channels": []})
    world.apply_ready(good)
    world.apply(rule(namespace, expr=BAD_EXPR, notify={"channels": []}))
    world.wait_condition(good, "Valid", "False")
    child = world.child(good)
    assert child is not None
    child["spec"]["groups"][0]["rules"][0]["expr"] = "vector(0)"
    world.apply({**child, "metadata": {"name": child["metadata"]["name"], "namespace": namespace}})
    world.wait_child(good, lambda seen: seen and alerts(seen)[0]["expr"] == GOOD_EXPR, "repair")


@pytest.mark.usefixtures("operator")
def test_suspend_and_resume(world: World, namespace: str) -> None:
    running = rule(namespace, notify={"channels": []})
    world.apply_ready(running)
    world.apply(rule(namespace, notify={"channels": []}, suspend=True))
    wait_for(lambda: world.child(running), lambda seen: seen is None, "the child is removed")
    seen = world.wait_condition(running, "Ready", "True")
    assert seen["status"]["state"] == "Suspended"
    assert "prometheusRule" not in seen["status"]

    world.apply_ready(running)
    world.wait_child(running)
    seen = world.get(running) or {}
    assert "state" not in seen["status"]
