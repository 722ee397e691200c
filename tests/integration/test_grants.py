"""Channels of another namespace: only where their owner grants it, and only as long (S01)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.integration.objects import Object, channel, condition, notify, rule
from tests.integration.world import World

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture
def platform(world: World) -> Iterator[str]:
    """The namespace of the channel's owner."""
    name = world.namespace("platform")
    yield name
    world.admin.delete("v1", "Namespace", name)


def pager(platform: str, **grant: object) -> Object:
    """Make the owner's channel with a grant."""
    return channel(platform, "pager", **({"allowedNamespaces": grant} if grant else {}))


def test_without_a_grant_nothing_is_routed(world: World, namespace: str, platform: str) -> None:
    document = rule(namespace, notify=notify(f"{platform}/pager"))
    world.apply_ready(pager(platform), channel(namespace, default={}))
    world.apply(document)
    seen = world.wait_condition(document, "Routed", "False", "ChannelNotAllowed")
    assert "allowedNamespaces" in condition(seen, "Routed")["message"]
    world.wait_told(document, f"{namespace}/chat")


def test_a_revoked_grant_acts_at_once(world: World, namespace: str, platform: str) -> None:
    document = rule(namespace, notify=notify(f"{platform}/pager"))
    world.apply_ready(pager(platform, **{"from": "All"}), document)
    world.wait_told(document, f"{platform}/pager")
    child = world.child(document)
    assert child is not None

    world.apply(pager(platform, **{"from": "Same"}))
    world.wait_condition(document, "Routed", "False", "ChannelNotAllowed")
    world.wait_told(document, *_root(world), timeout=10)
    now = world.child(document)
    assert now is not None
    assert now["metadata"]["resourceVersion"] == child["metadata"]["resourceVersion"]


def test_an_invalid_edit_of_the_grant_does_not_widen_it(
    world: World, namespace: str, platform: str
) -> None:
    document = rule(namespace, notify=notify(f"{platform}/pager"))
    world.apply_ready(pager(platform))
    world.admin.merge_patch(
        "tocsin.dev/v1alpha1",
        "NotificationChannel",
        "pager",
        {"spec": {"allowedNamespaces": {"from": "All"}, "minSeverity": "no-such-severity"}},
        platform,
    )
    world.apply(document)
    world.wait_condition(pager(platform), "Valid", "False")
    world.wait_condition(document, "Routed", "False", "ChannelNotAllowed")


def test_a_selector_follows_the_namespaces_labels(
    world: World, namespace: str, platform: str
) -> None:
    document = rule(namespace, notify=notify(f"{platform}/pager"))
    grant = {"from": "Selector", "selector": {"matchLabels": {"tenant": "true"}}}
    world.apply_ready(pager(platform, **grant))
    world.apply(document)
    world.wait_condition(document, "Routed", "False", "ChannelNotAllowed")

    _label(world, namespace, "true")
    world.wait_condition(document)
    world.wait_told(document, f"{platform}/pager")

    _label(world, namespace, None)
    world.wait_condition(document, "Routed", "False", "ChannelNotAllowed")
    world.wait_told(document, *_root(world), timeout=10)


def test_the_owners_floor_holds(world: World, namespace: str, platform: str) -> None:
    floor = channel(platform, "pager", allowedNamespaces={"from": "All"}, minSeverity="critical")
    block = {"channels": [{"name": "pager", "namespace": platform, "minSeverity": "warning"}]}
    low = rule(namespace, "low", severity="warning", notify=block)
    high = rule(namespace, "high", severity="critical", notify=block)
    world.apply_ready(floor, high)
    world.apply(low)
    world.wait_condition(low, "Routed", "False", "NoReceiver")
    world.wait_told(high, f"{platform}/pager")
    assert f"{platform}/pager" not in world.told_by(low)


def _label(world: World, namespace: str, value: str | None) -> None:
    change = {"metadata": {"labels": {"tenant": value}}}
    world.admin.merge_patch("v1", "Namespace", namespace, change)


def _root(world: World) -> set[str]:
    """Whoever hears of an alert that no route of ours takes, or whose route tells nobody."""
    return {world.configuration()["route"]["receiver"]}


def test_a_revoked_grant_acts_at_once_in_an_invalid_edit_too(
    world: World, namespace: str, platform: str
) -> None:
    document = rule(namespace, notify=notify(f"{platform}/pager"))
    world.apply_ready(pager(platform, **{"from": "All"}), document)
    world.wait_told(document, f"{platform}/pager")
    world.admin.merge_patch(
        "tocsin.dev/v1alpha1",
        "NotificationChannel",
        "pager",
        {"spec": {"allowedNamespaces": {"from": "Same"}, "minSeverity": "no-such-severity"}},
        platform,
    )
    world.wait_condition(document, "Routed", "False", "ChannelNotAllowed")
    world.wait_told(document, *_root(world), timeout=10)
    assert f"{platform}/pager" in world.receiver_names()
