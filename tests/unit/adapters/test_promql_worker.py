"""The child process for PromQL: its limits, its deaths, and that neighbours are still judged."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin.adapters import promql_worker
from tocsin.adapters.promql_worker import (
    BATCH,
    ParserUnavailableError,
    PromqlWorker,
    child_command,
)
from tocsin.promql.guard import MAX_DEPTH, MAX_LENGTH, MAX_OPERATORS
from tocsin.promql.verdict import Outcome

MIB = 1 << 20
POISON = [
    "foo" + "+foo" * 2000,
    "foo" + "+foo" * 4000,
    "(" * 16_000,
    "(" * 8100 + "foo" + ")" * 8100,
    "-" * 2000 + "foo",
    "foo" + " or foo" * 2300,
    "abs(" * 4000,
    "foo" + "[5m:]" * 3200,
    "foo" + " offset 5m" * 1600,
    "foo @ 1 " * 2000,
    "foo " * 4000,
    "," * 16_000,
    'foo{a=~"' + "(a{1000}){1000}" * 1000 + '"}',
    'foo{a=~"' + "(x+x+)+y" * 2000 + '"}',
    'foo{a=~"(?i)' + "é" * 16_000 + '"}',
    "foo" + "+foo" * MAX_OPERATORS,
    "foo" + "> bool on(a) group_left(b) foo" * MAX_OPERATORS,
    "foo[1e300]",
    "foo offset Inf",
]


@pytest.fixture
def worker() -> Iterator[PromqlWorker]:
    with PromqlWorker() as started:
        yield started


@pytest.fixture
def mortal() -> Iterator[PromqlWorker]:
    """A worker whose child obeys the words of `mortal_child.py`."""
    python, *options, child, paths = _split(child_command())
    script = str(Path(__file__).with_name("mortal_child.py"))
    with PromqlWorker([python, *options, script, child, *paths], seconds=8.0) as started:
        yield started


def _split(command: list[str]) -> tuple[str, str, str, str, list[str]]:
    python, isolated, bare, child, *paths = command
    return python, isolated, bare, child, paths


def memory(pid: int | None, field: str) -> int:
    """Read a field of /proc/PID/status, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"no {field} in /proc/{pid}/status")


def test_verdicts_come_back_under_their_expressions(worker: PromqlWorker) -> None:
    verdicts = worker.judge_many(["up == 0", "up ==", "up[5m]", "limitk(1, up)", "1", "up == 0"])
    assert {text: (verdict.outcome, verdict.value_type) for text, verdict in verdicts.items()} == {
        "up == 0": (Outcome.VALID, "vector"),
        "up ==": (Outcome.INVALID, ""),
        "up[5m]": (Outcome.INVALID, "matrix"),
        "limitk(1, up)": (Outcome.UNSUPPORTED, "vector"),
        "1": (Outcome.VALID, "scalar"),
    }
    assert worker.judge_many([]) == {}


def test_many_expressions_travel_in_few_messages(worker: PromqlWorker) -> None:
    texts = [f'up{{job="{number}"}} == {number}' for number in range(3 * BATCH + 1)]
    verdicts = worker.judge_many(texts)
    assert list(verdicts) == texts
    assert {id(verdict) for verdict in verdicts.values()} == {id(verdicts[texts[0]])}
    assert worker.restarts == 0


def test_long_expressions_do_not_block_the_pipe(worker: PromqlWorker) -> None:
    texts = [f"up{{a='{'x' * 16_000}{number}'}}" for number in range(40)]
    assert all(v.outcome is Outcome.VALID for v in worker.judge_many(texts).values())


def test_every_character_travels(worker: PromqlWorker) -> None:
    texts = ['up{a="é😀\u2028"}', "up\x00", "up\ud800", "\N{RIGHT-TO-LEFT OVERRIDE}up", "a\r\nb"]
    assert [v.outcome for v in worker.judge_many(texts).values()] == [
        Outcome.VALID,
        *[Outcome.INVALID] * 4,
    ]


def test_what_is_too_long_never_reaches_the_child() -> None:
    unstartable = PromqlWorker(["/nonexistent"])
    verdict = unstartable.judge_many(["x" * (MAX_LENGTH + 1)]).popitem()[1]
    assert verdict.outcome is Outcome.INVALID
    assert "the limit is 16,384" in verdict.message


def test_poison_costs_little_memory_and_no_child(worker: PromqlWorker) -> None:
    worker.judge_many(["up"])
    pid, before = worker.pid, memory(worker.pid, "VmHWM")
    for text in POISON:
        worker.judge_many([text])
    assert worker.pid == pid
    assert worker.restarts == 0
    assert memory(pid, "VmHWM") - before < 64 * MIB
    assert memory(pid, "VmRSS") < 40 * MIB + 64 * MIB


def test_an_idle_child_is_small(worker: PromqlWorker) -> None:
    worker.judge_many(["up"])
    assert memory(worker.pid, "VmRSS") < 40 * MIB


def test_the_child_runs_under_limits(worker: PromqlWorker) -> None:
    worker.judge_many(["up"])
    limits = Path(f"/proc/{worker.pid}/limits").read_text()
    soft = {line[:26].strip(): line[26:47].strip() for line in limits.splitlines()}
    assert soft["Max address space"] == str(256 * MIB)
    assert soft["Max core file size"] == "0"
    assert soft["Max file size"] == "0"
    assert int(soft["Max stack size"]) <= 8 * MIB
    environment = Path(f"/proc/{worker.pid}/environ").read_bytes()
    assert b"HOME=" not in environment
    assert b"TOKEN" not in environment


@pytest.mark.slow
@pytest.mark.parametrize("word", ["die", "eat", "babble", "spin"])
def test_the_culprit_is_found_and_its_neighbours_are_judged(
    mortal: PromqlWorker, word: str
) -> None:
    texts = [f"up == {number}" for number in range(20)]
    texts[7] = f"up == {word}"
    verdicts = mortal.judge_many(texts)
    assert list(verdicts) == texts
    culprit = verdicts.pop(texts[7])
    assert culprit.outcome is Outcome.UNVERIFIABLE
    assert "the parser was ended while it read this expression" in culprit.message
    assert "recording rules" in culprit.message
    assert {verdict.outcome for verdict in verdicts.values()} == {Outcome.VALID}
    assert mortal.restarts == 2


@pytest.mark.slow
def test_a_child_that_hangs_is_ended(mortal: PromqlWorker) -> None:
    mortal.judge_many(["up"])
    mortal._seconds = 1.0
    start = time.monotonic()
    verdicts = mortal.judge_many(["up == sleep", "up"])
    assert time.monotonic() - start < 30
    assert verdicts["up == sleep"].outcome is Outcome.UNVERIFIABLE
    assert "took too long" in verdicts["up == sleep"].message
    assert verdicts["up"].outcome is Outcome.VALID


def test_several_culprits_in_one_batch(mortal: PromqlWorker) -> None:
    verdicts = mortal.judge_many(["a", "die", "b", "die + 1", "c"])
    assert [verdict.outcome.value for verdict in verdicts.values()] == [
        "Valid",
        "Unverifiable",
        "Valid",
        "Unverifiable",
        "Valid",
    ]


def test_a_child_killed_from_outside_is_replaced(worker: PromqlWorker) -> None:
    worker.judge_many(["up"])
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert worker.judge_many(["up", "up =="])["up"].outcome is Outcome.VALID
    assert worker.pid != pid
    assert worker.restarts == 1


@pytest.mark.parametrize(
    "command", [["/nonexistent/python"], ["/bin/false"], ["/bin/sh", "-c", "exit 0"]]
)
def test_no_child_no_verdict(command: list[str]) -> None:
    with (
        PromqlWorker(command) as worker,
        pytest.raises(ParserUnavailableError, match="the parser's process"),
    ):
        worker.judge_many(["up"])


def test_a_child_that_never_gets_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promql_worker, "_START_SECONDS", 0.05)
    worker = PromqlWorker(["/bin/sleep", "60"])
    with pytest.raises(ParserUnavailableError):
        worker.judge_many(["up"])
    assert worker.pid is None


def test_a_closed_worker_is_over(worker: PromqlWorker) -> None:
    worker.judge_many(["up"])
    pid = worker.pid
    worker.close()
    with pytest.raises(ParserUnavailableError, match="stopped"):
        worker.judge_many(["down"])
    assert worker.pid is None
    assert not Path(f"/proc/{pid}").exists()


def test_the_child_ends_with_its_input() -> None:
    worker = PromqlWorker()
    worker.start()
    worker.judge_many(["up"])
    pipe = worker._pipe
    assert pipe is not None
    pipe._stdin.close()
    assert pipe._process.wait(timeout=10) == 0
    pipe._stdout.close()


def test_the_limits_hold_on_an_eighth_of_the_stack() -> None:
    """What the guard lets through nests so little that 1 MiB of stack is enough for it."""
    small = ["/bin/sh", "-c", 'ulimit -s 1024; exec "$@"', "sh", *child_command()]
    at_limit = [
        "foo" + "+foo" * MAX_OPERATORS,
        "foo" + " or foo" * MAX_OPERATORS,
        "-" * MAX_OPERATORS + "foo",
        "(" * MAX_DEPTH + "foo" + ")" * MAX_DEPTH,
        "sum(" * MAX_DEPTH + "foo" + ")" * MAX_DEPTH,
        "(" * MAX_DEPTH + "foo" + ")" * MAX_DEPTH + "+foo" * MAX_OPERATORS,
        "(-" * MAX_DEPTH + "-" * (MAX_OPERATORS - MAX_DEPTH) + "foo" + ")" * MAX_DEPTH,
    ]
    with PromqlWorker(small) as worker:
        verdicts = worker.judge_many(at_limit)
        assert {verdict.outcome for verdict in verdicts.values()} == {Outcome.VALID}
        assert worker.restarts == 0
