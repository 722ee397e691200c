"""
Inserting one AlertRule among many: what happens to everybody else's.

prometheus-operator packs the rules of all namespaces into ConfigMaps of at most 512 KiB, and
Prometheus keeps the state of a rule by its file's path. So an inserted rule may push others into
the next file, which restarts their ``for``, and a new ConfigMap restarts Prometheus. Measured on
the real ones: all rules are pending with ``for: 1h``; after each insert, somewhere among them,
those whose ``activeAt`` moved are counted, and so are the starts of Prometheus. There is no goal:
it is reported as it is.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bench.fleet import CONFIG, await_settled, create_all, prepare
from tests.bench.harness import Line
from tests.bench.rules import alert_rule, alert_rules, namespace_of
from tests.bench.session import Session
from tests.cluster import Cluster
from tests.cluster.base import wait_until
from tests.cluster.stack import StackOptions
from tests.running import RunningOperator

_INTERVAL = 15  # seconds between two evaluations of a rule
_GRACE = 8  # seconds in which a changed StatefulSet would have replaced its pod
_SIZES, _QUICK = (1000, 3000, 10_000), (100,)
_TIMEOUT = 900
_ROUNDS = 3

Object = dict[str, Any]


@dataclass
class _Place:
    cluster: Cluster
    operator: RunningOperator
    say: Callable[[str], None]

    def rules(self, query: str = "") -> list[Object]:
        """The alerting rules that Prometheus has, with their alerts."""
        url = f"{self.cluster.prometheus_url}/api/v1/rules?type=alert{query}"
        with urllib.request.urlopen(url, timeout=120) as answer:
            groups = json.loads(answer.read())["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def active(self) -> dict[str, str]:
        """Since when each rule's alert is active, by the rule's name."""
        return {
            rule["labels"]["tocsin_name"]: rule["alerts"][0]["activeAt"]
            for rule in self.rules()
            if rule["alerts"]
        }

    def starts(self) -> int:
        """How often Prometheus was started."""
        return int(self.cluster.stack.state()["prometheus"]["starts"])


def run(session: Session) -> list[Line]:
    """Grow the same cluster, and insert at each size."""
    session.alone()
    options = session.options
    top = options.size("insert_among", _SIZES[-1], _QUICK[-1])
    sizes = [size for size in (_QUICK if options.quick else _SIZES) if size < top] + [top]
    stack = StackOptions(evaluation_interval=f"{_INTERVAL}s", scrape_interval="30s")
    lines: list[Line] = []
    with (
        Cluster(stack=stack, audit_level=None) as cluster,
        RunningOperator(cluster, CONFIG, timeout=300) as operator,
    ):
        place = _Place(cluster, operator, options.say)
        reached = 0
        for size in sizes:
            _grow(place, reached, size)
            lines += _inserts(place, size, min(options.rounds, _ROUNDS))
            reached = size
    return lines


def _document(rule: Object) -> Object:
    """A rule that is pending for as long as we look."""
    spec = rule["spec"]
    spec |= {"expr": f"{spec['expr']} or vector(1)", "for": "1h", "interval": f"{_INTERVAL}s"}
    return rule


def _grow(place: _Place, reached: int, size: int) -> None:
    prepare(place.cluster, {namespace_of(index) for index in range(reached, size)})
    create_all(place.cluster, [_document(rule) for rule in list(alert_rules(size))[reached:]])
    await_settled(place.operator)
    began = time.monotonic()

    def all_pending() -> bool:
        try:
            return len(place.active()) >= size
        except OSError:
            return False  # it restarts when a ConfigMap is added

    wait_until(all_pending, f"{size} rules are pending", timeout=_TIMEOUT, interval=2)
    time.sleep(_GRACE)
    place.say(f"{size} rules: all pending {time.monotonic() - began:.0f} s after the last write")


def _inserts(place: _Place, size: int, rounds: int) -> list[Line]:
    resets, restarts = [], []
    for number in range(rounds):
        before, starts = place.active(), place.starts()
        name = _insert(place, size, number, rounds)
        after = place.active()
        moved = [rule for rule, since in before.items() if after.get(rule) != since]
        resets.append(float(len(moved)))
        restarts.append(float(place.starts() - starts))
        place.say(
            f"{size} rules, inserted {name}: {resets[-1]:.0f} resets, {restarts[-1]:.0f} starts"
        )
    what = f"one insert among {size:,} rules"
    return [
        Line(f"{what}: foreign rules whose state resets", tuple(resets)),
        Line(f"{what}: restarts of Prometheus", tuple(restarts)),
    ]


def _insert(place: _Place, size: int, number: int, rounds: int) -> str:
    """Insert one rule at a share of the way, and wait until all were evaluated again."""
    namespace = namespace_of(size * number // rounds)
    rule = _document(alert_rule(0))
    name = f"a-inserted-{size}-{number}"
    rule["metadata"] = {"name": name, "namespace": namespace}
    place.cluster.admin.create(rule)

    def loaded() -> bool:
        try:
            return bool(place.rules(f"&rule_name[]={name}"))
        except OSError:
            return False

    wait_until(loaded, f"{namespace}/{name} is loaded", timeout=_TIMEOUT, interval=0.5)
    time.sleep(max(_INTERVAL + 2, _GRACE))
    wait_until(loaded, "Prometheus answers", timeout=_TIMEOUT, interval=0.5)
    return f"{namespace}/{name}"
