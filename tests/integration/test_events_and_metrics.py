"""What the operator tells: events, its own series, its endpoints; and what each change costs."""

from __future__ import annotations

import urllib.request

import pytest
from tests.integration.objects import BAD_EXPR, Object, channel, notify, rule
from tests.integration.waiting import wait_for
from tests.integration.world import World, about, summary
from tests.running import RunningOperator

from tocsin.adapters.telemetry import COUNTERS, GAUGES, HISTOGRAMS, PREFIX

NOBODY: Object = {"channels": []}


def events(world: World, document: Object) -> list[Object]:
    """Give the events about an object."""
    uid = (world.get(document) or {})["metadata"]["uid"]
    listed = world.admin.list("v1", "Event", document["metadata"]["namespace"])
    return [one for one in listed if one["involvedObject"]["uid"] == uid]


def wait_event(world: World, document: Object, reason: str, count: int = 1) -> Object:
    """Wait for an event with this reason that was counted so often."""
    seen = wait_for(
        lambda: events(world, document),
        lambda all_: any((e["reason"], e["count"]) == (reason, count) for e in all_),
        f"an event {reason} x{count}",
    )
    return next(one for one in seen if one["reason"] == reason)


@pytest.mark.usefixtures("operator")
def test_news_is_told_once_and_counted(world: World, namespace: str) -> None:
    bad, good = rule(namespace, expr=BAD_EXPR, notify=NOBODY), rule(namespace, notify=NOBODY)
    world.apply(bad)
    event = wait_event(world, bad, "InvalidExpression")
    assert (event["type"], event["source"]["component"]) == ("Warning", "tocsin")
    assert "spec.expr" in event["message"]
    world.apply_ready(good)
    assert wait_event(world, good, "Succeeded")["type"] == "Normal"

    world.apply(bad)
    wait_event(world, bad, "InvalidExpression", 2)
    world.apply_ready(good)
    wait_event(world, good, "Succeeded", 2)
    assert len(events(world, bad)) == 2
    described = world.cluster.kubectl("describe", "tar", "errors", "-n", namespace).stdout
    assert "InvalidExpression" in described


@pytest.mark.usefixtures("operator")
def test_the_price_of_each_change_in_writes(world: World, namespace: str) -> None:
    block = notify("chat")
    world.apply_ready(channel(namespace), rule(namespace, "first", notify=block))
    world.fence(namespace)

    def cost(document: Object) -> list[str]:
        writes = about(world.operator_writes(), namespace)
        name = document["metadata"]["name"]
        return [
            one.split()[1]
            for one in summary(writes)
            if one.split()[2].startswith(name) and "alertmanager" not in one
        ]

    document = rule(namespace, "priced", notify=block)
    world.apply_ready(document)
    world.fence(namespace)
    assert cost(document) == ["prometheusrules", "alertrules/status"]

    world.apply_ready(rule(namespace, "priced", notify=block, expr="up == 1"))
    world.fence(namespace)
    assert cost(document)[2:] == ["prometheusrules", "alertrules/status"]

    world.delete(document)
    wait_for(lambda: world.child(document), lambda seen: seen is None, "the garbage collection")
    world.fence(namespace)
    assert cost(document)[4:] == []


@pytest.mark.usefixtures("operator")
def test_a_status_edited_by_hand_is_mended_and_nothing_else(world: World, namespace: str) -> None:
    document = rule(namespace, notify=NOBODY)
    seen = world.apply_ready(document)
    child = world.child(document) or {}
    world.admin.merge_patch(
        document["apiVersion"],
        document["kind"],
        "errors",
        {"status": {"conditions": [], "liveGeneration": 77}},
        namespace,
        subresource="status",
    )
    world.wait_condition(document)
    mended = wait_for(
        lambda: world.get(document) or {},
        lambda one: one["status"].get("liveGeneration") == seen["metadata"]["generation"],
        "the mended status",
    )
    assert mended["status"]["prometheusRule"] == child["metadata"]["name"]
    now = world.child(document) or {}
    assert now["metadata"]["resourceVersion"] == child["metadata"]["resourceVersion"]


def test_the_series(world: World, namespace: str, operator: RunningOperator) -> None:
    world.apply_ready(channel(namespace, default={}), rule(namespace))
    world.apply(rule(namespace, "bad", expr=BAD_EXPR))
    world.wait_condition(rule(namespace, "bad"), "Valid", "False")
    text = wait_for(
        operator.metrics,
        lambda seen: _value(seen, "rejected_objects", 'kind="AlertRule"', "InvalidExpression") > 0,
        "the rejected rule is counted",
    )
    families = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    wanted = {PREFIX + name for name in (*GAUGES, *HISTOGRAMS)}
    wanted |= {f"{PREFIX}{name}_total" for name in COUNTERS}
    assert wanted <= families
    assert _value(text, "reconciles_total", 'kind="AlertRule"', 'result="success"') > 0
    assert _value(text, "writes_total", 'resource="prometheusrules"') > 0
    assert _value(text, "last_full_pass_timestamp_seconds") > 0
    used = _value(text, "alertmanager_secret_bytes")
    assert 0 < used < _value(text, "alertmanager_secret_budget_bytes")
    assert namespace not in text
    assert "errors" not in text.replace("operator_errors", "")


def _value(text: str, name: str, *labels: str) -> float:
    """Sum the samples of a series that have these labels."""
    return sum(
        float(line.rsplit(" ", 1)[1])
        for line in text.splitlines()
        if line.startswith((f"{PREFIX}{name} ", f"{PREFIX}{name}{{"))
        and all(label in line for label in labels)
    )


def test_the_endpoints(operator: RunningOperator) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        with urllib.request.urlopen(operator.url + path, timeout=5) as answer:
            assert answer.status == 200
            assert answer.read()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(operator.url + "/", timeout=5)
    with refused.value as answer:
        assert answer.status == 404


def test_a_term_signal_ends_it_with_exit_code_0(operator: RunningOperator) -> None:
    assert operator.stop() == 0
    operator.start()
