"""
Who hears when, and how often: escalation, digests, pace, hours, subscriptions, on the whole stack.

Alertmanager is the judge, with its real clock; times are as short as they can be.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.cluster import Sink
from tests.cluster.sink import Notification
from tests.integration.conftest import run_operator
from tests.integration.objects import Object, alert_labels, channel, condition, rule, secret
from tests.integration.objects import consent as consent_of
from tests.integration.waiting import wait_for
from tests.integration.world import World

FIRING, RESOLVED = "vector(1) > 0", "vector(0) > 1"
STEP = 25
"""Seconds until an escalation step: time enough for an edit to reach Alertmanager before."""
PAGER_KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module", autouse=True)
def on_stack(stack: World) -> Iterator[None]:
    """The operator beside Prometheus and Alertmanager, which it observes."""
    with run_operator(stack, {"grouping": {"groupWait": "1s", "groupInterval": "1s"}}):
        yield


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A receiver."""
    with Sink() as sink:
        yield sink


@pytest.fixture
def shop(stack: World) -> Iterator[str]:
    """A namespace on the stack."""
    name = stack.namespace("shop")
    yield name
    stack.admin.delete("v1", "Namespace", name)


def hook(namespace: str, name: str, sink: Sink, **spec: Any) -> Object:
    """Make a channel that comes to the path of its name."""
    return channel(namespace, name, webhook={"url": f"{sink.url}/{name}"}, **spec)


def firing(namespace: str, name: str, expr: str = FIRING, **spec: Any) -> Object:
    """Make a rule that fires at once, or with another `expr` has ended."""
    return rule(namespace, name.lower(), expr=expr, interval="1s", alertName=name, **spec)


def names_in(told: Notification, status: str = "firing") -> set[str]:
    """Name the alerts of a message that have this status."""
    return {one["labels"]["alertname"] for one in told.body["alerts"] if one["status"] == status}


def told_of(path: str, *alerts: str, status: str = "firing") -> Any:
    """Match a message at a path that tells of all these alerts."""
    return lambda told: told.path == path and names_in(told, status) >= set(alerts)


def came_to(sink: Sink, path: str) -> list[Notification]:
    """Give what has come to a path so far."""
    return [one for one in sink.received if one.path == path]


def test_an_escalation_step_hears_only_of_what_goes_on(stack: World, shop: str, sink: Sink) -> None:
    block = {
        "channels": [{"name": "chat"}],
        "escalation": [{"after": f"{STEP}s", "channels": [{"name": "boss"}]}],
    }
    stack.apply_ready(
        hook(shop, "chat", sink),
        hook(shop, "boss", sink),
        firing(shop, "Short", notify=block),
        firing(shop, "Long", notify=block),
    )
    for name in ("Short", "Long"):
        sink.wait_for(told_of("/chat", name), timeout=60)
    stack.apply_ready(firing(shop, "Short", RESOLVED, notify=block))
    sink.wait_for(told_of("/chat", "Short", status="resolved"), timeout=60)
    assert not came_to(sink, "/boss"), "the test's times are too short for this machine"

    escalated = sink.wait_for(told_of("/boss", "Long"), timeout=90)
    started = datetime.fromisoformat(escalated.body["alerts"][0]["startsAt"])
    assert escalated.time - started.timestamp() >= STEP - 1
    assert names_in(escalated) == {"Long"}
    stack.apply_ready(firing(shop, "Long", RESOLVED, notify=block))
    ended = sink.wait_for(told_of("/boss", "Long", status="resolved"), timeout=60)
    assert ended.body["groupKey"] == escalated.body["groupKey"]
    assert all("Short" not in json.dumps(one.body) for one in came_to(sink, "/boss"))


def test_a_digest_merges_the_messages_of_different_rules(
    stack: World, shop: str, sink: Sink
) -> None:
    """One has a block of its own, with other waits; the digest's win."""
    stack.apply_ready(
        hook(shop, "low", sink, digest="6s", sendResolved=False),
        firing(shop, "One", notify={"channels": [{"name": "low"}], "groupWait": "1s"}),
        firing(shop, "Two", notify={"channels": [{"name": "low"}], "groupBy": ["instance"]}),
    )
    both = sink.wait_for(told_of("/low", "One", "Two"), timeout=60)
    assert both.body["groupLabels"] == {"tocsin_namespace": shop}

    # Another block changes the tree, and not the group: nothing is sent anew but what is new.
    stack.apply_ready(firing(shop, "Three", notify={"channels": [{"name": "low"}]}))
    third = sink.wait_for(told_of("/low", "Three"), timeout=60)
    assert third.body["groupKey"] == both.body["groupKey"]
    messages = came_to(sink, "/low")
    assert len({frozenset(names_in(one)) for one in messages}) == len(messages), "told twice alike"


def test_max_per_hour_keeps_news_for_the_next_message(stack: World, shop: str, sink: Sink) -> None:
    """
    60 an hour are one a minute; the same rule without it is told within seconds.

    A reload of Alertmanager may add a message, so nothing may change meanwhile.
    """
    stack.wait_until_gone()
    stack.wait_until_quiet(6)
    block: Object = {"channels": [{"name": "paced"}], "maxPerHour": 60}
    free: Object = {"channels": [{"name": "free"}]}
    more = 'label_replace(vector(1), "route", "/cart", "", "") or vector(1)'
    stack.apply_ready(
        hook(shop, "paced", sink, sendResolved=False),
        hook(shop, "free", sink),
        firing(shop, "Paced", notify=block),
        firing(shop, "Free", notify=free),
    )
    first = sink.wait_for(told_of("/paced", "Paced"), timeout=60)
    stack.apply_ready(firing(shop, "Paced", more, notify=block))
    stack.apply_ready(firing(shop, "Free", more, notify=free))
    sink.wait_for(lambda n: n.path == "/free" and len(n.body["alerts"]) == 2, timeout=40)
    assert len(came_to(sink, "/paced")) == 1
    second = sink.wait_for(lambda n: n.path == "/paced" and len(n.body["alerts"]) == 2, timeout=90)
    assert len(came_to(sink, "/paced")) == 2
    assert second.time - first.time >= 59


def window(shift: timedelta, zone: str = "UTC") -> list[Object]:
    """Give active times of an hour around now, or so much later, by a zone's clock."""
    middle = datetime.now(UTC).astimezone(ZoneInfo(zone)) + shift
    start, end = middle - timedelta(minutes=30), middle + timedelta(minutes=30)
    times = [{"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}]
    return [{"times": times, "timezone": zone}]


def test_active_times_hold_messages_back(stack: World, shop: str, sink: Sink) -> None:
    """The channel's hours and the reference's must both hold, whatever their clocks."""
    now, later = timedelta(), timedelta(hours=3)
    references = {
        "open": window(now, "Asia/Kathmandu"),
        "shut": window(later, "Europe/Paris"),
        "shut-by-owner": window(now),
        "open-by-owner": window(now, "America/New_York"),
    }
    stack.apply_ready(
        hook(shop, "open", sink),
        hook(shop, "shut", sink),
        hook(shop, "shut-by-owner", sink, activeTimes=window(later, "Europe/Paris")),
        hook(shop, "open-by-owner", sink, activeTimes=window(now, "Europe/Paris")),
        hook(shop, "night", sink, activeTimes=window(later)),
        hook(shop, "always", sink),
    )
    channels: list[Object] = [{"name": n, "activeTimes": t} for n, t in references.items()]
    channels += [{"name": "night"}, {"name": "always"}]
    seen = stack.apply_ready(firing(shop, "Timed", notify={"channels": channels}))
    for path in ("/always", "/open", "/open-by-owner"):
        sink.wait_for(told_of(path, "Timed"), timeout=60)
    assert "shop" in condition(seen, "Routed")["message"]
    assert "/night at its active times" in condition(seen, "Routed")["message"]
    time.sleep(3)  # several group intervals: what is held stays held
    assert not [
        one for path in ("/shut", "/shut-by-owner", "/night") for one in came_to(sink, path)
    ]
    # A held message is sent when the window opens.
    stack.apply_ready(hook(shop, "night", sink, activeTimes=window(now)))
    sink.wait_for(told_of("/night", "Timed"), timeout=60)


def foreign(namespace: str, name: str, alerts: list[tuple[str, str]]) -> Object:
    """Make a PrometheusRule of somebody else: alerts by name, and the namespace they are about."""
    rules = [
        {"alert": alert, "expr": "vector(1)", "labels": {"namespace": about, "severity": "x"}}
        for alert, about in alerts
    ]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"groups": [{"name": name, "interval": "1s", "rules": rules}]},
    }


def test_a_subscription_reaches_foreign_alerts_of_its_own_namespace(
    stack: World, shop: str, sink: Sink
) -> None:
    victim = stack.namespace("victim")
    stack.apply_ready(
        hook(shop, "ours", sink, subscribe={"alertNames": ["Crash.Loop(ing)"]}),
        hook(shop, "strict", sink, subscribe={"alertNames": ["Other"], "minSeverity": "critical"}),
        hook(victim, "theirs", sink, subscribe={"alertNames": ["Other"]}),
    )
    looping = [("Crash.Loop(ing)", shop), ("Crash.Loop(ing)", victim), ("CrashXLooping", shop)]
    stack.apply(
        foreign(victim, "crashes", looping),
        foreign(shop, "others", [("Other", victim), ("Other", shop)]),
    )
    ours = sink.wait_for(told_of("/ours", "Crash.Loop(ing)"), timeout=60)
    sink.wait_for(told_of("/theirs", "Other"), timeout=60)
    assert ours.body["groupLabels"] == {"alertname": "Crash.Loop(ing)", "namespace": shop}
    for path, about in (("/ours", shop), ("/theirs", victim)):
        heard = [one["labels"] for told in came_to(sink, path) for one in told.body["alerts"]]
        assert {one["namespace"] for one in heard} == {about}
        assert len({one["alertname"] for one in heard}) == 1
    assert not came_to(sink, "/strict")
    stack.admin.delete("v1", "Namespace", victim)


def test_a_level_mutes_the_lower_one_of_its_own_series_alone(
    stack: World, shop: str, sink: Sink
) -> None:
    routes = " or ".join(
        f'label_replace(vector({share}), "route", "{route}", "", "")'
        for route, share in (("/pay", 0.9), ("/cart", 0.03))
    )
    levels = [{"severity": "warning", "above": "1%"}, {"severity": "critical", "above": "5%"}]
    stack.apply_ready(
        hook(shop, "levels", sink, default={}),
        rule(shop, "levels", expr=routes, levels=levels, interval="1s"),
    )

    def pairs() -> set[tuple[str, str]]:
        return {
            (one["labels"]["severity"], one["labels"]["route"])
            for told in came_to(sink, "/levels")
            for one in told.body["alerts"]
        }

    wanted = {("critical", "/pay"), ("warning", "/cart")}
    wait_for(pairs, lambda seen: seen >= wanted, "both series are told", timeout=60)
    time.sleep(3)  # several group intervals: the muted one stays muted
    assert pairs() == wanted


def test_an_edit_of_notify_while_the_alert_fires(stack: World, shop: str, sink: Sink) -> None:
    """The new route is live first; the old one stays, and ends the incident that it opened."""
    stack.apply(consent_of(shop), secret(shop, "pagerduty", key=PAGER_KEY))
    pager = {
        "routingKeySecretRef": {"name": "pagerduty", "key": "key"},
        "url": f"{sink.url}/pager",
    }
    before: Object = {"channels": [{"name": "pager"}]}
    after: Object = {"channels": [{"name": "pager"}], "groupBy": ["route"]}
    document = firing(shop, "Edited", notify=before)
    stack.apply_ready(channel(shop, "pager", pagerduty=pager), document)
    opened = sink.wait_for(lambda n: n.body.get("event_action") == "trigger", timeout=60)
    old = alert_labels(stack.child(document) or {})["tocsin_route"]

    edited = firing(shop, "Edited", notify=after)
    stack.apply(edited)
    child = stack.wait_child(
        edited, lambda seen: alert_labels(seen)["tocsin_route"] != old, "a child with a new route"
    )
    new = alert_labels(child)["tocsin_route"]
    loaded = stack.cluster.stack.pod_folder("alertmanager")
    live = "".join(p.read_text(errors="replace") for p in loaded.rglob("alertmanager*.y*ml"))
    assert new in live, "the route is there before the alert that carries it"

    def about(action: str, *, same: bool) -> Any:
        key = opened.body["dedup_key"]
        return lambda n: n.body["event_action"] == action and (n.body["dedup_key"] == key) == same

    sink.wait_for(about("trigger", same=False), timeout=60)
    sink.wait_for(about("resolve", same=True), timeout=60)
    routes = json.dumps(stack.configuration()["route"])
    assert old in routes, "retired, and kept for an hour"
    assert new in routes
