"""The operator, the API server and namespaces come and go; what is live converges (I1, I5, I13)."""

from __future__ import annotations

import random
import time

from tests.integration.conftest import StartOperator
from tests.integration.objects import (
    BAD_EXPR,
    Object,
    channel,
    consent,
    notify,
    rule,
    secret,
    secret_channel,
)
from tests.integration.oracle import Oracle
from tests.integration.waiting import wait_for
from tests.integration.world import World, about, summary
from tests.running import RunningOperator

SEED = 20261121


def full_namespace(world: World, namespace: str) -> list[Object]:
    """Make one of everything: rules good and bad, with and without notify; gives the good ones."""
    world.apply(secret(namespace, "chat"), consent(namespace))
    good = [
        rule(namespace, "by-default", severity="critical"),
        rule(namespace, "by-notify", notify=notify("pager", groupBy=["job"])),
    ]
    world.apply_ready(secret_channel(namespace, default={}), channel(namespace, "pager"), *good)
    world.apply(rule(namespace, "bad", expr=BAD_EXPR))
    world.wait_condition(rule(namespace, "bad"), "Valid", "False")
    return good


def settled(world: World, operator: RunningOperator) -> None:
    """Return when the operator has looked at the Alertmanager Secret since its start."""
    wait_for(
        operator.metrics,
        lambda text: any(
            line.startswith("tocsin_") and 'kind="Alertmanager"' in line and "success" in line
            for line in text.splitlines()
        ),
        "the Alertmanager Secret was looked at",
    )


def test_a_restart_without_change_writes_nothing(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    operator = start_operator()
    full_namespace(world, namespace)
    wait_for(lambda: world.get(channel(namespace)), _is_used, "the use is shown")
    world.wait_until_gone()
    world.wait_until_quiet()
    settled(world, operator)
    for crash in (False, True):
        before = world.operator_writes(events=True)
        operator.restart(crash=crash)
        settled(world, operator)
        assert summary(world.operator_writes(events=True)[len(before) :]) == []


def _is_used(seen: Object | None) -> bool:
    return seen is not None and seen["status"].get("usedByCount", 0) > 0


def test_killed_at_random_moments_in_a_storm_of_edits(
    world: World, start_operator: StartOperator
) -> None:
    operator = start_operator()
    chance = random.Random(SEED)
    namespaces = [world.namespace("storm") for _ in range(3)]
    for namespace in namespaces:
        world.apply(secret(namespace, "chat"), consent(namespace))
    for _ in range(5):
        for _ in range(chance.randrange(8, 25)):
            _edit(world, chance, namespaces)
        time.sleep(chance.random() * 0.3)  # the moment of death, not a wait for anything
        operator.kill()
        operator.start(wait=chance.random() < 0.5)
        for _ in range(chance.randrange(0, 5)):
            _edit(world, chance, namespaces)
    operator.await_ready()
    Oracle(world).await_agreement(namespaces)
    world.check_configuration()
    for namespace in namespaces:
        world.admin.delete("v1", "Namespace", namespace)


def _edit(world: World, chance: random.Random, namespaces: list[str]) -> None:
    """Make, change or delete something; channels seldom, and one of them is always there."""
    namespace = chance.choice(namespaces)
    number = chance.randrange(6)
    if chance.random() < 0.2:
        floor = chance.choice(["critical", "warning", "info"])
        world.apply(secret_channel(namespace, default={}, minSeverity=floor))
        world.apply(channel(namespace, "pager", suspend=chance.random() < 0.3))
    elif chance.random() < 0.2:
        world.delete(rule(namespace, f"r{number}"))
    else:
        spec: Object = {"expr": f"up == {chance.randrange(3)}", "severity": "critical"}
        if chance.random() < 0.5:
            spec["notify"] = notify(*chance.choice([("chat",), ("pager",), ("chat", "pager")]))
        world.apply(rule(namespace, f"r{number}", **spec))


def test_the_api_server_restarted(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    operator = start_operator()
    good = full_namespace(world, namespace)
    children = [world.child(one) for one in good]
    world.cluster.restart_apiserver(grace=0)
    world.reconnect()

    world.apply_ready(rule(namespace, "after", notify={"channels": []}), timeout=60)
    assert operator.ready()
    for before, one in zip(children, good, strict=True):
        now = world.child(one)
        assert before is not None
        assert now is not None
        assert now["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


def test_the_api_server_away_while_users_cannot_edit_and_then_do(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    start_operator()
    world.apply_ready(rule(namespace, notify={"channels": []}))
    world.cluster.stop_apiserver(grace=0)
    time.sleep(3)  # the length of the outage
    world.cluster.start_apiserver()
    world.reconnect()
    world.apply(rule(namespace, notify={"channels": []}, expr="up == 1"))
    world.wait_condition(rule(namespace), timeout=60)
    child = world.child(rule(namespace)) or {}
    assert child["spec"]["groups"][0]["rules"][0]["expr"] == "up == 1"


def test_a_namespace_deleted_with_the_operator_away(
    world: World, start_operator: StartOperator
) -> None:
    operator = start_operator()
    namespace = world.namespace("gone")
    other = world.namespace("stays")
    full_namespace(world, namespace)
    world.apply_ready(channel(other, default={}), rule(other))
    operator.kill()

    world.admin.delete("v1", "Namespace", namespace)
    wait_for(
        lambda: world.admin.get("v1", "Namespace", namespace),
        lambda seen: seen is None,
        "the namespace is gone",
        timeout=60,
    )
    assert any(name.startswith(f"{namespace}/") for name in world.receiver_names())
    before = len(world.operator_writes())
    operator.start()
    wait_for(
        lambda: (world.receiver_names(), list(world.secret_data())),
        lambda seen: not any(namespace in name for part in seen for name in part),
        "its receivers and its Secret values leave",
    )
    world.wait_told(rule(other), f"{other}/chat")
    assert about(world.operator_writes()[before:], namespace) == []
    world.admin.delete("v1", "Namespace", other)


def test_edits_while_the_operator_is_away(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    operator = start_operator()
    full_namespace(world, namespace)
    operator.stop()
    world.delete(rule(namespace, "by-default"))
    world.apply(rule(namespace, "by-notify", notify=notify("chat")))
    world.apply(rule(namespace, "new"))
    world.delete(world.child(rule(namespace, "by-notify")) or {})
    operator.start()
    Oracle(world).await_agreement([namespace])
    world.wait_told(rule(namespace, "by-notify"), f"{namespace}/chat")
