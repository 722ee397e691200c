"""
PromQL judged in a limited child process: the blocking side.

Many expressions travel in one message. When the child dies or stalls on a batch,
another child gets the same batch one by one, so that the culprit alone is called
unverifiable and its neighbours are still judged; one more start is cheaper than
halving the batch again and again. The command line uses this class as it is: start
it, read the files meanwhile, then judge.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import tocsin
from tocsin.adapters.promql_pipe import ChildFailedError, ChildPipe
from tocsin.promql.guard import MAX_LENGTH, check_characters
from tocsin.promql.verdict import Outcome, Verdict, verdict_of

BATCH = 256
BATCH_CHARACTERS = 256 << 10
_START_SECONDS = 60.0
_SECONDS = 10.0
"""By the clock, for a message; the child itself allows 2 s of processor time an expression."""
_ATTEMPTS = 3


class ParserUnavailableError(Exception):
    """No child process can be started; nothing is known of any expression."""


def child_command() -> list[str]:
    """Give the command that starts the child with nothing but what it imports."""
    specs = [find_spec(name) for name in ("promql_parser", "re2")]
    origins = [Path(spec.origin).parents[1] for spec in specs if spec and spec.origin]
    paths = dict.fromkeys([str(Path(tocsin.__file__).parents[1]), *map(str, origins)])
    child = str(Path(__file__).with_name("promql_child.py"))
    return [sys.executable, "-I", "-S", child, *paths]


class PromqlWorker:
    """
    Judges expressions in a child process; blocking, for one thread at a time.

    `restarts` counts the children that died or stalled.
    """

    def __init__(self, command: Sequence[str] | None = None, *, seconds: float = _SECONDS) -> None:
        self._command = list(command) if command is not None else child_command()
        self._seconds = seconds
        self._pipe: ChildPipe | None = None
        self._ready = False
        self._stopped = False
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        return self._pipe.pid if self._pipe else None

    def start(self) -> None:
        """Start the child and return at once; ParserUnavailableError if that is impossible."""
        if self._stopped:
            raise ParserUnavailableError("the parser's process was stopped")
        if self._pipe is None:
            inherited = {
                name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ
            }
            try:
                self._pipe = ChildPipe(self._command, inherited)
            except OSError as error:
                message = f"the parser's process cannot be started: {error.strerror}"
                raise ParserUnavailableError(message) from error

    def judge_many(self, expressions: Sequence[str]) -> dict[str, Verdict]:
        """
        Give a verdict for each expression.

        Never raises for bad input; ParserUnavailableError where no child runs.
        """
        verdicts: dict[str, Verdict] = {}
        short: list[str] = []
        for expression in dict.fromkeys(expressions):
            refusal = check_characters(expression) if len(expression) > MAX_LENGTH else None
            if refusal:
                verdicts[expression] = Verdict(Outcome.INVALID, refusal.message)
            else:
                short.append(expression)
        for batch in _batches(short):
            verdicts.update(zip(batch, self._judge_batch(batch), strict=True))
        return verdicts

    def stop(self) -> None:
        """End the child, from any thread: what is being asked fails, and nothing more is asked."""
        self._stopped = True
        pipe = self._pipe
        if pipe is not None:
            pipe.kill()

    def close(self) -> None:
        """End the child and leave nothing of it; for the thread that asks."""
        self.stop()
        self._drop()

    def __enter__(self) -> Self:
        """Start the child; where that is impossible, the first question says so."""
        with suppress(ParserUnavailableError):
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _judge_batch(self, batch: list[str]) -> list[Verdict]:
        try:
            return self._ask(batch)
        except ChildFailedError:
            self._drop()
            self.restarts += 1
        return [self._judge_alone(expression) for expression in batch]

    def _judge_alone(self, expression: str) -> Verdict:
        try:
            return self._ask([expression])[0]
        except ChildFailedError as error:
            self._drop()
            self.restarts += 1
            return Verdict(
                Outcome.UNVERIFIABLE,
                f"the parser was ended while it read this expression ({error}): "
                "write it shorter, or move parts of it into recording rules",
            )

    def _ask(self, batch: list[str]) -> list[Verdict]:
        pipe = self._running()
        answer = pipe.exchange(json.dumps(batch).encode(), self._seconds)
        try:
            verdicts = [_shared(verdict_of(row)) for row in json.loads(answer)]
        except (ValueError, TypeError) as error:
            raise ChildFailedError("its answer makes no sense") from error
        if len(verdicts) != len(batch):
            raise ChildFailedError("its answer makes no sense")
        return verdicts

    def _running(self) -> ChildPipe:
        """Give a child that has said it is ready."""
        for _ in range(_ATTEMPTS):
            self.start()
            if self._pipe is not None and self._ready:
                return self._pipe
            try:
                if self._pipe is not None:
                    self._pipe.receive(_START_SECONDS)
                    self._ready = True
                    return self._pipe
            except ChildFailedError:
                self._drop()
        raise ParserUnavailableError("the parser's process ends as soon as it starts")

    def _drop(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        self._pipe = None
        self._ready = False


def _batches(expressions: list[str]) -> Iterator[list[str]]:
    """Cut a list into messages that are bounded in number and in size."""
    batch: list[str] = []
    size = 0
    for expression in expressions:
        if batch and (len(batch) == BATCH or size + len(expression) > BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(expression)
        size += len(expression)
    if batch:
        yield batch


_PLAIN = {kind: Verdict(Outcome.VALID, value_type=kind) for kind in ("vector", "scalar")}


def _shared(verdict: Verdict) -> Verdict:
    """Keep one value for all good expressions: verdicts are remembered by the thousand."""
    plain = _PLAIN.get(verdict.value_type)
    return plain if plain == verdict else verdict
