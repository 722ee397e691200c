"""Rules with tests in a real API server: what passes goes live, what fails changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.conftest import run_operator
from tests.integration.judged import real_programs
from tests.integration.objects import Object, channel, condition, notify, rule
from tests.integration.waiting import wait_for
from tests.integration.world import World, about, summary
from tests.running import RunningOperator

RECORD = "tocsin.dev/tests-passed"


def a_test(*firing: Object, name: str = "one target is down", values: str = "0x9") -> Object:
    return {
        "name": name,
        "inputSeries": [{"series": 'up{job="a"}', "values": values}],
        "expect": [{"at": "1m", "firing": list(firing)}],
    }


PASSES = a_test({"severity": "warning", "labels": {"job": "a"}})
FAILS = a_test({"severity": "warning", "labels": {"job": "b"}}, name="another job")


def config(promtool: Path | str) -> Object:
    return {
        "grouping": {"groupWait": "1s", "groupInterval": "2s"},
        "promtool": {"path": str(promtool)},
    }


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each run of promtool leaves a line."""
    return tmp_path_factory.mktemp("calls") / "calls"


@pytest.fixture(scope="module")
def promtool(calls: Path) -> Path:
    """The real promtool, behind a line of shell that notes the call."""
    calls.write_text("")
    script = calls.with_name("promtool")
    killed = f'[ "$1" = test ] && [ -e {killer(calls)} ] && kill -9 $$'
    script.write_text(
        f'#!/bin/sh\necho "$1" >> {calls}\n{killed}\nexec {real_programs()}/promtool "$@"\n'
    )
    script.chmod(0o755)
    return script


@pytest.fixture(scope="module")
def operator(world: World, promtool: Path) -> Iterator[RunningOperator]:
    with run_operator(world, config(promtool)) as running:
        yield running


def killer(calls: Path) -> Path:
    """While this file is there, promtool dies as if for lack of memory."""
    return calls.with_name("killed")


def runs(calls: Path) -> int:
    return calls.read_text().count("test\n")


@pytest.mark.usefixtures("operator")
def test_a_rule_goes_live_once_its_tests_pass(world: World, namespace: str) -> None:
    world.apply(channel(namespace, default={}))
    document = rule(namespace, tests=[PASSES, a_test(values="1x9", name="all is well")])
    seen = world.apply_ready(document)
    assert seen["status"]["tests"] == {"passed": 2, "failed": 0}
    assert seen["status"]["testsSummary"] == "2/2"
    passed = condition(seen, "TestsPassed")
    assert (passed["status"], passed["message"]) == ("True", "2 tests passed")
    types = [one["type"] for one in seen["status"]["conditions"]]
    assert types == ["Ready", "Valid", "TestsPassed", "Routed"]
    assert RECORD in world.wait_child(document)["metadata"]["annotations"]


@pytest.mark.usefixtures("operator")
def test_a_rule_whose_tests_fail_makes_nothing(world: World, namespace: str) -> None:
    document = rule(namespace, tests=[PASSES, FAILS])
    world.apply(document)
    seen = world.wait_condition(document, "TestsPassed", "False", "TestsFailed")
    said = (
        'spec.tests[1].expect[0]: test "another job" at 1m: expected warning{job="b"} to fire; '
        'got warning{job="a"}'
    )
    assert condition(seen, "TestsPassed")["message"] == said
    assert condition(seen, "Ready")["message"] == said
    assert condition(seen, "Valid")["status"] == "True"
    assert condition(seen, "Stalled")["reason"] == "TestsFailed"
    assert seen["status"]["tests"] == {"passed": 1, "failed": 1}
    assert seen["status"]["liveGeneration"] == 0
    assert world.child(document) is None


def test_a_failing_edit_then_a_restart_then_a_mended_one(
    world: World, namespace: str, operator: RunningOperator
) -> None:
    world.apply(channel(namespace, "chat"), channel(namespace, "pager"))
    good = rule(namespace, tests=[PASSES], notify=notify("chat"))
    before = world.apply_ready(good)
    child = world.wait_child(good)

    world.apply(rule(namespace, tests=[FAILS], expr="up == bool 1", notify=notify("pager")))
    seen = world.wait_condition(good, "TestsPassed", "False", "TestsFailed")
    assert seen["status"]["liveGeneration"] == before["metadata"]["generation"]
    generation = before["metadata"]["generation"]
    message = condition(seen, "TestsPassed")["message"]
    assert message.endswith(f"; generation {generation} stays live")
    assert condition(seen, "Ready")["status"] == "False"
    _stays(world, good, child, f"{namespace}/chat")

    world.wait_until_quiet()
    written = len(world.operator_writes())
    operator.restart(crash=True)
    world.fence(namespace)
    world.wait_condition(good, "TestsPassed", "False", "TestsFailed")
    world.wait_until_quiet()
    _stays(world, good, child, f"{namespace}/chat")
    said = [line for line in summary(world.operator_writes()[written:]) if "errors" in line]
    assert said == []

    mended = rule(namespace, tests=[PASSES], expr="up < 1", notify=notify("pager"))
    now = world.apply_ready(mended)
    assert now["status"]["liveGeneration"] == now["metadata"]["generation"]
    live = world.wait_child(mended)["spec"]["groups"][0]["rules"][0]["expr"]
    assert live == "up < 1"
    world.wait_told(mended, f"{namespace}/pager")


def _stays(world: World, document: Object, child: Object, receiver: str) -> None:
    now = world.child(document)
    assert now is not None
    assert now["spec"] == child["spec"]
    assert now["metadata"]["annotations"] == child["metadata"]["annotations"]
    assert world.told_by(document) == {receiver}


def test_a_restart_with_nothing_changed_runs_no_test_and_writes_nothing(
    world: World, namespace: str, operator: RunningOperator, calls: Path
) -> None:
    world.apply(channel(namespace, default={}))
    names = [f"rule-{number}" for number in range(5)]
    world.apply_ready(*(rule(namespace, name, tests=[PASSES]) for name in names))
    world.wait_until_gone()
    world.wait_until_quiet()
    written, run = len(about(world.operator_writes(), namespace)), runs(calls)
    assert run > 0

    operator.restart(crash=True)
    world.fence(namespace)
    world.wait_until_quiet()
    later = summary(about(world.operator_writes(), namespace))[written:]
    assert [line for line in later if "rule-" in line] == []
    assert runs(calls) == run


@pytest.mark.usefixtures("operator")
def test_what_passed_is_put_back_when_somebody_removes_it(world: World, namespace: str) -> None:
    document = rule(namespace, tests=[PASSES], notify={"channels": []})
    world.apply_ready(document)
    child = world.wait_child(document)
    world.admin.merge_patch(
        child["apiVersion"],
        child["kind"],
        child["metadata"]["name"],
        {"metadata": {"annotations": {RECORD: None}}},
        namespace,
    )
    wait_for(
        lambda: world.wait_child(document)["metadata"]["annotations"].get(RECORD),
        bool,
        "the record is back",
    )


def test_a_killed_promtool_condemns_nobody_and_blocks_nobody(
    world: World, namespace: str, operator: RunningOperator, calls: Path
) -> None:
    document = rule(namespace, tests=[PASSES], notify={"channels": []})
    live = world.apply_ready(document)
    child = world.wait_child(document)
    killer(calls).touch()
    edited = rule(namespace, tests=[PASSES], notify={"channels": []}, expr="up < 1")
    try:
        world.apply(edited)
        world.fence(namespace)
        seen = world.wait_condition(edited, "TestsPassed", "Unknown", "TestsRunning")
        assert "killed by somebody else" in condition(seen, "TestsPassed")["message"]
        assert seen["status"]["liveGeneration"] == live["status"]["liveGeneration"]
        assert world.wait_child(edited)["spec"] == child["spec"]
    finally:
        killer(calls).unlink()
    operator.restart(crash=True)
    world.wait_condition(edited)
    assert world.wait_child(edited)["spec"] != child["spec"]


@pytest.mark.usefixtures("operator")
def test_promtool_is_gone_and_what_passed_comes_back_all_the_same(
    world: World, namespace: str, operator: RunningOperator, promtool: Path
) -> None:
    document = rule(namespace, tests=[PASSES], notify={"channels": []})
    world.apply_ready(document)
    child = world.wait_child(document)
    operator.restart()
    world.fence(namespace)
    away = promtool.rename(promtool.with_name("away"))
    try:
        world.delete(child)
        now = world.wait_child(document)
        assert (now["spec"], now["metadata"]["annotations"]) == (
            child["spec"],
            child["metadata"]["annotations"],
        )
        other = rule(namespace, "other", tests=[PASSES], notify={"channels": []})
        world.apply(other)
        seen = world.wait_condition(other, "TestsPassed", "Unknown", "TestsRunning")
        assert "promtool could not be run" in condition(seen, "TestsPassed")["message"]
    finally:
        away.rename(promtool)
    operator.restart(crash=True)
    world.wait_condition(other)


def test_without_promtool_rules_go_live_and_say_so(
    world: World, namespace: str, operator: RunningOperator
) -> None:
    operator.stop()
    try:
        with run_operator(world, config("/nowhere/promtool")):
            document = rule(namespace, tests=[FAILS], notify={"channels": []})
            seen = world.apply_ready(document)
            passed = condition(seen, "TestsPassed")
            assert (passed["status"], passed["reason"]) == ("Unknown", "NoPromtool")
            assert "promtool.path" in passed["message"]
            assert "tests" not in seen["status"]
            assert RECORD not in world.wait_child(document)["metadata"]["annotations"]
    finally:
        operator.start()
