"""When tests run, what is remembered of them, and that a slow tenant holds up itself alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from tocsin.api.alert_rule import AlertRuleSpec
from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef, Resource
from tocsin.api.parse import parse_spec
from tocsin.api.problem import Reason
from tocsin.compile.rule_tests.answer import Answer
from tocsin.compile.rule_tests.plan import TestPlan
from tocsin.compile.rules import CompiledRule, compile_alert_rule
from tocsin.promql.verdict import Outcome, Verdict
from tocsin.reconcile.outside import Outside
from tocsin.reconcile.queue import WorkQueue
from tocsin.reconcile.rule_tests import NO_TESTS, RuleTests, record_for, with_record

PASSES = Answer(cases=((),))
FAILS = Answer(cases=(("    rule: a, time: 1m0s, err: no such thing",),))


class Clock:
    time = 0.0

    def monotonic(self) -> float:
        return self.time

    def now(self) -> str:
        return "2026-09-20T08:01:12Z"


class Program:
    """Answers as it is told, and waits until it may; a real promtool would not wait for us."""

    def __init__(self, answer: Answer = PASSES, version: str = "3.15.0") -> None:
        self.version = version
        self.processes = 1
        self.answer = answer
        self.batches: list[int] = []
        self.may = asyncio.Event()

    async def run(self, plans: Sequence[TestPlan]) -> list[Answer]:
        self.batches.append(len(plans))
        await self.may.wait()
        return [self.answer] * len(plans)


def plan_of(name: str) -> tuple[ObjectRef, TestPlan]:
    namespace, _, name = name.partition("/")
    ref = ObjectRef("AlertRule", namespace, name)
    test = {
        "name": "x",
        "inputSeries": [{"series": "up", "values": "1"}],
        "expect": [{"at": "1m", "firing": []}],
    }
    spec = parse_spec(ref, {"expr": "up", "tests": [test]})
    assert isinstance(spec, AlertRuleSpec)
    compiled = compile_alert_rule(
        Resource(ref, "", 1, spec),
        verdicts={"up": Verdict(Outcome.VALID, value_type="vector")},
        namespace_labels={},
        config=OperatorConfig(),
    )
    assert isinstance(compiled, CompiledRule)
    assert compiled.tests is not None
    return ref, compiled.tests


class Setting:
    """The parts around `RuleTests`, and the order in which rules were compiled for a run."""

    def __init__(self, tester: Program | None) -> None:
        self.tester = tester
        self.clock = Clock()
        self.queue = WorkQueue(self.clock)
        self.taken: list[str] = []
        unused = ("cluster", "judge", "observer", "events", "telemetry")
        parts: dict[str, Any] = dict.fromkeys(unused)
        outside = Outside(**parts, clock=self.clock, tester=tester)
        self.tests = RuleTests(outside, self.queue, self._plan_of)

    async def _plan_of(self, ref: ObjectRef) -> TestPlan:
        self.taken.append(str(ref))
        return plan_of(str(ref))[1]

    async def turn(self) -> None:
        for _ in range(200):
            await asyncio.sleep(0)


def running(
    check: Callable[[Setting], Awaitable[None]], tester: Callable[[], Program | None] = Program
) -> None:
    async def run() -> None:
        setting = Setting(tester())
        task = asyncio.create_task(setting.tests.run())
        await check(setting)
        task.cancel()

    asyncio.run(run())


def test_a_worker_never_waits_and_the_rule_comes_again() -> None:
    async def check(setting: Setting) -> None:
        ref, plan = plan_of("shop/errors")
        asked = setting.tests.judge(ref, plan, "")
        assert asked.holds_back
        assert asked.condition is not None
        assert asked.condition.reason is Reason.TESTS_RUNNING
        await setting.turn()
        setting.clock.time = 7.0
        assert setting.tests.judge(ref, plan, "").waited == 7.0
        assert setting.tester is not None
        setting.tester.may.set()
        await setting.turn()
        assert await setting.queue.get() == ref
        told = setting.tests.judge(ref, plan, "")
        assert (told.passed, told.failed, told.holds_back) == (1, 0, False)
        assert told.record == f"{plan.digest} promtool 3.15.0"
        assert setting.tester.batches == [1]  # asked twice, run once

    running(check)


def test_what_fails_is_remembered_and_said() -> None:
    async def check(setting: Setting) -> None:
        assert setting.tester is not None
        setting.tester.may.set()
        ref, plan = plan_of("shop/errors")
        setting.tests.judge(ref, plan, "")
        await setting.turn()
        for _ in range(2):
            told = setting.tests.judge(ref, plan, "")
            assert (told.passed, told.failed, told.record) == (0, 1, "")
            assert told.holds_back
            assert "could not be evaluated: no such thing" in str(told.problems[0])
        assert setting.tester.batches == [1]

    running(check, lambda: Program(FAILS))


def test_the_record_of_the_same_tests_and_program_is_trusted() -> None:
    async def check(setting: Setting) -> None:
        ref, plan = plan_of("shop/errors")
        record = f"{plan.digest} promtool 3.15.0"
        for other in ("", f"{plan.digest} promtool 3.14.0", f"{'0' * 32} promtool 3.15.0", "x"):
            assert setting.tests.judge(ref, plan, other).holds_back
        assert setting.tests.judge(ref, plan, record).passed == 1
        assert record_for(plan, record) == record
        assert record_for(plan, "x") == record_for(None, record) == ""

    running(check)


def test_a_record_that_is_removed_by_hand_was_seen() -> None:
    """What passed comes back at once, also where promtool comes to no answer now."""

    async def check(setting: Setting) -> None:
        ref, plan = plan_of("shop/errors")
        record = f"{plan.digest} promtool 3.15.0"
        setting.tests.judge(ref, plan, record)
        assert setting.tests.judge(ref, plan, "").record == record
        await setting.turn()
        assert setting.taken == []

    running(check)


def test_without_a_program_nothing_is_held_back() -> None:
    async def check(setting: Setting) -> None:
        ref, plan = plan_of("shop/errors")
        told = setting.tests.judge(ref, plan, "")
        assert not told.holds_back
        assert told.condition is not None
        assert (told.condition.status, told.condition.reason) == ("Unknown", Reason.NO_PROMTOOL)
        record = f"{plan.digest} promtool 3.15.0"
        assert setting.tests.judge(ref, plan, record).record == record
        assert setting.tests.judge(ref, None, record) is NO_TESTS

    running(check, lambda: None)
    running(check, lambda: Program(version=""))


def test_namespaces_take_turns() -> None:
    async def check(setting: Setting) -> None:
        for name in [f"greedy/r{number:02}" for number in range(40)] + ["shop/a", "shop/b"]:
            ref, plan = plan_of(name)
            setting.tests.judge(ref, plan, "")
        await setting.turn()
        assert setting.taken[:4] == ["greedy/r00", "shop/a", "greedy/r01", "shop/b"]
        assert setting.tester is not None
        assert setting.tester.batches == [6]  # four of one namespace at most
        setting.tester.may.set()
        await setting.turn()
        assert setting.tester.batches == [6, *[4] * 9]

    running(check)


def test_a_run_without_an_answer_condemns_nobody() -> None:
    async def check(setting: Setting) -> None:
        assert setting.tester is not None
        setting.tester.may.set()
        ref, plan = plan_of("shop/errors")
        setting.tests.judge(ref, plan, "")
        await setting.turn()
        told = setting.tests.judge(ref, plan, "")
        assert told.waited is not None
        assert not told.problems
        assert told.condition is not None
        assert told.condition.message == "took more than 40 s; tried again in 30 s"

    running(check, lambda: Program(Answer(stopped="took more than 40 s", again=True)))


def test_a_record_leaves_the_compiled_child_as_it_is() -> None:
    child = {"metadata": {"annotations": {"a": "b"}}, "spec": {}}
    with_it = with_record(child, "x")
    assert with_it["metadata"]["annotations"] == {"a": "b", "tocsin.dev/tests-passed": "x"}
    assert child["metadata"] == {"annotations": {"a": "b"}}
    assert with_record(child, "") is child
