"""
A burst of AlertRules until every child and status is written, beside a bare client.

The rules are created while the operator is stopped in its tracks (SIGSTOP), so that the burst is
the operator's work alone and not the speed of whoever creates; the clock runs from SIGCONT to its
last write, by the API server's audit log. The bare client then sends the very same objects, status
writes included, as the same identity and with the same number of requests at once.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from tests.bench import bare
from tests.bench.compiled import child_of, status_of
from tests.bench.fleet import MONITORING, Fleet
from tests.bench.harness import AT_MOST, Goal, Line, interleave
from tests.bench.rules import alert_rules, namespace_of
from tests.bench.session import Session
from tests.cluster.audit import Event
from tests.cluster.base import wait_until

CONCURRENCY = 16  # the controller's workers
_GOAL = 1.25

Object = dict[str, Any]


def run(session: Session) -> list[Line]:
    """Every round has namespaces of its own, with queries that nobody has seen."""
    count = session.options.size("burst_1000", 1000, 100)
    fleet = session.fleet(1)
    _operator(fleet, "warm", count)
    arms = {
        "operator": lambda number: _operator(fleet, f"burst{number}", count),
        "bare client": lambda number: _bare(fleet, f"bare{number}", count),
    }
    found = interleave(arms, session.options.rounds, session.options.say)
    session.alone()  # what follows counts its rules, and these are not among them
    return [
        Line(
            f"burst of {count:,} AlertRules, all children and status written",
            found["operator"],
            "s",
            Goal(AT_MOST, _GOAL),
            f"bare client, same objects, {CONCURRENCY} at once",
            found["bare client"],
        )
    ]


def _operator(fleet: Fleet, prefix: str, count: int) -> float:
    """Seconds from SIGCONT to the last of its writes."""
    _prepare(fleet, prefix, count)
    with _stopped(fleet):
        created = fleet.create(alert_rules(count, prefix=prefix, salt=f"-{prefix}"))
        before = len(fleet.writes())
        began = time.time()
    wait_until(
        lambda: _children(fleet, prefix, count) >= count,
        "every child is written",
        timeout=300,
        interval=0.1,
    )
    fleet.settle()
    wanted = {child_of(rule)["metadata"]["name"] for rule in created}
    ours = [event for event in fleet.writes()[before:] if _resource(event) != "events"]
    names = {event["objectRef"]["name"] for event in ours}
    if not wanted <= names or len(ours) < 2 * count:
        raise RuntimeError(f"{len(ours)} writes for {count} rules; some are missing")
    return max(_time(event["stageTimestamp"]) for event in ours) - began


def _bare(fleet: Fleet, prefix: str, count: int) -> float:
    """Seconds that a bare client takes for the same writes."""
    _prepare(fleet, prefix, count)
    with _stopped(fleet):
        created = fleet.create(alert_rules(count, prefix=prefix, salt=f"-{prefix}"))
        jobs = [_job(fleet, rule) for rule in created]
        seconds = bare.send(fleet.cluster, jobs, CONCURRENCY).wall
    fleet.settle()
    return seconds


@contextmanager
def _stopped(fleet: Fleet) -> Iterator[None]:
    """The operator stands still within; what it watches waits in its sockets."""
    os.kill(fleet.operator.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(fleet.operator.pid, signal.SIGCONT)


def _prepare(fleet: Fleet, prefix: str, count: int) -> None:
    """Namespaces and channels first: their routes are no part of the burst."""
    fleet.prepare(sorted({namespace_of(index, prefix) for index in range(count)}))
    fleet.settle()


def _children(fleet: Fleet, prefix: str, count: int) -> int:
    namespaces = {namespace_of(index, prefix) for index in range(count)}
    return sum(fleet.children(namespace) for namespace in namespaces)


def _job(fleet: Fleet, rule: Object) -> list[bare.Request]:
    """The two writes that the operator would make for this rule."""
    child = child_of(rule)
    name, namespace = child["metadata"]["name"], rule["metadata"]["namespace"]
    children = fleet.cluster.admin.path(MONITORING, "PrometheusRule", name, namespace)
    status = {"status": status_of(rule, name)}
    return [
        bare.Request("PATCH", children + bare.FORCED, bare.APPLY, json.dumps(child)),
        bare.Request(
            "PATCH", fleet.cluster.admin.path_of(rule, "status"), bare.MERGE, json.dumps(status)
        ),
    ]


def _resource(event: Event) -> str:
    return str(event["objectRef"]["resource"])


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
