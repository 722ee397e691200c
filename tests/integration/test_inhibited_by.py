"""`inhibitedBy` in a cluster: the rule before the child, cycles, sources that come and go."""

from __future__ import annotations

import pytest
from tests.integration.objects import Object, alert_labels, condition, rule
from tests.integration.waiting import wait_for
from tests.integration.world import World
from tests.running import RunningOperator

NOBODY: Object = {"channels": []}


def muted(namespace: str, name: str, *sources: Object, **spec: object) -> Object:
    return rule(namespace, name, notify=NOBODY, inhibitedBy=list(sources), **spec)


def by(name: str, **more: object) -> Object:
    return {"kind": "AlertRule", "name": name, **more}


def targets(world: World, namespace: str) -> set[str]:
    """Give the digests that inhibit rules of the configuration mute in a namespace."""
    return {
        matchers[0].split('"')[1]
        for one in world.configuration().get("inhibit_rules", ())
        if (matchers := one["target_matchers"])[1:] == [f'tocsin_namespace="{namespace}"']
    }


def digest(world: World, document: Object) -> str:
    return alert_labels(world.child(document) or {}).get("tocsin_inhibit", "")


def valid_says(world: World, document: Object, text: str) -> None:
    wait_for(
        lambda: condition(world.get(document), "Valid").get("message", ""),
        lambda said: text in said,
        text,
    )


@pytest.mark.usefixtures("operator")
def test_the_inhibition_is_there_before_the_child_and_stays_after_it(
    world: World, namespace: str
) -> None:
    world.apply_ready(rule(namespace, "db", notify=NOBODY), muted(namespace, "errors", by("db")))
    old = digest(world, rule(namespace, "errors"))
    assert targets(world, namespace) == {old}
    world.check_configuration()
    world.apply_ready(muted(namespace, "errors", {"alertName": "KubeAPIDown"}))
    new = wait_for(
        lambda: digest(world, rule(namespace, "errors")), lambda one: one != old, "the edit"
    )
    # Alertmanager holds the old alert for minutes: it must stay muted.
    assert targets(world, namespace) == {old, new}
    world.wait_until_quiet()
    assert targets(world, namespace) == {old, new}


@pytest.mark.usefixtures("operator")
def test_a_source_that_is_absent_or_slow_is_a_warning(world: World, namespace: str) -> None:
    world.apply_ready(muted(namespace, "errors", by("db")))
    valid_says(world, rule(namespace, "errors"), f"there is no AlertRule {namespace}/db")
    world.apply(rule(namespace, "db", notify=NOBODY, **{"for": "10m"}))
    valid_says(world, rule(namespace, "errors"), "fires 10m later")
    world.apply(rule(namespace, "db", notify=NOBODY))
    wait_for(
        lambda: condition(world.get(rule(namespace, "errors")), "Valid").get("message"),
        lambda said: not said or "later" not in said,
        "no warning",
    )


def test_who_closes_a_cycle_is_refused_also_after_a_restart(
    world: World, namespace: str, operator: RunningOperator
) -> None:
    first = muted(namespace, "a", by("b"))
    second = muted(namespace, "b", by("c"))
    last = muted(namespace, "c", by("a"))
    world.apply_ready(first, second)
    world.apply(rule(namespace, "c", notify=NOBODY))
    world.wait_condition(last)
    world.apply(last)
    seen = world.wait_condition(last, "Ready", "False", "InhibitionCycle")
    message = condition(seen, "Ready")["message"]
    assert f"AlertRule {namespace}/c is muted by AlertRule {namespace}/a" in message
    assert digest(world, last) == ""  # last good
    operator.restart()
    world.fence(namespace)
    world.wait_condition(first)
    world.wait_condition(second)
    world.wait_condition(last, "Ready", "False", "InhibitionCycle")
    # Whoever takes himself out lets the other in.
    world.apply_ready(rule(namespace, "a", notify=NOBODY))
    world.wait_condition(last)
    wait_for(lambda: digest(world, last), bool, "the edit is live")
