"""Start-up: nothing is written before every kind is known; budgets and defaults of a platform."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable

from tests.integration.conftest import StartOperator
from tests.integration.objects import (
    API_VERSION,
    Object,
    channel,
    condition,
    notify,
    rule,
    secret,
)
from tests.integration.waiting import wait_for
from tests.integration.world import ALERTMANAGER_SECRET, OPERATOR_USER, World, summary
from tests.running import RunningOperator
from tests.running.install import await_served, crds

RBAC = "rbac.authorization.k8s.io/v1"


def not_ready(operator: RunningOperator) -> str:
    """Give what `/readyz` says while the operator waits; empty when it is ready or not up."""
    try:
        with urllib.request.urlopen(f"{operator.url}/readyz", timeout=5):
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode()
    except OSError:
        return ""


def tries(world: World, plural: str) -> int:
    """Count the operator's lists of a kind until now, answered or refused."""
    return sum(
        one["verb"] in {"list", "watch"}
        and one["objectRef"]["resource"] == plural
        and one["user"]["username"] == OPERATOR_USER
        for one in world.cluster.audit_events()
    )


def waits_for(world: World, operator: RunningOperator, kind: str, plural: str) -> None:
    """Return when the operator has tried a kind twice in vain."""
    wait_for(lambda: not_ready(operator), lambda said: kind in said, f"/readyz names {kind}")
    before = tries(world, plural)
    wait_for(lambda: tries(world, plural), lambda seen: seen >= before + 2, "it asked twice more")


def test_nothing_is_written_before_every_kind_may_be_read(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    role = world.admin.get(RBAC, "ClusterRole", "tocsin") or {}
    mend = _without(world, role, "notificationchannels")
    try:
        world.apply(channel(namespace, default={}), rule(namespace))
        before, secret = len(world.operator_writes(events=True)), world.secret_data()
        operator = start_operator(wait=False)
        waits_for(world, operator, "NotificationChannel", "notificationchannels")
        assert summary(world.operator_writes(events=True)[before:]) == []
        assert world.secret_data() == secret
    finally:
        mend()
    operator.await_ready()
    world.wait_condition(rule(namespace), timeout=60)
    world.wait_told(rule(namespace), f"{namespace}/chat")


def _without(world: World, role: Object, plural: str) -> Callable[[], object]:
    rules = [
        {**one, "resources": [name for name in one["resources"] if name != plural]}
        for one in role["rules"]
    ]

    def patch(changed: list[Object]) -> object:
        return world.admin.merge_patch(RBAC, "ClusterRole", "tocsin", {"rules": changed})

    patch(rules)
    return lambda: patch(role["rules"])


def test_nothing_is_written_before_every_kind_is_installed(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    missing = next(one for one in crds() if one["spec"]["names"]["kind"] == "HealthCheck")
    world.delete(missing)
    try:
        world.apply(rule(namespace, notify={"channels": []}))
        before = len(world.operator_writes(events=True))
        operator = start_operator(wait=False)
        waits_for(world, operator, "HealthCheck", "healthchecks")
        assert summary(world.operator_writes(events=True)[before:]) == []
    finally:
        wait_for(lambda: world.get(missing), lambda seen: seen is None, "the kind is gone")
        world.apply(missing)
        await_served(world.cluster, missing)
    operator.await_ready()
    world.wait_condition(rule(namespace), timeout=60)


def test_beyond_the_budget_the_newest_growth_is_refused(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    operator = start_operator()
    old = channel(namespace, "old")
    world.apply_ready(old, rule(namespace, "old", notify=notify("old")))
    wait_for(world.receiver_names, lambda seen: f"{namespace}/old" in seen, "the old channel")
    operator.stop()
    used = sum(len(k) + len(v) for k, v in world.secret_data().items())

    operator = start_operator({"alertmanager": {"maxSecretBytes": used + 700}})
    long = f"http://127.0.0.1:9/{'x' * 1500}"
    new = channel(namespace, "new", webhook={"url": long})
    world.apply(new, rule(namespace, "new", notify=notify("new")))
    seen = world.wait_condition(new, "Ready", "False", "SizeLimit")
    assert "maxSecretBytes" in condition(seen, "Ready")["message"]
    world.wait_condition(rule(namespace, "old"))
    assert f"{namespace}/old" in world.receiver_names()
    assert f"{namespace}/new" not in world.receiver_names()
    world.check_configuration()

    world.delete(new)
    world.apply_ready(channel(namespace, "small"))
    wait_for(world.receiver_names, lambda seen: f"{namespace}/small" in seen, "a small one fits")


def test_a_configuration_of_somebody_else_is_left_alone(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    at, name = ALERTMANAGER_SECRET
    world.admin.delete("v1", "Secret", name, at)
    theirs = world.apply(secret(at, name, **{"alertmanager.yaml": "route: {receiver: x}\n"}))
    try:
        start_operator()
        world.apply(channel(namespace))
        seen = world.wait_condition(channel(namespace), "Ready", "False", "RoutePending")
        assert "did not make" in condition(seen, "Ready")["message"]
        now = world.get(theirs) or {}
        assert now["metadata"]["resourceVersion"] == theirs["metadata"]["resourceVersion"]
    finally:
        world.delete(theirs)
    world.wait_condition(channel(namespace))
    assert f"{namespace}/chat" in world.receiver_names()


def test_the_platforms_default_hears_where_a_namespace_has_none(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    platform = world.namespace("platform")
    start_operator({"defaultChannels": [{"namespace": platform, "name": "ops"}]})
    world.apply_ready(channel(platform, "ops"), rule(namespace))
    world.wait_told(rule(namespace), f"{platform}/ops")
    world.apply_ready(channel(namespace, default={}))
    world.wait_told(rule(namespace), f"{namespace}/chat")
    world.admin.delete("v1", "Namespace", platform)


def test_a_namespace_beyond_its_quota_keeps_its_oldest_rules(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    start_operator({"limits": {"rulesPerNamespace": 2}})
    first = [rule(namespace, name, notify={"channels": []}) for name in ("a", "b")]
    world.apply_ready(*first)
    third = rule(namespace, "c", notify={"channels": []})
    world.apply(third)
    seen = world.wait_condition(third, "Ready", "False", "QuotaExceeded")
    assert "rulesPerNamespace" in condition(seen, "Ready")["message"]
    for one in first:
        world.wait_condition(one)
    assert world.admin.get(API_VERSION, "AlertRule", "c", namespace) is not None

    world.delete(first[0])
    world.wait_condition(third)  # a place became free


def test_suspend_acts_at_once_where_there_is_no_room(
    world: World, namespace: str, start_operator: StartOperator
) -> None:
    operator = start_operator()
    world.apply_ready(channel(namespace, "big"), channel(namespace, "old"))
    names = {f"{namespace}/big", f"{namespace}/old"}
    wait_for(world.receiver_names, lambda seen: names <= set(seen), "both channels")
    operator.stop()
    used = sum(len(k) + len(v) for k, v in world.secret_data().items())

    start_operator({"alertmanager": {"maxSecretBytes": used + 300}})
    world.apply(channel(namespace, "big", webhook={"url": f"http://127.0.0.1:9/{'x' * 1500}"}))
    world.wait_condition(channel(namespace, "big"), "Ready", "False", "SizeLimit")
    world.apply(channel(namespace, "old", suspend=True))
    wait_for(
        world.receiver_names,
        lambda seen: f"{namespace}/old" not in seen and f"{namespace}/big" in seen,
        "the suspended channel is gone, and the edited one is as it was",
    )
