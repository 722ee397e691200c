"""`Ready` waits until Alertmanager has loaded the way, however late a kubelet brings it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.integration.conftest import run_operator
from tests.integration.objects import Object, channel, condition, notify, rule
from tests.integration.waiting import wait_for
from tests.integration.world import World, about, summary
from tests.running import RunningOperator

CONFIG: Object = {"grouping": {"groupWait": "1s", "groupInterval": "2s"}}
PENDING = 8.0
"""Seconds after which a status that is put off for a moment is there."""


@pytest.fixture(scope="module", autouse=True)
def operator(stack: World) -> Iterator[RunningOperator]:
    """The operator beside Alertmanager, which it observes."""
    with run_operator(stack, CONFIG) as running:
        yield running


@pytest.fixture
def shop(stack: World) -> Iterator[str]:
    """A namespace on the stack."""
    name = stack.namespace("late")
    yield name
    stack.admin.delete("v1", "Namespace", name)


def test_a_rule_and_its_default_channel_wait_for_the_load(stack: World, shop: str) -> None:
    default, alone = channel(shop, default={}), rule(shop)
    with stack.cluster.stack.held("alertmanager"):
        stack.apply(default, alone)
        stack.wait_child(alone)  # the rule itself goes ahead
        seen = stack.wait_condition(alone, "Ready", "False", "RoutePending", timeout=PENDING + 5)
        routed = condition(seen, "Routed")
        assert (routed["status"], routed["reason"]) == ("Unknown", "RoutePending")
        assert f"{shop}/chat" in routed["message"]
        assert condition(seen, "Reconciling")["status"] == "True"
        assert seen["status"]["liveGeneration"] == 1
        of_channel = stack.wait_condition(default, "Ready", "False", "RoutePending")
        assert "Alertmanager to load" in condition(of_channel, "Ready")["message"]
        assert set(said(stack, shop, "errors") + said(stack, shop, "chat")) == {"False"}
    for one in (default, alone):
        stack.wait_condition(one, timeout=15)
    seen = stack.wait_condition(alone, "Routed")
    assert condition(seen, "Routed")["message"] == f"tells {shop}/chat"
    assert not condition(seen, "Reconciling")


def test_a_notify_block_waits_too(stack: World, shop: str) -> None:
    document = rule(shop, notify=notify("chat"))
    with stack.cluster.stack.held("alertmanager"):
        stack.apply(channel(shop), document)
        seen = stack.wait_condition(document, "Ready", "False", "RoutePending")
        assert condition(seen, "Routed")["reason"] == "RoutePending"
        assert stack.child(document) is None
    stack.wait_condition(document, timeout=30)
    assert stack.child(document)


def test_what_is_ready_stays_so_while_something_more_is_loaded(stack: World, shop: str) -> None:
    stack.apply_ready(channel(shop, default={}), rule(shop))
    other = stack.namespace("later")
    with stack.cluster.stack.held("alertmanager"):
        stack.apply(channel(shop, "second", default={}), channel(other, default={}), rule(other))
        stack.wait_condition(rule(other), "Ready", "False", "RoutePending")
        seen = stack.get(rule(shop))
        assert condition(seen, "Ready")["status"] == "True"
        assert condition(seen, "Routed")["message"] == f"tells {shop}/chat"
    wait_for(
        lambda: condition(stack.get(rule(shop)), "Routed")["message"],
        lambda text: text == f"tells {shop}/chat, {shop}/second",
        "the second channel is told of",
    )
    stack.wait_condition(rule(other))
    ready = said(stack, shop, "errors")
    assert set(ready[ready.index("True") :]) == {"True"}
    stack.admin.delete("v1", "Namespace", other)


def test_a_restart_unsays_nothing_though_alertmanager_cannot_be_asked(
    stack: World, shop: str, operator: RunningOperator
) -> None:
    stack.apply_ready(
        channel(shop, default={}), rule(shop), rule(shop, "routed", notify=notify("chat"))
    )
    stack.wait_until_gone()
    stack.wait_until_quiet()
    before = len(stack.operator_writes())
    operator.restart()
    stack.wait_until_quiet()
    operator.stop()
    try:
        with run_operator(stack, CONFIG | {"alertmanager": {"urls": ["http://127.0.0.1:9"]}}):
            stack.wait_until_quiet()
            assert summary(stack.operator_writes()[before:]) == []
    finally:
        operator.start()


def said(stack: World, namespace: str, name: str) -> list[str]:
    """Give every `Ready` that the API server was told of an object until now, oldest first."""
    told = [
        condition(one["requestObject"], "Ready").get("status")
        for one in about(stack.operator_writes(), namespace)
        if one["objectRef"].get("subresource") == "status" and one["objectRef"]["name"] == name
    ]
    return [one for one in told if one is not None]
