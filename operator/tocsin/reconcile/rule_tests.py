"""
The tests of AlertRules: run beside the queue, remembered by what was tested.

A worker of the queue never waits for promtool: it is told that the tests run, and the
rule's turn comes again when they have. Namespaces take turns, so that a tenant's slow
tests hold up that tenant. What passed stands in an annotation of the PrometheusRule, so
that a restart with nothing changed runs no test and writes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tocsin.api.condition import Condition
from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem, Reason
from tocsin.compile.rule_tests.answer import Answer
from tocsin.compile.rule_tests.plan import TestPlan
from tocsin.compile.rule_tests.report import report
from tocsin.reconcile.fingerprint import TESTS_PASSED
from tocsin.reconcile.outside import Outside
from tocsin.reconcile.queue import Urgency, WorkQueue
from tocsin.reconcile.status import broken, good

LOG = logging.getLogger("tocsin.reconcile")

CONDITION = "TestsPassed"
_BATCH = 16
_SHARE = 4
"""Rules of one namespace in a batch: each may take its full time, and the others wait for it."""
_REMEMBERED = 20_000
_SHOWN_PROBLEMS = 3
_AGAIN = 30.0

PlanOf = Callable[[ObjectRef], Awaitable[TestPlan | None]]


@dataclass(frozen=True, slots=True)
class Tested:
    """What is known of a rule's tests; `condition` is None where it has none."""

    condition: Condition | None = None
    passed: int = 0
    failed: int = 0
    problems: tuple[Problem, ...] = ()
    """What failed, if anything did."""
    record: str = ""
    """The annotation that says what passed."""
    waited: float | None = None
    """Seconds since the tests were asked for, while they run; then None."""

    @property
    def holds_back(self) -> bool:
        """Whether the rule may not become live, now or ever."""
        return bool(self.problems) or self.waited is not None


NO_TESTS = Tested()


class RuleTests:
    """Judges rules by their tests."""

    def __init__(self, outside: Outside, queue: WorkQueue, plan_of: PlanOf) -> None:
        self._outside = outside
        self._queue = queue
        self._plan_of = plan_of
        self._results: OrderedDict[str, Tested] = OrderedDict()
        self._waiting: dict[str, OrderedDict[ObjectRef, None]] = {}
        self._asked: dict[ObjectRef, float] = {}
        self._running: set[ObjectRef] = set()
        self._hindered: dict[ObjectRef, str] = {}
        self._news = asyncio.Event()

    # -- asking ------------------------------------------------------------

    def judge(self, ref: ObjectRef, plan: TestPlan | None, record: str) -> Tested:
        """
        Give what is known of a rule's tests, and see to it that more will be.

        `record` is the annotation of the live PrometheusRule, empty without one.
        """
        if plan is None:
            return NO_TESTS
        digest = plan.digest
        known = self._results.get(digest)
        if known is not None:
            self._results.move_to_end(digest)
            return known
        tester = self._outside.tester
        version = tester.version if tester is not None else ""
        if _is_of(record, digest, version):
            # The PrometheusRule may be removed by hand: it comes back without another run.
            return self._keep(digest, _passed(len(plan.tests), record))
        if not version:
            return Tested(Condition(CONDITION, "Unknown", Reason.NO_PROMTOOL, _NO_PROMTOOL))
        now = self._outside.clock.monotonic()
        since = self._asked.setdefault(ref, now)
        if ref not in self._hindered and ref not in self._running:
            self._waiting.setdefault(ref.namespace, OrderedDict())[ref] = None
            self._news.set()
        message = self._hindered.get(ref) or f"{_count(len(plan.tests))} being run"
        return Tested(
            Condition(CONDITION, "Unknown", Reason.TESTS_RUNNING, message), waited=now - since
        )

    def forget(self, ref: ObjectRef) -> None:
        """Drop what is remembered of a rule that is gone, or has no tests to run now."""
        self._asked.pop(ref, None)
        self._hindered.pop(ref, None)
        if waiting := self._waiting.get(ref.namespace):
            waiting.pop(ref, None)

    # -- running -----------------------------------------------------------

    async def run(self) -> None:
        """Run what is asked for, in batches, until cancelled."""
        if self._outside.tester is None:
            return
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self._outside.tester.processes):
                tasks.create_task(self._work())

    async def _work(self) -> None:
        while True:
            batch = self._take()
            if not batch:
                self._news.clear()
                await self._news.wait()
                continue
            self._running.update(batch)
            try:
                await self._test(batch)
            except Exception as error:  # noqa: BLE001 a bug costs a batch a retry, never the others
                LOG.error("tests: %s; again in %.0f s", type(error).__name__, _AGAIN)  # noqa: TRY400 its text may hold a user's data
                for ref in batch:
                    self._hinder(ref, "the tests could not be run")
            finally:
                self._running.difference_update(batch)
                self._queue.add_all(batch, Urgency.EDIT)

    def _take(self) -> list[ObjectRef]:
        """Take the next rules, one of each namespace in turn."""
        batch: list[ObjectRef] = []
        for _ in range(_SHARE):
            for namespace, refs in list(self._waiting.items()):
                if len(batch) == _BATCH:
                    return batch
                del self._waiting[namespace]
                if refs:
                    batch.append(refs.popitem(last=False)[0])
                    self._waiting[namespace] = refs  # at the end: it has had its turn
        return batch

    async def _test(self, batch: list[ObjectRef]) -> None:
        tester = self._outside.tester
        plans = []
        for ref in batch:
            self._hindered.pop(ref, None)
            plan = await self._plan_of(ref)
            if plan is None:
                self.forget(ref)  # edited meanwhile
            else:
                plans.append((ref, plan))
        if tester is None or not plans:
            return
        answers = await tester.run([plan for _, plan in plans])
        for (ref, plan), answer in zip(plans, answers, strict=True):
            if answer.again:
                self._hinder(ref, answer.stopped)
            else:
                self._remember(plan, answer, tester.version)
                self._asked.pop(ref, None)

    def _hinder(self, ref: ObjectRef, why: str) -> None:
        """Let a rule wait a while: it was no fault of its tests that they came to no end."""
        self._hindered[ref] = f"{why}; tried again in {_AGAIN:.0f} s"
        asyncio.get_running_loop().call_later(_AGAIN, self._unhinder, ref)

    def _unhinder(self, ref: ObjectRef) -> None:
        if self._hindered.pop(ref, None) is not None:
            self._queue.add(ref, Urgency.REPAIR)

    def _remember(self, plan: TestPlan, answer: Answer, version: str) -> None:
        result = report(plan, answer)
        problems = result.problems()
        digest = plan.digest
        if problems:
            shown = problems[:_SHOWN_PROBLEMS]
            failed = Tested(broken(CONDITION, shown), result.passed, result.failed, shown)
            self._keep(digest, failed)
        else:
            self._keep(digest, _passed(result.passed, f"{digest} promtool {version}"))

    def _keep(self, digest: str, tested: Tested) -> Tested:
        self._results[digest] = tested
        if len(self._results) > _REMEMBERED:
            self._results.popitem(last=False)
        return tested


_NO_PROMTOOL = (
    "the operator has no promtool, so the tests are not run and hold nothing up: set promtool.path "
    "in its configuration"
)


def with_record(child: dict[str, Any], record: str) -> dict[str, Any]:
    """Give a PrometheusRule with the annotation that says which tests passed; "" is none."""
    if not record:
        return child
    metadata = child["metadata"]
    annotations = {**metadata["annotations"], TESTS_PASSED: record}
    return {**child, "metadata": {**metadata, "annotations": annotations}}


def record_for(plan: TestPlan | None, record: str) -> str:
    """Keep the annotation of a live PrometheusRule where it is about these tests."""
    return record if plan is not None and _is_of(record, plan.digest, "") else ""


def _is_of(record: str, digest: str, version: str) -> bool:
    """Tell whether a record is about this digest, and this version where one is known."""
    found, _, by = record.partition(" promtool ")
    return found == digest and by != "" and version in ("", by)


def _passed(count: int, record: str) -> Tested:
    return Tested(good(CONDITION, f"{_count(count)} passed"), passed=count, record=record)


def _count(number: int) -> str:
    return "1 test" if number == 1 else f"{number} tests"
