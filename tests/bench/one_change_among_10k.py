"""
One change among many rules: until its child is visible, beside one bare PATCH.

A user's PATCH of an AlertRule (one that needs no new route) is answered; from then the clock runs
until a watcher of PrometheusRules gets the changed child. Between the changes, in turn, the bare
client's part: one server-side apply of an object of the same size, from request to answer. Each
round gives the p99 of both.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from typing import Any

from tests.bench.compiled import child_of
from tests.bench.fleet import MONITORING, Fleet
from tests.bench.harness import AT_MOST, Goal, Line, percentile
from tests.bench.rules import API_VERSION, alert_rule
from tests.bench.session import Session

_GOAL = 2.0
_PAUSE = 0.03  # seconds between two changes: one user after another, not a burst
_TIMEOUT = 30
_BARE = "bare-000"

Object = dict[str, Any]


def run(session: Session) -> list[Line]:
    """Rounds of changes, each to another rule."""
    count = session.options.size("one_change_among_10k", 10_000, 300)
    changes = session.options.size("changes", 200, 40)
    fleet = session.fleet(count)
    target = _bare_target(fleet)
    fleet.settle()
    ours: dict[str, list[float]] = {"p99": [], "p50": []}
    floor: dict[str, list[float]] = {"p99": [], "p50": []}
    with _watching(fleet) as watcher:
        for number in range(session.options.rounds):
            pairs = [
                (_change(fleet, watcher, (number * changes + i) * 7 % count), _patch(fleet, target))
                for i in range(changes)
            ]
            for name, share in (("p50", 0.5), ("p99", 0.99)):
                ours[name].append(percentile([seen for seen, _ in pairs], share))
                floor[name].append(percentile([bare for _, bare in pairs], share))
            session.options.say(
                f"round {number + 1}: child visible p99 {ours['p99'][-1] * 1e3:.1f} ms, "
                f"bare PATCH p99 {floor['p99'][-1] * 1e3:.1f} ms"
            )
    return [
        Line(
            f"one change among {count:,} rules, child visible, {name}",
            tuple(ours[name]),
            "s",
            Goal(AT_MOST, _GOAL) if name == "p99" else None,
            f"one bare PATCH, {name}",
            tuple(floor[name]),
        )
        for name in ("p50", "p99")
    ]


class _Watcher:
    """When the newest state of each child was seen."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], float] = {}
        self._news = threading.Condition()

    def saw(self, document: Object) -> None:
        """A watch event arrived."""
        now = time.perf_counter()
        meta = document["metadata"]
        with self._news:
            for owner in meta.get("ownerReferences", []):
                self._seen[meta["namespace"], owner["name"]] = now
            self._news.notify_all()

    def wait(self, key: tuple[str, str], since: float) -> float:
        """Seconds from ``since`` until the child of this rule was seen anew."""
        with self._news:
            if not self._news.wait_for(lambda: self._seen.get(key, 0) > since, _TIMEOUT):
                raise TimeoutError(f"the child of {'/'.join(key)} did not change")
            return self._seen[key] - since


@contextmanager
def _watching(fleet: Fleet) -> Iterator[_Watcher]:
    watcher = _Watcher()
    admin = fleet.cluster.admin
    path = admin.path(MONITORING, "PrometheusRule")
    version = admin.request("GET", path, query={"limit": "1"})["metadata"]["resourceVersion"]

    def follow() -> None:
        # It ends with the server's patience or ours; a change that is then missed says so.
        with suppress(OSError, HTTPException):
            for event in admin.watch(path, resourceVersion=version):
                watcher.saw(event["object"])

    threading.Thread(target=follow, daemon=True).start()
    yield watcher


def _change(fleet: Fleet, watcher: _Watcher, index: int) -> float:
    """Change one rule's threshold; seconds until its child is seen changed."""
    meta = alert_rule(index)["metadata"]
    patch = {"spec": {"description": f"changed at {time.time()}"}}
    before = time.perf_counter()
    fleet.cluster.admin.merge_patch(
        API_VERSION, "AlertRule", meta["name"], patch, meta["namespace"]
    )
    answered = time.perf_counter()
    seen = watcher.wait((meta["namespace"], meta["name"]), before)
    time.sleep(_PAUSE)
    return max(seen - (answered - before), 0.0)


def _bare_target(fleet: Fleet) -> Object:
    """A PrometheusRule like a child, which nobody owns."""
    fleet.cluster.create_namespace(_BARE)
    document = child_of(alert_rule(0, prefix="bare"))
    document["metadata"].pop("ownerReferences", None)
    document["metadata"].pop("labels", None)
    document["metadata"]["name"] = "bare"
    fleet.cluster.admin.apply(document, field_manager="tocsin-bench")
    return document


def _patch(fleet: Fleet, document: Object) -> float:
    """One server-side apply that changes the object; seconds from request to answer."""
    rule = document["spec"]["groups"][0]["rules"][0]
    rule["annotations"]["description"] = f"changed at {time.time()}"
    began = time.perf_counter()
    fleet.cluster.admin.apply(document, field_manager="tocsin-bench")
    taken = time.perf_counter() - began
    time.sleep(_PAUSE)
    return taken
