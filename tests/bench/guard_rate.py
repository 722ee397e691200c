"""
How many expressions a second the guard judges, warm: limits, parse, regular expressions, verdict.

The child process runs and has judged others before; the expressions are new to it in every
round, as they are at a start-up with many rules. Messages to the child and back count. The floor
is the PromQL parser alone, on the same expressions, in this process.
"""

from __future__ import annotations

import gc
import time

import promql_parser
from tests.bench.harness import AT_LEAST, Goal, Line, interleave
from tests.bench.rules import alert_rules
from tests.bench.session import Session

from tocsin.adapters.promql_worker import PromqlWorker

_GOAL = 20_000


def run(session: Session) -> list[Line]:
    """Every round has expressions of its own."""
    count = session.options.size("guard_rate", 20_000, 2_000)
    session.alone()
    with PromqlWorker() as worker:
        _judge(worker, 500, "-warm")
        arms = {
            "guard": lambda number: _judge(worker, count, f"-{number}"),
            "parser": lambda number: _parse(count, f"-{number}"),
        }
        found = interleave(arms, session.options.rounds, session.options.say)
    return [
        Line(
            f"judge {count:,} new expressions, warm",
            found["guard"],
            "rules/s",
            Goal(AT_LEAST, _GOAL),
            "promql-parser alone",
            found["parser"],
            compare=False,
        )
    ]


def _expressions(count: int, salt: str) -> list[str]:
    return [document["spec"]["expr"] for document in alert_rules(count, salt=salt)]


def _judge(worker: PromqlWorker, count: int, salt: str) -> float:
    """Expressions a second; each of them is good."""
    expressions = _expressions(count, salt)
    gc.collect()
    began = time.perf_counter()
    verdicts = worker.judge_many(expressions)
    seconds = time.perf_counter() - began
    if not all(verdict.accepted for verdict in verdicts.values()):
        raise ValueError("an expression was refused")
    return count / seconds


def _parse(count: int, salt: str) -> float:
    """Expressions a second."""
    expressions = _expressions(count, salt)
    gc.collect()
    began = time.perf_counter()
    for expression in expressions:
        promql_parser.parse(expression)
    return count / (time.perf_counter() - began)
