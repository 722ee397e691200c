"""
What must be true of everything that the suite did; the name makes it run last.

The audit log of the control plane has every request of the operator's user in it, from the
first test to here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.objects import (
    BAD_EXPR,
    CANARY,
    Object,
    channel,
    consent,
    health_check,
    notify,
    rule,
    secret,
    secret_channel,
)
from tests.integration.waiting import wait_for
from tests.integration.world import OPERATOR_USER, World, by_a_test, written_secrets
from tests.running import RunningOperator, installed_documents
from tests.running.memory import process_tree

Right = tuple[str, str, str]
"""API group, resource (with its sub-resource), verb."""


@pytest.fixture(scope="module")
def busy(world: World, operator: RunningOperator) -> World:
    """The world after something of everything has happened, whatever ran before."""
    namespace = world.namespace()
    world.apply(secret(namespace, "chat"), consent(namespace))
    document = rule(namespace, notify=notify("chat"))
    world.apply_ready(
        secret_channel(namespace), document, rule(namespace, "other", notify=notify())
    )
    world.apply(health_check(namespace), channel(namespace, "bad", minSeverity="no-such"))
    for edited in (rule(namespace, expr=BAD_EXPR), document, rule(namespace, expr=BAD_EXPR)):
        world.apply(edited)
        world.wait_condition(edited, "Valid", str("notify" in edited["spec"]))
    wait_for(
        lambda: [one["count"] for one in world.admin.list("v1", "Event", namespace)],
        lambda counts: 2 in counts,
        "an event that was counted up",
    )
    world.wait_condition(health_check(namespace), "Ready", "False")
    world.apply_ready(rule(namespace, suspend=True))
    operator.restart()  # a watch is in the audit log once it has ended
    return world


def granted() -> set[Right]:
    """Give the rights that the shipped objects grant to the operator."""
    return {
        (group, resource, verb)
        for document in installed_documents()
        for one in document.get("rules", ())
        for group in one["apiGroups"]
        for resource in one["resources"]
        for verb in one["verbs"]
    }


def used(world: World) -> Iterator[tuple[Right, Object]]:
    """Give the rights that each of the operator's requests needed, with the request."""
    for event in world.cluster.audit_events():
        is_operator = event["user"]["username"] == OPERATOR_USER and not by_a_test(event)
        if not is_operator or "objectRef" not in event:
            continue
        at = event["objectRef"]
        resource = "/".join(p for p in (at["resource"], at.get("subresource")) if p)
        group = at.get("apiGroup", "")
        yield (group, resource, event["verb"]), event
        if event["verb"] == "patch" and event.get("responseStatus", {}).get("code") == 201:
            yield (group, resource, "create"), event  # an apply that made the object


def test_no_right_is_missing(busy: World) -> None:
    """
    Whatever was refused once was allowed at another time.

    Refused are Secrets without consent, a kind that a test takes away, and everything for a
    moment after the API server has started again.
    """
    decisions: dict[Right, set[str]] = {}
    for right, event in used(busy):
        decision = event.get("annotations", {}).get("authorization.k8s.io/decision")
        decisions.setdefault(right, set()).add(str(decision))
    assert {right for right, seen in decisions.items() if "allow" not in seen} == set()


def test_no_right_is_unused(busy: World) -> None:
    assert granted() - {right for right, _ in used(busy)} == set()


def test_no_bug_was_met(busy: World, operator: RunningOperator) -> None:
    """All operators of the suite write one log: an unknown exception is an ERROR in it."""
    wrong = [line for line in operator.log().splitlines() if " ERROR " in line]
    assert [line for line in wrong if "the Alertmanager Secret is left as it is" not in line] == []
    assert "Traceback" not in operator.log()
    assert 'reason="InternalError"' not in operator.metrics()


def test_it_wrote_nothing_that_is_not_its_own(busy: World) -> None:
    for one in busy.operator_writes(events=True):
        at = one["objectRef"]
        place = (at.get("apiGroup", ""), at["resource"], at.get("subresource", ""), one["verb"])
        if place[:2] == ("", "secrets"):
            assert (at["namespace"], at["name"]) == ("monitoring", "alertmanager-tocsin"), one
            assert one["verb"] == "patch", one
        elif place[0] == "tocsin.dev":
            assert place[2:] == ("status", "patch"), one
        elif place[1] == "prometheusrules":
            assert one["verb"] in {"patch", "delete"}, one
        else:
            assert place[:2] == ("", "events"), one


def test_kopf_wrote_nothing(busy: World) -> None:
    agents = {one["userAgent"] for one in busy.operator_writes(events=True)}
    assert all(agent.startswith("tocsin/") for agent in agents), agents
    managers = {
        field["manager"]
        for kind in ("AlertRule", "NotificationChannel", "HealthCheck")
        for one in busy.admin.list("tocsin.dev/v1alpha1", kind)
        for field in one["metadata"]["managedFields"]
    }
    assert not any("kopf" in manager for manager in managers), managers
    for kind in ("AlertRule", "NotificationChannel", "HealthCheck"):
        for one in busy.admin.list("tocsin.dev/v1alpha1", kind):
            assert "finalizers" not in one["metadata"]
            assert not any("kopf" in name for name in one["metadata"].get("annotations", {}))


def test_every_written_configuration_is_sound(busy: World) -> None:
    written = written_secrets(busy.operator_writes())
    assert written
    different = {tuple(sorted(data.items())): data for data in written}
    for data in list(different.values())[-60:]:
        assert data["alertmanager.yaml"]
        busy.check_configuration(data)


def test_the_canary_is_nowhere_but_in_secrets(busy: World, operator: RunningOperator) -> None:
    leaks = [
        f"{one['verb']} {one['objectRef']}"
        for one in busy.operator_writes(events=True)
        if one["objectRef"]["resource"] != "secrets" and CANARY in json.dumps(one)
    ]
    kinds = [
        ("tocsin.dev/v1alpha1", "AlertRule"),
        ("tocsin.dev/v1alpha1", "NotificationChannel"),
        ("tocsin.dev/v1alpha1", "HealthCheck"),
        ("monitoring.coreos.com/v1", "PrometheusRule"),
        ("v1", "Event"),
        ("v1", "ConfigMap"),
    ]
    for api_version, kind in kinds:
        leaks += [kind for one in busy.admin.list(api_version, kind) if CANARY in json.dumps(one)]
    leaks += ["alertmanager.yaml"] * (CANARY.encode() in busy.secret_data()["alertmanager.yaml"])
    leaks += ["log"] * (CANARY in operator.log())
    leaks += ["metrics"] * (CANARY in operator.metrics())
    for pid in process_tree(operator.pid):
        for name in ("cmdline", "environ"):
            if CANARY.encode() in Path(f"/proc/{pid}/{name}").read_bytes():
                leaks.append(f"{name} of {pid}")
    assert any(CANARY.encode() in v for v in busy.secret_data().values()), "the canary was there"
    assert leaks == []
    assert "everything is listed" in operator.log()
