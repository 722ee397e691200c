"""
How many AlertRules a second one core compiles, with nothing cached; YAML reading apart.

Documents as JSON gives them go in, PrometheusRules come out: validation, the PromQL judgement in
its child process, templates, the compiled object. Everything is held to one core, the child
included. The floor is the PromQL parser alone, on the same queries.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import promql_parser
from tests.bench.compiled import resource_of
from tests.bench.harness import AT_LEAST, Goal, Line, interleave
from tests.bench.rules import alert_rules
from tests.bench.session import Session

from tocsin.adapters.promql_worker import PromqlWorker
from tocsin.api.config import OperatorConfig
from tocsin.compile.rules import CompiledRule, compile_alert_rule, expressions_of

_GOAL = 5000


def run(session: Session) -> list[Line]:
    """Every round has queries of its own."""
    count = session.options.size("compile_rate", 5000, 500)
    session.alone()
    with _one_core():
        _compile(50, "warm")
        arms = {
            "compile": lambda number: _compile(count, f"-{number}"),
            "parser": lambda number: _parse(count, f"-{number}"),
        }
        found = interleave(arms, session.options.rounds, session.options.say)
    return [
        Line(
            f"compile {count:,} AlertRules, one core, cold",
            found["compile"],
            "rules/s",
            Goal(AT_LEAST, _GOAL),
            "promql-parser alone",
            found["parser"],
            compare=False,
        )
    ]


def _compile(count: int, salt: str) -> float:
    """Rules a second."""
    documents = list(alert_rules(count, salt=salt))
    config = OperatorConfig()
    with PromqlWorker() as worker:
        worker.judge_many(["up"])  # its start is not what is measured
        gc.collect()
        began = time.perf_counter()
        resources = [resource_of(document) for document in documents]
        verdicts = worker.judge_many([e for one in resources for e in expressions_of(one.spec)])
        for resource in resources:
            compiled = compile_alert_rule(
                resource, verdicts=verdicts, namespace_labels={}, config=config
            )
            if not isinstance(compiled, CompiledRule):
                raise ValueError(f"{resource.ref}: {compiled}")
        return count / (time.perf_counter() - began)


def _parse(count: int, salt: str) -> float:
    """Queries a second."""
    queries = [document["spec"]["expr"] for document in alert_rules(count, salt=salt)]
    gc.collect()
    began = time.perf_counter()
    for query in queries:
        promql_parser.parse(query)
    return count / (time.perf_counter() - began)


@contextmanager
def _one_core() -> Iterator[None]:
    """This process and what it starts share one core."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
