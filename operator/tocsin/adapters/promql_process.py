"""
PromQL judged in a limited child process: the asynchronous side, with a memory.

Callers ask for one expression or for thousands; what they ask for meanwhile is
gathered into the next message, so that a restart with many rules costs one message
for some hundred of them. Verdicts are remembered by the digest of the expression,
and so are expressions that were confined to a namespace.
One thread talks to the child; the event loop never waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import islice

from tocsin.adapters.promql_worker import (
    BATCH,
    Answer,
    ParserUnavailableError,
    PromqlWorker,
    Question,
    text_of,
    unknown,
)
from tocsin.promql.confined import Confined
from tocsin.promql.verdict import Verdict

CACHE_SIZE = 20_000


class AnswerCache:
    """The answers used last, by SHA-256 of the question; a verdict takes about 200 bytes."""

    def __init__(self, size: int = CACHE_SIZE) -> None:
        self._size = size
        self._answers: dict[bytes, Answer] = {}

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, question: Question) -> Answer | None:
        """Give the answer and mark it as used; None where there is none."""
        key = _digest(question)
        answer = self._answers.pop(key, None)
        if answer is not None:
            self._answers[key] = answer
        return answer

    def put(self, question: Question, answer: Answer) -> None:
        """Remember an answer; the one that was used longest ago gives way."""
        self._answers[_digest(question)] = answer
        if len(self._answers) > self._size:
            del self._answers[next(iter(self._answers))]


def _digest(question: Question) -> bytes:
    # The word in front keeps the kinds apart: no tenant's text may meet another's answer.
    if isinstance(question, str):
        text = f"judge:{question}"
    else:
        text = f"confine:{question[1]}:{question[0]}"
    return sha256(text.encode(errors="surrogatepass")).digest()


class PromqlProcess:
    """
    Judges expressions for the controller; satisfies its port `ExpressionJudge`.

    One event loop; any number of tasks. `start` may come early, so that the child
    starts while something else is read.
    """

    def __init__(self, worker: PromqlWorker | None = None, *, cache_size: int = CACHE_SIZE) -> None:
        self._worker = worker or PromqlWorker()
        self._cache = AnswerCache(cache_size)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="promql")
        self._waiting: dict[Question, asyncio.Future[Answer]] = {}
        self._asked: dict[Question, asyncio.Future[Answer]] = {}
        self._pump: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def restarts(self) -> int:
        """Count the children that died or stalled."""
        return self._worker.restarts

    def start(self) -> None:
        """Start the child; ParserUnavailableError if that is impossible."""
        self._worker.start()

    async def judge_many(self, expressions: Sequence[str]) -> dict[str, Verdict]:
        """
        Give a verdict for each expression, under the expression itself.

        Never raises for bad input. Where no child can be started, every verdict is
        unverifiable, says so, and is not remembered.
        """
        answers = await self._answer_many(expressions)
        return {text_of(asked): one for asked, one in answers.items() if isinstance(one, Verdict)}

    async def confine_many(self, expressions: Sequence[str], namespace: str) -> dict[str, Confined]:
        """Confine each expression to the series of a namespace; otherwise as `judge_many`."""
        answers = await self._answer_many([(text, namespace) for text in expressions])
        return {text_of(asked): one for asked, one in answers.items() if isinstance(one, Confined)}

    async def _answer_many(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        answers: dict[Question, Answer] = {}
        futures: dict[Question, asyncio.Future[Answer]] = {}
        for question in dict.fromkeys(questions):
            known = self._cache.get(question)
            if known is not None:
                answers[question] = known
            elif self._closed:
                answers[question] = _later(question, "the parser's process was stopped")
            else:
                futures[question] = self._future_of(question)
        self._start_pump()
        for question, future in futures.items():
            # Another task may wait for the same expression: a cancelled one must not end it.
            answers[question] = await asyncio.shield(future)
        return answers

    async def aclose(self) -> None:
        """End the child and the thread; what still waits is told so."""
        self._closed = True
        self._worker.stop()
        if self._pump is not None:
            await asyncio.wait([self._pump])
        await asyncio.to_thread(self._thread.shutdown)
        self._worker.close()

    def _future_of(self, question: Question) -> asyncio.Future[Answer]:
        future = self._asked.get(question) or self._waiting.get(question)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            self._waiting[question] = future
        return future

    async def _ask_waiting(self) -> None:
        """Send what waits, message by message, until nothing does."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch = list(islice(self._waiting, BATCH))
            self._asked = {question: self._waiting.pop(question) for question in batch}
            try:
                answers = await loop.run_in_executor(self._thread, self._worker.answer_many, batch)
                for question, answer in answers.items():
                    self._cache.put(question, answer)
            except ParserUnavailableError as error:
                answers = {question: _later(question, str(error)) for question in batch}
            for question, future in self._asked.items():
                if not future.done():
                    future.set_result(answers[question])
            self._asked = {}

    def _start_pump(self) -> None:
        if self._waiting and self._pump is None:
            self._pump = asyncio.create_task(self._ask_waiting())
            self._pump.add_done_callback(self._pump_ended)

    def _pump_ended(self, pump: asyncio.Task[None]) -> None:
        """Go on with what came in meanwhile; after a bug, leave nobody waiting."""
        self._pump = None
        error = asyncio.CancelledError() if pump.cancelled() else pump.exception()
        if error is None:
            self._start_pump()
            return
        for future in (*self._asked.values(), *self._waiting.values()):
            if not future.done():
                future.set_exception(error)
        self._asked, self._waiting = {}, {}


def _later(question: Question, reason: str) -> Answer:
    """Say that nothing is known of an expression; not remembered."""
    return unknown(question, f"{reason}: it is tried again later")
