"""The asynchronous side: gathering, remembering, and ending in order."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tocsin.adapters.promql_process import AnswerCache, PromqlProcess
from tocsin.adapters.promql_worker import Answer, PromqlWorker, Question
from tocsin.promql.verdict import Outcome, Verdict


class CountingWorker(PromqlWorker):
    """The real worker, which also notes what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[Question]] = []

    def answer_many(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        self.asked.append(list(questions))
        return super().answer_many(questions)


@pytest.fixture
async def process() -> AsyncIterator[PromqlProcess]:
    started = PromqlProcess(CountingWorker())
    started.start()
    yield started
    await started.aclose()


def asked(process: PromqlProcess) -> list[list[str]]:
    worker = process._worker
    assert isinstance(worker, CountingWorker)
    return worker.asked


async def test_verdicts_come_back_under_their_expressions(process: PromqlProcess) -> None:
    verdicts = await process.judge_many(["up", "up ==", "up"])
    assert {text: v.outcome for text, v in verdicts.items()} == {
        "up": Outcome.VALID,
        "up ==": Outcome.INVALID,
    }
    assert await process.judge_many([]) == {}


async def test_an_expression_is_judged_once(process: PromqlProcess) -> None:
    first = await process.judge_many(["up", "down"])
    again = await process.judge_many(["down", "up", "new"])
    assert again["up"] is first["up"]
    assert asked(process) == [["up", "down"], ["new"]]


async def test_expressions_are_confined_and_remembered_by_namespace(
    process: PromqlProcess,
) -> None:
    first = await process.confine_many(["up", "info(up)"], "shop")
    assert first["up"].text == 'up{namespace="shop"}'
    assert "info()" in first["info(up)"].problem
    assert (await process.confine_many(["up"], "shop"))["up"] is first["up"]
    assert (await process.confine_many(["up"], "other"))["up"].text == 'up{namespace="other"}'
    assert (await process.judge_many(["up"]))["up"].outcome is Outcome.VALID
    assert asked(process) == [
        [("up", "shop"), ("info(up)", "shop")],
        [("up", "other")],
        ["up"],
    ]


async def test_tasks_that_ask_at_once_share_a_message(process: PromqlProcess) -> None:
    answers = await asyncio.gather(
        *(process.judge_many([f"up == {number}", "up"]) for number in range(200))
    )
    assert all(v.outcome is Outcome.VALID for answer in answers for v in answer.values())
    assert sum(map(len, asked(process))) == 201
    assert len(asked(process)) <= 2


async def test_a_cancelled_task_leaves_the_others_their_verdict(process: PromqlProcess) -> None:
    leaving = asyncio.create_task(process.judge_many(["up"]))
    staying = asyncio.create_task(process.judge_many(["up"]))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying)["up"].outcome is Outcome.VALID
    assert len(asked(process)) == 1


async def test_the_loop_runs_while_the_child_works(process: PromqlProcess) -> None:
    ticks = 0
    task = asyncio.create_task(process.judge_many([f"up == {n}" for n in range(3000)]))
    while not task.done():
        ticks += 1
        await asyncio.sleep(0.001)
    assert len(task.result()) == 3000
    assert ticks > 5


async def test_asking_again_and_again_never_gets_stuck(process: PromqlProcess) -> None:
    """Expressions come in at every moment of the pump's life, its last one included."""

    async def ask(name: str) -> None:
        for number in range(60):
            await process.judge_many([f"{name} == {number % 7 + number // 7}"])
            await asyncio.sleep(0)

    async with asyncio.timeout(60):
        await asyncio.gather(*(ask(f"x{n % 5}") for n in range(10)))


async def test_a_bug_reaches_those_who_wait() -> None:
    class Broken(PromqlWorker):
        def answer_many(self, questions: Sequence[Question]) -> dict[Question, Answer]:
            raise KeyError(questions[0])

    process = PromqlProcess(Broken())
    with pytest.raises(KeyError):
        await process.judge_many(["up"])
    await process.aclose()


async def test_a_dead_child_is_replaced_unseen(process: PromqlProcess) -> None:
    await process.judge_many(["up"])
    pid = process._worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert (await process.judge_many(["down"]))["down"].outcome is Outcome.VALID
    assert process.restarts == 1


async def test_without_a_child_nothing_is_remembered() -> None:
    process = PromqlProcess(PromqlWorker(["/nonexistent"]))
    verdict = (await process.judge_many(["up"]))["up"]
    assert verdict.outcome is Outcome.UNVERIFIABLE
    assert "cannot be started" in verdict.message
    assert "tried again" in verdict.message
    process._worker = PromqlWorker()
    assert (await process.judge_many(["up"]))["up"].outcome is Outcome.VALID
    await process.aclose()


async def test_closing_answers_those_who_wait_and_leaves_nothing() -> None:
    process = PromqlProcess()
    await process.judge_many(["up"])
    pid = process._worker.pid
    waiting = asyncio.create_task(process.judge_many([f"up == {n}" for n in range(20_000)]))
    await asyncio.sleep(0.05)
    await process.aclose()
    assert len(await waiting) == 20_000
    assert not Path(f"/proc/{pid}").exists()
    assert (await process.judge_many(["other"]))["other"].outcome is Outcome.UNVERIFIABLE


def test_the_cache_forgets_what_was_used_longest_ago() -> None:
    cache = AnswerCache(2)
    verdict = Verdict(Outcome.VALID, value_type="vector")
    for text in ("a", "b"):
        cache.put(text, verdict)
    assert cache.get("a") is verdict
    cache.put("c", verdict)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (verdict, None, verdict)
    assert len(cache) == 2


def test_the_cache_takes_any_text() -> None:
    cache = AnswerCache(2)
    cache.put("\ud800", Verdict(Outcome.INVALID, "no"))
    assert cache.get("\ud800") == Verdict(Outcome.INVALID, "no")


@pytest.mark.parametrize("text", ["shop\0up", "shop:up", "confine:shop:up"])
def test_no_text_meets_the_answer_for_a_confined_expression(text: str) -> None:
    cache = AnswerCache(4)
    cache.put(text, Verdict(Outcome.INVALID, "no"))
    assert cache.get(("up", "shop")) is None
