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
from tocsin.promql.confined import Confined, confined_of
from tocsin.promql.guard import MAX_LENGTH, check_characters
from tocsin.promql.verdict import Outcome, Verdict, verdict_of

BATCH = 256
BATCH_CHARACTERS = 256 << 10
_START_SECONDS = 60.0
_SECONDS = 10.0
"""By the clock, for a message; the child itself allows 2 s of processor time an expression."""
_ATTEMPTS = 3


Question = str | tuple[str, str]
"""An expression to judge, or one to confine to the namespace beside it."""
Answer = Verdict | Confined
"""A verdict on an expression, or the expression confined."""


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
        answers = self.answer_many(expressions)
        return {text_of(asked): one for asked, one in answers.items() if isinstance(one, Verdict)}

    def confine_many(self, expressions: Sequence[str], namespace: str) -> dict[str, Confined]:
        """
        Confine each expression to the series of a namespace.

        Never raises for bad input; ParserUnavailableError where no child runs.
        """
        answers = self.answer_many([(text, namespace) for text in expressions])
        return {text_of(asked): one for asked, one in answers.items() if isinstance(one, Confined)}

    def answer_many(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        """Answer questions of both kinds, as `judge_many` and `confine_many` do."""
        answers: dict[Question, Answer] = {}
        short: list[Question] = []
        for question in dict.fromkeys(questions):
            text = text_of(question)
            refusal = check_characters(text) if len(text) > MAX_LENGTH else None
            if refusal:
                answers[question] = refused(question, refusal.message)
            else:
                short.append(question)
        for batch in _batches(short):
            answers.update(zip(batch, self._answer_batch(batch), strict=True))
        return answers

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

    def _answer_batch(self, batch: list[Question]) -> list[Answer]:
        try:
            return self._ask(batch)
        except ChildFailedError:
            self._drop()
            self.restarts += 1
        return [self._answer_alone(question) for question in batch]

    def _answer_alone(self, question: Question) -> Answer:
        try:
            return self._ask([question])[0]
        except ChildFailedError as error:
            self._drop()
            self.restarts += 1
            return unknown(
                question,
                f"the parser was ended while it read this expression ({error}): "
                "write it shorter, or move parts of it into recording rules",
            )

    def _ask(self, batch: list[Question]) -> list[Answer]:
        pipe = self._running()
        answer = pipe.exchange(json.dumps(batch).encode(), self._seconds)
        try:
            rows = json.loads(answer)
            return [_read(question, row) for question, row in zip(batch, rows, strict=True)]
        except (ValueError, TypeError) as error:
            raise ChildFailedError("its answer makes no sense") from error

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


def text_of(question: Question) -> str:
    """Give the expression that a question is about."""
    return question if isinstance(question, str) else question[0]


def refused(question: Question, message: str) -> Answer:
    """Answer that an expression is proven wrong."""
    if isinstance(question, str):
        return Verdict(Outcome.INVALID, message)
    return Confined(problem=message)


def unknown(question: Question, message: str) -> Answer:
    """Answer that nothing is known of an expression."""
    if isinstance(question, str):
        return Verdict(Outcome.UNVERIFIABLE, message)
    return Confined(problem=message, unknown=True)


def _read(question: Question, row: list[str]) -> Answer:
    return _shared(verdict_of(row)) if isinstance(question, str) else confined_of(row)


def _batches(questions: list[Question]) -> Iterator[list[Question]]:
    """Cut a list into messages that are bounded in number and in size."""
    batch: list[Question] = []
    size = 0
    for question in questions:
        length = len(text_of(question))
        if batch and (len(batch) == BATCH or size + length > BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(question)
        size += length
    if batch:
        yield batch


_PLAIN = {kind: Verdict(Outcome.VALID, value_type=kind) for kind in ("vector", "scalar")}


def _shared(verdict: Verdict) -> Verdict:
    """Keep one value for all good expressions: verdicts are remembered by the thousand."""
    plain = _PLAIN.get(verdict.value_type)
    return plain if plain == verdict else verdict
