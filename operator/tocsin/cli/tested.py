"""The tests of a run: which there are, and how they went; the operator's own code does both."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

from tocsin.adapters.promql_worker import ParserUnavailableError, PromqlWorker
from tocsin.adapters.promtool import Limits, Promtool, PromtoolMissingError, find_promtool
from tocsin.api.meta import ObjectRef
from tocsin.cli.configuration import read_config
from tocsin.cli.confining import confine_with
from tocsin.cli.offline import Offline
from tocsin.cli.sources import Place, UsageError, objects_in, read_sources
from tocsin.compile.rule_tests.answer import Answer
from tocsin.compile.rule_tests.plan import TestPlan
from tocsin.compile.rule_tests.report import Failure, TestResult, report
from tocsin.promql.verdict import Outcome, Verdict

_BATCH = 32
_BATCHES_A_JOB = 4
_HEAP = 256 << 20
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Chosen:
    """One AlertRule whose tests are run, and which of them are shown."""

    ref: ObjectRef
    place: Place
    plan: TestPlan
    shown: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """What a run found to do."""

    offline: Offline
    chosen: tuple[Chosen, ...]
    without: int
    """How many rules have no tests."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one test went, and where it stands."""

    ref: ObjectRef
    place: Place
    index: int
    result: TestResult

    @property
    def field(self) -> str:
        """The test's path in its AlertRule."""
        return f"spec.tests[{self.index}]"

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What is not as the test expects."""
        return self.result.failures


def collect(args: argparse.Namespace, worker: PromqlWorker) -> Work:
    """Read and compile what the command line names; UsageError where that makes no sense."""
    config = read_config(args.config)
    offline = Offline(config, args.namespace, confine=confine_with(worker))
    for found in objects_in(read_sources(args.sources)):
        offline.take(found)

    def judge(texts: Sequence[str]) -> Mapping[str, Verdict]:
        try:
            return worker.judge_many(texts)
        except ParserUnavailableError as error:
            return dict.fromkeys(texts, Verdict(Outcome.UNVERIFIABLE, str(error)))

    chosen: list[Chosen] = []
    without = 0
    for ref, one in offline.compile_rules(judge).items():
        if one.tests is None:
            without += 1
            continue
        names = (test.name for test in one.tests.tests)
        shown = tuple(args.filter in str(ref) or args.filter in name for name in names)
        if any(shown):
            chosen.append(Chosen(ref, offline.rules[ref][0], one.tests, shown))
    return Work(offline, tuple(chosen), without)


def find_program(asked: str | None) -> Promtool:
    """Find promtool; UsageError says where it was looked for and how to get it."""
    try:
        return Promtool(find_promtool(asked), Limits(seconds=_SECONDS, heap=_HEAP))
    except PromtoolMissingError as error:
        raise UsageError(
            f"{error}; promtool comes with Prometheus (https://prometheus.io/download): put it "
            "into PATH, or name it with --promtool"
        ) from error


def test_all(chosen: Sequence[Chosen], promtool: Promtool, jobs: int) -> list[Result]:
    """Run all tests, some promtools at a time, and give the results in the order of the files."""
    size = max(1, min(_BATCH, -(-len(chosen) // (jobs * _BATCHES_A_JOB))))
    batches = [chosen[start : start + size] for start in range(0, len(chosen), size)]
    progress = _Progress(len(chosen))

    def test(batch: Sequence[Chosen]) -> list[Result]:
        answers = promtool.run([one.plan for one in batch])
        progress.more(len(batch))
        return [
            result
            for one, answer in zip(batch, answers, strict=True)
            for result in _results(one, answer)
        ]

    threads = ThreadPoolExecutor(jobs, thread_name_prefix="promtool")
    try:
        return [result for results in threads.map(test, batches) for result in results]
    finally:
        # An interrupt must not wait for what is still to come.
        promtool.stop()
        threads.shutdown(cancel_futures=True)
        progress.end()


def _results(one: Chosen, answer: Answer) -> list[Result]:
    results = report(one.plan, answer).results
    return [
        Result(one.ref, one.place, index, result)
        for index, result in enumerate(results)
        if one.shown[index]
    ]


class _Progress:
    """Counts on a terminal, in one line that is wiped at the end; elsewhere nothing."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._lock = Lock()
        self._started = time.monotonic()
        self._shown = sys.stderr.isatty()

    def more(self, count: int) -> None:
        """Note that the tests of so many more rules are done."""
        with self._lock:
            self._done += count
            if self._shown:
                seconds = time.monotonic() - self._started
                text = f"\r{self._done} of {self._total} rules tested, {seconds:.0f} s "
                print(text, end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Wipe the line."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
