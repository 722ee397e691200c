"""
PromQL judged in a limited child process: the asynchronous side, with a memory.

Callers ask for one expression or for thousands; what they ask for meanwhile is
gathered into the next message, so that a restart with many rules costs one message
for some hundred of them. Verdicts are remembered by the digest of the expression.
One thread talks to the child; the event loop never waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import islice

from tocsin.adapters.promql_worker import BATCH, ParserUnavailableError, PromqlWorker
from tocsin.promql.verdict import Outcome, Verdict

CACHE_SIZE = 20_000


class VerdictCache:
    """The verdicts used last, by SHA-256 of the expression; about 200 bytes each."""

    def __init__(self, size: int = CACHE_SIZE) -> None:
        self._size = size
        self._verdicts: dict[bytes, Verdict] = {}

    def __len__(self) -> int:
        return len(self._verdicts)

    def get(self, expression: str) -> Verdict | None:
        """Give the verdict and mark it as used; None where there is none."""
        key = _digest(expression)
        verdict = self._verdicts.pop(key, None)
        if verdict is not None:
            self._verdicts[key] = verdict
        return verdict

    def put(self, expression: str, verdict: Verdict) -> None:
        """Remember a verdict; the one that was used longest ago gives way."""
        self._verdicts[_digest(expression)] = verdict
        if len(self._verdicts) > self._size:
            del self._verdicts[next(iter(self._verdicts))]


def _digest(expression: str) -> bytes:
    return sha256(expression.encode(errors="surrogatepass")).digest()


class PromqlProcess:
    """
    Judges expressions for the controller; satisfies its port `ExpressionJudge`.

    One event loop; any number of tasks. `start` may come early, so that the child
    starts while something else is read.
    """

    def __init__(self, worker: PromqlWorker | None = None, *, cache_size: int = CACHE_SIZE) -> None:
        self._worker = worker or PromqlWorker()
        self._cache = VerdictCache(cache_size)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="promql")
        self._waiting: dict[str, asyncio.Future[Verdict]] = {}
        self._asked: dict[str, asyncio.Future[Verdict]] = {}
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
        verdicts: dict[str, Verdict] = {}
        futures: dict[str, asyncio.Future[Verdict]] = {}
        for expression in dict.fromkeys(expressions):
            known = self._cache.get(expression)
            if known is not None:
                verdicts[expression] = known
            elif self._closed:
                verdicts[expression] = _unknown("the parser's process was stopped")
            else:
                futures[expression] = self._future_of(expression)
        self._start_pump()
        for expression, future in futures.items():
            # Another task may wait for the same expression: a cancelled one must not end it.
            verdicts[expression] = await asyncio.shield(future)
        return verdicts

    async def aclose(self) -> None:
        """End the child and the thread; what still waits is told so."""
        self._closed = True
        self._worker.stop()
        if self._pump is not None:
            await asyncio.wait([self._pump])
        await asyncio.to_thread(self._thread.shutdown)
        self._worker.close()

    def _future_of(self, expression: str) -> asyncio.Future[Verdict]:
        future = self._asked.get(expression) or self._waiting.get(expression)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            self._waiting[expression] = future
        return future

    async def _ask_waiting(self) -> None:
        """Send what waits, message by message, until nothing does."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch = list(islice(self._waiting, BATCH))
            self._asked = {expression: self._waiting.pop(expression) for expression in batch}
            try:
                verdicts = await loop.run_in_executor(self._thread, self._worker.judge_many, batch)
                for expression, verdict in verdicts.items():
                    self._cache.put(expression, verdict)
            except ParserUnavailableError as error:
                verdicts = dict.fromkeys(batch, _unknown(str(error)))
            for expression, future in self._asked.items():
                if not future.done():
                    future.set_result(verdicts[expression])
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


def _unknown(reason: str) -> Verdict:
    """Say that nothing is known of an expression; not remembered."""
    return Verdict(Outcome.UNVERIFIABLE, f"{reason}: it is tried again later")
