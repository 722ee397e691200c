"""
prometheus-operator's strict mode: an Alertmanager object that selects AlertmanagerConfigs too.

Then the Secret is parsed into prometheus-operator's own structure, where an unknown field is an
error, and written anew; kube-prometheus-stack's default is this mode.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from tests.cluster.sink import Sink
from tests.integration.conftest import run_operator
from tests.integration.objects import Object, channel, consent, notify, rule, secret
from tests.integration.test_base_secret import CONFIG, NAME, TEAM, base, rights
from tests.integration.test_mixed_restart import LEVELS, NIGHT, OFFICE
from tests.integration.test_receivers_deliver import channels
from tests.integration.waiting import wait_for
from tests.integration.world import World
from tests.unit.compile import bases

MONITORING, MAIN = "monitoring.coreos.com/v1", ("Alertmanager", "main")
REFUSED = {"discord", "msteams", "jira-cloud"}
"""Channels that prometheus-operator would refuse the whole Secret for."""
VALUES = {"token": "TOKEN", "key": "0123456789abcdef0123456789abcdef", "chat": "-100"}


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture(scope="module")
def strict(stack: World) -> Iterator[World]:
    """The stack in strict mode, with our operator and a namespace for channels of every kind."""
    kube_prometheus = next(one for one in bases.GOOD if one.stem == "kube-prometheus-stack")
    stack.apply(*rights(), base(kube_prometheus.read_text()))
    stack.cluster.create_namespace(TEAM)
    select(stack, {})
    settings = {"baseSecret": {"name": NAME}, "selectsConfigs": True}
    with run_operator(stack, {**CONFIG, "alertmanager": settings}):
        yield stack
    select(stack, None)
    for one in [*rights(), base("")]:
        stack.delete(one)
    stack.admin.delete("v1", "Namespace", TEAM)


def select(stack: World, selector: Object | None) -> None:
    change = {"spec": {"alertmanagerConfigSelector": selector}}
    stack.admin.merge_patch(MONITORING, *MAIN, change, "monitoring")


def refusal(stack: World) -> str:
    """Say why prometheus-operator refuses the configuration; empty where it does not."""
    found = stack.admin.get(MONITORING, *MAIN, "monitoring") or {}
    conditions = found.get("status", {}).get("conditions", [])
    return next(
        (
            f"{one.get('message')}"
            for one in conditions
            if (one["type"], one["status"]) == ("Reconciled", "False")
        ),
        "",
    )


def loaded(stack: World) -> dict[str, Any]:
    """Give the configuration that the running Alertmanager shows."""
    url = f"{stack.cluster.stack.alertmanager_url}/api/v2/status"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return dict(yaml.safe_load(json.load(answer)["config"]["original"]))


def named(configuration: dict[str, Any], part: str) -> set[str]:
    return {one["name"] for one in configuration.get(part) or ()}


def wait_loaded(stack: World) -> dict[str, Any]:
    """Wait until Alertmanager has what the Secret holds, by the names of everything in it."""
    parts = ("receivers", "time_intervals", "mute_time_intervals")

    def differences() -> list[str]:
        ours, theirs = stack.configuration(), loaded(stack)
        state = stack.cluster.stack.state()["alertmanager"]["reload_error"]
        found = [part for part in parts if named(ours, part) != named(theirs, part)]
        found += [part for part in ("inhibit_rules",) if len(ours[part]) != len(theirs[part])]
        return [*found, *(text for text in (refusal(stack), state) if text)]

    wait_for(differences, lambda seen: not seen, "Alertmanager has it all", timeout=60)
    return loaded(stack)


def test_every_receiver_and_every_field_beside_a_base(strict: World, sink: Sink) -> None:
    strict.apply(secret(TEAM, "s", **VALUES, url=f"{sink.url}/x"), consent(TEAM))
    every = [{**channel(TEAM, one.name), "spec": one.spec} for one in channels(sink.url, 9)]
    every += [
        channel(TEAM, "night", activeTimes=NIGHT, default={"after": "15m"}),
        channel(TEAM, "daily", digest="1h", subscribe={"alertNames": ["KubePodCrashLooping"]}),
    ]
    steps = [{"after": "15m", "channels": [{"name": "pagerduty"}]}]
    by_day = [{"name": "slack", "activeTimes": OFFICE}]
    rules = [
        rule(TEAM, "escalates", notify={"channels": by_day, "escalation": steps}),
        rule(
            TEAM,
            "limited",
            notify=notify("webhook", maxPerHour=5),
            inhibitedBy=[{"alertName": "Down"}],
        ),
        rule(TEAM, "levels", expr="up", levels=LEVELS, notify=notify("daily")),
    ]
    refused = [one for one in every if one["metadata"]["name"] in REFUSED]
    strict.apply(*refused)
    strict.apply_ready(*(one for one in every if one not in refused), *rules, timeout=90)
    for one in refused:
        strict.wait_condition(one, "Valid", "False", "NotYetSupported")
    shown = wait_loaded(strict)
    assert len(named(shown, "receivers")) > 20
    assert named(shown, "time_intervals") != set()
    assert any("tocsin" in one for one in shown["templates"])


@pytest.mark.parametrize("name", ["every-default", "nested", "minimal"])
def test_every_base(strict: World, name: str) -> None:
    file = next(one for one in bases.GOOD if one.stem == name)
    files = {"smtp-password": "x", "slack-token": "x", "pagerduty": "x", "base-x.tmpl": ""}
    strict.apply(base(file.read_text(), **files))
    wanted = named(yaml.safe_load(file.read_text()), "receivers")
    wait_for(strict.receiver_names, lambda seen: wanted <= seen, "the base is merged")
    wait_loaded(strict)
