"""From an AlertRule to its PrometheusRule, the Alertmanager configuration and the status."""

from __future__ import annotations

import json

import pytest
from tests.integration.objects import (
    alert_labels,
    alerts,
    channel,
    condition,
    consent,
    notify,
    rule,
    secret,
    secret_channel,
)
from tests.integration.world import World, decode

pytestmark = pytest.mark.usefixtures("operator")


def test_a_rule_is_told_to_its_namespaces_default_channel(world: World, namespace: str) -> None:
    document = rule(namespace, severity="critical", summary="{value} are down", **{"for": "1m"})
    world.apply(secret(namespace, "chat"), consent(namespace))
    world.apply_ready(secret_channel(namespace, default={}), document)

    child = world.child(document)
    assert child is not None
    world.check_rules(child)
    assert alert_labels(child)["severity"] == "critical"
    assert alert_labels(child)["tocsin_namespace"] == namespace
    assert alerts(child)[0]["for"] == "1m"
    owner = child["metadata"]["ownerReferences"][0]
    assert (owner["name"], owner["controller"], owner["blockOwnerDeletion"]) == (
        "errors",
        True,
        False,
    )
    world.check_configuration()
    assert world.told_by(document) == {f"{namespace}/chat"}


def test_the_status_says_what_is_live(world: World, namespace: str) -> None:
    document = rule(namespace)
    seen = world.apply_ready(channel(namespace, default={}), document)
    status, generation = seen["status"], seen["metadata"]["generation"]

    assert status["observedGeneration"] == status["liveGeneration"] == generation
    assert {one["type"]: one["status"] for one in status["conditions"]} == {
        "Ready": "True",
        "Valid": "True",
        "Routed": "Unknown",  # nobody told the operator where Alertmanager is
    }
    assert status["channels"] == [f"{namespace}/chat"]
    child = world.child(document)
    assert child is not None
    assert status["prometheusRule"] == child["metadata"]["name"]

    edited = world.apply_ready(rule(namespace, expr="up == 1"))
    assert edited["status"]["liveGeneration"] == edited["metadata"]["generation"] == generation + 1
    before, after = condition(seen, "Ready"), condition(edited, "Ready")
    assert before["lastTransitionTime"] == after["lastTransitionTime"]


def test_the_columns_of_kubectl(world: World, namespace: str) -> None:
    world.apply_ready(channel(namespace, default={}), rule(namespace))
    world.wait_condition(channel(namespace), "Ready")

    shown = world.cluster.kubectl("get", "tar", "-n", namespace).stdout.splitlines()
    assert shown[0].split()[:3] == ["NAME", "READY", "PROVEN"]
    cells = dict(zip(_columns(shown[0]), _cells(shown[0], shown[1]), strict=True))
    assert (cells["NAME"], cells["READY"], cells["CHANNELS"]) == ("errors", "True", "chat")

    shown = world.cluster.kubectl("get", "tnc", "-n", namespace).stdout.splitlines()
    cells = dict(zip(_columns(shown[0]), _cells(shown[0], shown[1]), strict=True))
    assert (cells["NAME"], cells["READY"], cells["TYPE"]) == ("chat", "True", "webhook")
    listed = world.cluster.kubectl("get", "tocsin", "-n", namespace).stdout
    assert "alertrule.tocsin.dev/errors" in listed
    assert "notificationchannel.tocsin.dev/chat" in listed


def _columns(header: str) -> list[str]:
    return header.split()


def _cells(header: str, row: str) -> list[str]:
    starts = [header.index(name) for name in header.split()]
    ends = [*starts[1:], len(row) + 1]
    return [row[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def test_levels_mute_the_lower_of_the_same_series(world: World, namespace: str) -> None:
    levels = [
        {"severity": "warning", "above": "1%", "for": "10m"},
        {"severity": "critical", "above": "0.05", "for": "5m"},
    ]
    document = rule(namespace, expr="errors / requests", levels=levels)
    world.apply_ready(channel(namespace, default={}), document)
    child = world.child(document)
    assert child is not None
    world.check_rules(child)
    assert [one["labels"]["severity"] for one in alerts(child)] == ["warning", "critical"]
    assert [one["for"] for one in alerts(child)] == ["10m", "5m"]
    inhibitions = world.configuration()["inhibit_rules"]
    assert any(
        'severity="critical"' in "".join(one["source_matchers"])
        and "tocsin_instance" in one["equal"]
        for one in inhibitions
    )


def test_a_route_is_in_the_secret_before_the_child(world: World, namespace: str) -> None:
    document = rule(namespace, notify=notify("chat", groupBy=["job"]))
    world.apply(channel(namespace), document)
    seen = world.wait_condition(document)
    routed = condition(seen, "Routed")
    assert (routed["status"], routed["reason"]) == ("Unknown", "RouteNotObserved")
    assert "alertmanager.urls" in routed["message"]

    child = world.child(document)
    assert child is not None
    digest = alert_labels(child)["tocsin_route"]
    writes = world.operator_writes()
    route = next(i for i, one in enumerate(writes) if _holds_route(one, digest))
    created = next(
        i
        for i, one in enumerate(writes)
        if one["objectRef"]["resource"] == "prometheusrules"
        and one["objectRef"]["namespace"] == namespace
    )
    assert route < created
    assert world.told_by(document) == {f"{namespace}/chat"}


def _holds_route(write: dict[str, object], digest: str) -> bool:
    request = write.get("requestObject")
    if not isinstance(request, dict) or request.get("kind") != "Secret":
        return False
    return digest in decode(request["data"])["alertmanager.yaml"].decode()


def test_a_notify_block_with_channels_of_two_severities(world: World, namespace: str) -> None:
    block = {"channels": [{"name": "chat"}, {"name": "pager", "minSeverity": "critical"}]}
    low = rule(namespace, "low", severity="warning", notify=block)
    high = rule(namespace, "high", severity="critical", notify=block)
    world.apply(channel(namespace, "chat"), channel(namespace, "pager"))
    world.apply_ready(low, high)
    assert world.told_by(low) == {f"{namespace}/chat"}
    assert world.told_by(high) == {f"{namespace}/chat", f"{namespace}/pager"}
    world.check_configuration()


def test_nobody_is_never_silent_unless_it_is_meant(world: World, namespace: str) -> None:
    alone, meant = rule(namespace, "alone"), rule(namespace, "meant", notify={"channels": []})
    world.apply(alone, meant)
    seen = world.wait_condition(alone, "Routed", "False", "NoReceiver")
    assert condition(seen, "Ready")["status"] == "False"
    assert condition(seen, "Reconciling")["status"] == "True"
    world.wait_condition(meant, "Routed", "True", "NobodyOnPurpose")
    world.wait_condition(meant, "Ready")
    assert "null" not in json.dumps(world.configuration())
