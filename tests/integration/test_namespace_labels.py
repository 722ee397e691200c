"""A namespace's labels change: what is compiled from them follows, and nothing else moves (I1)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.integration.conftest import run_operator
from tests.integration.judged import real_programs
from tests.integration.objects import (
    BAD_EXPR,
    Object,
    alert_labels,
    alerts,
    channel,
    condition,
    notify,
    rule,
)
from tests.integration.test_restart import settled
from tests.integration.test_tested_rules import a_test
from tests.integration.waiting import wait_for
from tests.integration.world import World, about, summary
from tests.running import RunningOperator

TEAM = "tocsin.dev/team"


@pytest.fixture(scope="module")
def operator(world: World) -> Iterator[RunningOperator]:
    config = {
        "grouping": {"groupWait": "1s", "groupInterval": "2s"},
        "promtool": {"path": f"{real_programs()}/promtool"},
    }
    with run_operator(world, config) as running:
        yield running


def label(world: World, namespace: str, team: str | None) -> None:
    world.admin.merge_patch("v1", "Namespace", namespace, {"metadata": {"labels": {TEAM: team}}})


def team_of(world: World, document: Object) -> str:
    return str(alert_labels(world.child(document) or {}).get("team", ""))


def wait_team(world: World, document: Object, team: str) -> None:
    wait_for(lambda: team_of(world, document), lambda seen: seen == team, f"team {team!r}")


def test_the_team_of_a_namespace_changes_for_its_rules_alone(
    world: World, namespace: str, operator: RunningOperator
) -> None:
    neighbour = world.namespace("near", **{TEAM: "other"})
    own = rule(namespace, "own", team="mine", notify=notify("chat"))
    plain, bad = rule(namespace, "plain"), rule(namespace, "bad", notify=notify("chat"))
    world.apply_ready(
        channel(namespace, default={}), own, plain, bad, rule(neighbour, notify={"channels": []})
    )
    world.apply(rule(namespace, "bad", expr=BAD_EXPR))
    world.wait_condition(bad, "Valid", "False")
    assert team_of(world, plain) == ""
    world.wait_until_quiet()
    written = len(world.operator_writes())

    label(world, namespace, "shop")
    for one in (plain, bad):
        wait_team(world, one, "shop")
    assert team_of(world, own) == "mine"
    world.wait_until_quiet()
    later = world.operator_writes()[written:]
    assert about(later, neighbour) == []
    assert sorted(summary(later)) == sorted(
        f"patch prometheusrules {(world.child(one) or {})['metadata']['name']}"
        for one in (plain, bad)
    )
    operator.stop()
    label(world, namespace, None)
    operator.start()
    for one in (plain, bad):
        wait_team(world, one, "")
    world.wait_until_quiet()
    written = len(world.operator_writes())
    operator.restart(crash=True)
    settled(world, operator)
    world.wait_until_quiet()
    assert summary(world.operator_writes()[written:]) == []
    world.admin.delete("v1", "Namespace", neighbour)


@pytest.mark.usefixtures("operator")
def test_tests_are_run_again_with_the_new_team(world: World, namespace: str) -> None:
    label(world, namespace, "shop")
    passes = a_test({"labels": {"job": "a", "team": "shop"}})
    document = rule(namespace, tests=[passes], notify={"channels": []})
    world.apply_ready(document)
    assert team_of(world, document) == "shop"
    label(world, namespace, "other")
    seen = world.wait_condition(document, "TestsPassed", "False", "TestsFailed")
    world.wait_until_quiet()
    print(
        condition(seen, "TestsPassed"),
        team_of(world, document),
        alerts(world.child(document) or {}),
    )
    label(world, namespace, "shop")
    world.wait_condition(document)
    assert team_of(world, document) == "shop"
