"""One bad object changes nothing for any other (I4, F25, S02)."""

from __future__ import annotations

import json
import time

import pytest
from tests.integration.objects import (
    BAD_EXPR,
    alerts,
    channel,
    condition,
    consent,
    health_check,
    notify,
    rule,
    secret,
    secret_channel,
)
from tests.integration.waiting import wait_for
from tests.integration.world import World, about, summary

pytestmark = pytest.mark.usefixtures("operator")


def test_two_rules_one_bad_the_others_output_does_not_move(world: World, namespace: str) -> None:
    good, bad = rule(namespace, "good"), rule(namespace, "bad", expr=BAD_EXPR)
    world.apply_ready(channel(namespace, default={}), good)
    child, seen = world.child(good), world.get(good)
    assert child is not None
    assert seen is not None

    world.apply(bad)
    world.wait_condition(bad, "Valid", "False")
    world.apply_ready(rule(namespace, "bad"))
    world.apply(bad)
    world.wait_condition(bad, "Valid", "False")
    world.delete(bad)
    world.fence(namespace)

    now, after = world.child(good), world.get(good)
    assert now is not None
    assert after is not None
    assert now["metadata"]["resourceVersion"] == child["metadata"]["resourceVersion"]
    assert after["metadata"]["resourceVersion"] == seen["metadata"]["resourceVersion"]


def test_a_bad_channel_moves_nobody_elses_receiver(world: World, namespace: str) -> None:
    world.apply(secret(namespace, "good"), consent(namespace))
    world.apply_ready(secret_channel(namespace, "good"))
    wait_for(world.receiver_names, lambda seen: f"{namespace}/good" in seen, "the good channel")
    before = _of(world, namespace)

    other = world.namespace()
    world.apply(
        secret_channel(other, "no-consent"),
        channel(other, "bad-severity", minSeverity="no-such-severity"),
        channel(other, "bad-url", slack={"apiURLSecretRef": {"name": "none", "key": "url"}}),
    )
    for name in ("no-consent", "bad-severity", "bad-url"):
        world.wait_condition(channel(other, name), "Ready", "False")
    world.apply_ready(channel(other, "fine"))
    wait_for(world.receiver_names, lambda seen: f"{other}/fine" in seen, "the other's good one")
    assert _of(world, namespace) == before
    names = world.receiver_names()
    assert not names & {f"{other}/no-consent", f"{other}/bad-severity", f"{other}/bad-url"}
    world.check_configuration()
    world.admin.delete("v1", "Namespace", other)


def _of(world: World, namespace: str) -> list[object]:
    """Give everything in the configuration that names a namespace."""
    document = world.configuration()
    parts = [*document["receivers"], *document["route"]["routes"]]
    return [one for one in parts if namespace in str(one)]


def test_tenants_alerts_do_not_meet(world: World, namespace: str) -> None:
    other = world.namespace()
    mine, theirs = rule(namespace, "same"), rule(other, "same")
    world.apply_ready(channel(namespace, default={}), channel(other, default={}), mine, theirs)
    world.wait_told(mine, f"{namespace}/chat")
    world.wait_told(theirs, f"{other}/chat")
    foreign = {"alertname": "KubePodCrashLooping", "namespace": namespace}
    assert not any("/" in name for name in world.told(foreign))
    world.admin.delete("v1", "Namespace", other)


def test_edits_in_a_loop_cost_a_write_a_second_and_delay_nobody(
    world: World, namespace: str
) -> None:
    other, began = world.namespace(), time.monotonic()
    for number in range(100):
        world.apply(rule(namespace, "noisy", expr=f"up == {number}", notify={"channels": []}))
    world.apply_ready(rule(other, notify={"channels": []}), timeout=5)
    world.wait_condition(rule(namespace, "noisy"))
    took = time.monotonic() - began
    child = world.child(rule(namespace, "noisy")) or {}
    assert alerts(child)[0]["expr"] == "up == 99"
    writes = [
        one
        for one in summary(about(world.operator_writes(), namespace))
        if one.startswith("patch prometheusrules noisy")
    ]
    assert len(writes) <= 5 + took + 1, f"{len(writes)} writes in {took:.1f} s"
    world.admin.delete("v1", "Namespace", other)


@pytest.mark.parametrize(
    "labels",
    [{"tocsin_namespace": "victim"}, {"tocsin_route": "0123456789abcdef"}, {"tocsin_name": "x"}],
)
def test_reserved_labels_are_refused(world: World, namespace: str, labels: dict[str, str]) -> None:
    document = rule(namespace, "spoof", labels=labels, notify={"channels": []})
    done = world.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(document), check=False)
    if done.returncode == 0:
        world.wait_condition(document, "Valid", "False", "ReservedLabel")
    else:
        assert "tocsin_" in done.stderr
    assert world.child(document) is None


def test_query_in_a_tenants_template_is_refused(world: World, namespace: str) -> None:
    text = '{{ range query "up" }}{{ . }}{{ end }}'
    document = rule(namespace, "spy", summary=text, notify=notify("chat"))
    world.apply(document)
    seen = world.wait_condition(document, "Valid", "False", "InvalidTemplate")
    assert "query" in condition(seen, "Ready")["message"]
    assert world.child(document) is None


def test_a_health_check_says_that_it_is_not_supported_yet(world: World, namespace: str) -> None:
    document = health_check(namespace)
    world.apply(document)
    seen = world.wait_condition(document, "Ready", "False", "NotYetSupported")
    assert condition(seen, "Stalled")["status"] == "True"
    assert "nothing is probed" in condition(seen, "Ready")["message"]
    world.fence(namespace)
    about_it = summary(about(world.operator_writes(), namespace))
    assert about_it.count("patch healthchecks/status site") == 1
