"""Channels that are unknown, suspended, invalid or gone, and what their users are told."""

from __future__ import annotations

import pytest
from tests.integration.objects import (
    channel,
    condition,
    consent,
    notify,
    rule,
    secret,
    secret_channel,
)
from tests.integration.waiting import wait_for
from tests.integration.world import World
from tests.running import RunningOperator

pytestmark = pytest.mark.usefixtures("operator")


def test_an_unknown_channel_is_named_and_the_default_hears(world: World, namespace: str) -> None:
    document = rule(namespace, notify=notify("nobody-knows"))
    world.apply_ready(channel(namespace, default={}))
    world.apply(document)
    seen = world.wait_condition(document, "Routed", "False", "ChannelNotFound")
    assert f"{namespace}/nobody-knows" in condition(seen, "Routed")["message"]
    assert condition(seen, "Reconciling")["reason"] == "ChannelNotFound"
    world.wait_told(document, f"{namespace}/chat")

    world.apply_ready(channel(namespace, "nobody-knows"))
    world.wait_condition(document)
    world.wait_told(document, f"{namespace}/nobody-knows")


def test_the_rule_goes_to_the_channels_that_are_left(world: World, namespace: str) -> None:
    document = rule(namespace, notify=notify("chat", "gone"))
    world.apply_ready(channel(namespace), channel(namespace, "gone"), document)
    world.wait_told(document, f"{namespace}/chat", f"{namespace}/gone")
    world.delete(channel(namespace, "gone"))
    seen = world.wait_condition(document, "Routed", "False", "ChannelNotFound")
    assert "gone" in condition(seen, "Routed")["message"]
    world.wait_told(document, f"{namespace}/chat")
    wait_for(world.receiver_names, lambda seen: f"{namespace}/gone" not in seen, "receiver gone")


def test_a_suspended_channel_delivers_nothing_to_nobody_else(world: World, namespace: str) -> None:
    document = rule(namespace, notify=notify("chat"))
    world.apply_ready(channel(namespace, "spare", default={}), channel(namespace), document)
    world.apply(channel(namespace, suspend=True))
    seen = world.wait_condition(channel(namespace))
    assert seen["status"]["state"] == "Suspended"
    world.wait_condition(document, "Routed", "False", "ChannelSuspended")
    wait_for(
        lambda: world.told_by(document),
        lambda seen: not any(name.startswith(f"{namespace}/") for name in seen),
        "nobody is told",
    )
    world.apply_ready(channel(namespace))
    world.wait_condition(document)
    world.wait_told(document, f"{namespace}/chat")


def test_an_invalid_edit_of_a_channel_keeps_the_last_good_receiver(
    world: World, namespace: str, operator: RunningOperator
) -> None:
    good = secret_channel(namespace)
    document = rule(namespace, notify=notify("chat"))
    world.apply(secret(namespace, "chat"), consent(namespace))
    world.apply_ready(good, document)
    key = next(name for name in world.secret_data() if namespace in name)
    receiver = _receiver(world, f"{namespace}/chat")

    world.admin.merge_patch(
        good["apiVersion"],
        good["kind"],
        "chat",
        {"spec": {"minSeverity": "no-such-severity"}},
        namespace,
    )
    seen = world.wait_condition(good, "Valid", "False", "SeverityNotAllowed")
    assert "spec.minSeverity" in condition(seen, "Ready")["message"]

    operator.restart(crash=True)
    world.fence(namespace)
    world.apply_ready(channel(namespace, "more"))
    wait_for(world.receiver_names, lambda seen: f"{namespace}/more" in seen, "another channel")
    assert _receiver(world, f"{namespace}/chat") == receiver
    assert world.secret_data()[key]
    world.wait_condition(good, "Valid", "False", "SeverityNotAllowed")
    world.wait_condition(document)


def _receiver(world: World, name: str) -> object:
    return next(one for one in world.configuration()["receivers"] if one["name"] == name)


def test_a_channel_counts_its_users(world: World, namespace: str) -> None:
    world.apply_ready(channel(namespace, default={}), rule(namespace, "one"))
    wait_for(
        lambda: world.get(channel(namespace)),
        lambda seen: seen and seen["status"].get("usedByCount") == 1,
        "one user",
    )
    seen = world.get(channel(namespace)) or {}
    assert seen["status"]["usedBy"] == {"alertRules": 1, "healthChecks": 0}


def test_email_without_a_relay_says_so(world: World, namespace: str) -> None:
    document = channel(namespace, "mail", email={"to": "ops@example.org"})
    world.apply(document)
    seen = world.wait_condition(document, "Ready", "False", "SMTPNotConfigured")
    assert "smtp" in condition(seen, "Ready")["message"]


def test_suspend_acts_at_once_in_an_invalid_edit_too(world: World, namespace: str) -> None:
    good = channel(namespace)
    document = rule(namespace, notify=notify("chat"))
    world.apply_ready(good, document)
    world.wait_told(document, f"{namespace}/chat")
    world.admin.merge_patch(
        good["apiVersion"],
        good["kind"],
        "chat",
        {"spec": {"suspend": True, "minSeverity": "no-such-severity"}},
        namespace,
    )
    world.wait_condition(document, "Routed", "False", "ChannelSuspended")
    wait_for(
        world.receiver_names, lambda seen: f"{namespace}/chat" not in seen, "no receiver any more"
    )
    seen = world.wait_condition(good, "Valid", "False", "SeverityNotAllowed")
    assert seen["status"]["state"] == "Suspended"
