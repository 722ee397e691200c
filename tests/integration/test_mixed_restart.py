"""A set with every field, a base beside it: killed and started again, nothing is written (I5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from tests.integration.conftest import run_operator
from tests.integration.judged import real_programs
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
from tests.integration.test_base_secret import FIRST, NAME, base, rights
from tests.integration.test_restart import settled
from tests.integration.test_tested_rules import FAILS, PASSES
from tests.integration.waiting import wait_for
from tests.integration.world import RULES, World, summary
from tests.running import RunningOperator

TEAM, OTHER = "mixed", "mixed-granted"
CONFIG = {
    "alertmanager": {"baseSecret": {"name": NAME}, "existingNamespaces": [TEAM]},
    "grouping": {"groupWait": "1s", "groupInterval": "2s"},
    "smtp": {"smarthost": "127.0.0.1:9", "from": "tocsin@example.org", "requireTLS": False},
    "policy": {"requiredLabels": [{"name": "service"}]},
    "limits": {"bytesPerNamespace": 60_000},
    "enforceNamespace": True,
}
OFFICE: list[Object] = [
    {"weekdays": ["monday:friday"], "times": [{"start": "08:00", "end": "18:00"}]}
]
NIGHT: list[Object] = [{"times": [{"start": "22:00", "end": "06:00"}], "timezone": "Europe/Paris"}]
LEVELS: list[Object] = [
    {"severity": "warning", "above": "1%", "for": "1m"},
    {"severity": "critical", "above": "5%", "recover": "3%", "keepFiringFor": "5m"},
]


def ours(name: str, namespace: str = TEAM, **spec: Any) -> Object:
    return rule(namespace, name, labels={"service": "shop"}, **spec)


def existing() -> Object:
    made = channel(TEAM, "db", existing={"receiver": "db"})
    del made["spec"]["webhook"]
    return made


def channels() -> list[Object]:
    granted = {"from": "Selector", "selector": {"matchLabels": {"kind": "granted"}}}
    slack = {"apiURLSecretRef": {"name": "chat", "key": "url"}, "channel": "#{team}"}
    subscribe = {"alertNames": ["KubePodCrashLooping"], "minSeverity": "warning"}
    return [
        secret_channel(TEAM, default={"after": "15m"}, minSeverity="info"),
        channel(TEAM, "slack", slack=slack, activeTimes=NIGHT, default={}),
        channel(TEAM, "mail", email={"to": "{team}@example.org"}, digest="1h"),
        channel(TEAM, "platform", allowedNamespaces=granted, subscribe=subscribe),
        channel(TEAM, "away", suspend=True),
        existing(),
    ]


def good_rules() -> list[Object]:
    steps = [{"after": "15m", "channels": [{"name": "platform"}]}]
    by_day = [{"name": "slack", "activeTimes": OFFICE}, {"name": "db", "minSeverity": "critical"}]
    sources = [{"kind": "AlertRule", "name": "tested", "equal": ["job"]}, {"alertName": "Down"}]
    return [
        ours("plain"),
        ours("tested", tests=[PASSES], alertName="Tested"),
        ours("escalates", notify={"channels": by_day, "escalation": steps, "groupBy": ["job"]}),
        ours("limited", notify=notify("chat", maxPerHour=5), inhibitedBy=sources),
        ours("batched", notify=notify("mail"), team="db"),
        ours("levels", expr="up", levels=LEVELS, noData={"after": "10m"}, interval="30s"),
        ours("stopped", suspend=True),
        ours("foreign", OTHER, notify=notify(f"{TEAM}/platform")),
        ours("tested-too", tests=[PASSES], notify=notify("chat")),
        ours("muted", notify=notify("chat"), inhibitedBy=[{"kind": "AlertRule", "name": "plain"}]),
    ]


def edited() -> list[Object]:
    """Edits that are valid, so that routes and inhibitions retire."""
    return [
        ours("muted", notify=notify("slack"), inhibitedBy=[{"alertName": "Down"}]),
        ours("plain", expr="up < 1"),
    ]


def refused() -> dict[str, tuple[Object, str]]:
    """Edits that are not, by the reason, each of something that lives on."""
    cycle = [{"kind": "AlertRule", "name": "limited"}]
    tested = ours("tested", tests=[PASSES], alertName="Tested", inhibitedBy=cycle)
    failing = ours("tested-too", tests=[FAILS], notify=notify("slack"))
    return {
        "InhibitionCycle": (tested, "Valid"),
        "TestsFailed": (failing, "TestsPassed"),
        "InvalidExpression": (ours("levels", expr=BAD_EXPR), "Valid"),
        "PolicyViolated": (rule(TEAM, "batched", notify=notify("mail")), "Valid"),
    }


@pytest.fixture(scope="module")
def operator(world: World) -> Iterator[RunningOperator]:
    world.apply(*rights(), base(FIRST))
    for name, labels in ((TEAM, {"tocsin.dev/team": "shop"}), (OTHER, {"kind": "granted"})):
        world.cluster.create_namespace(name, labels=labels)
    config = {**CONFIG, "promtool": {"path": f"{real_programs()}/promtool"}}
    with ExitStack() as after:
        for one in [*rights(), base(FIRST)]:
            after.callback(world.delete, one)
        for name in (TEAM, OTHER):
            after.callback(world.admin.delete, "v1", "Namespace", name)
        yield after.enter_context(run_operator(world, config))


def outputs(world: World) -> tuple[dict[str, bytes], list[tuple[str, str]]]:
    """Give the Secret and every child, by name and version."""
    made = [
        one["metadata"]
        for at in (TEAM, OTHER)
        for one in world.admin.list(RULES, "PrometheusRule", at)
    ]
    return world.secret_data(), sorted((one["name"], one["resourceVersion"]) for one in made)


def test_everything_at_once_then_killed(world: World, operator: RunningOperator) -> None:
    world.apply(secret(TEAM, "chat"), consent(TEAM))
    world.apply_ready(*channels(), *good_rules(), timeout=60)
    for one in edited():
        world.apply_ready(one)
    for reason, (one, type_) in refused().items():
        world.apply(one)
        world.wait_condition(one, type_, "False")
        world.wait_condition(one, "Ready", "False", reason)
    wait_for(
        lambda: [(world.get(one) or {})["status"].get("usedByCount") for one in channels()],
        lambda seen: None not in seen,
        "each channel's use is shown",
    )
    world.check_configuration()
    world.wait_until_gone()
    world.wait_until_quiet(6)
    settled(world, operator)
    before = outputs(world)
    assert len(before[1]) == 9
    for crash in (True, False):
        written = len(world.operator_writes(events=True))
        operator.restart(crash=crash)
        settled(world, operator)
        world.wait_until_quiet()
        assert summary(world.operator_writes(events=True)[written:]) == []
        assert outputs(world) == before
