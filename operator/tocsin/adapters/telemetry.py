"""
The operator's own series: one table, one registry, nothing registered on import.

Labels are bounded: kinds, results, reasons, resources, verbs. Names that users
chose are never labels.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "tocsin_operator_"
# One more series for each counter, which nobody asks for in this format.
_CREATED = re.compile(rb"(?:# \w+ )?tocsin_operator_\w+_created[ {]")
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0)

COUNTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "reconciles": ("Reconciles by kind and result.", ("kind", "result")),
    "errors": ("Errors of requests and bugs, by what was in work and reason.", ("kind", "reason")),
    "writes": ("Write requests to the API server.", ("resource", "verb")),
    "events_dropped": ("Events that were not written, by reason.", ("reason",)),
    "watch_restarts": ("Starts of the watches after one ended unexpectedly.", ()),
}
GAUGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "queue_depth": ("Keys that wait or are in work.", ()),
    "queue_oldest_seconds": ("Age of the key that has waited longest.", ()),
    "rejected_objects": ("Objects that are rejected now, by reason.", ("kind", "reason")),
    "last_full_pass_timestamp_seconds": ("When every object was last listed and judged.", ()),
    "alertmanager_secret_bytes": ("Size of the Alertmanager Secret.", ()),
    "alertmanager_secret_budget_bytes": ("Largest size the Alertmanager Secret may have.", ()),
    "alertmanager_base_valid": (
        "Whether the base configuration is merged as it is now; absent where none is named.",
        (),
    ),
    "event_loop_lag_seconds": ("Largest delay of the event loop within the last minute.", ()),
    "build_info": ("Version of the operator; always 1.", ("version",)),
}
HISTOGRAMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "reconcile_duration_seconds": ("Duration of a reconcile.", ("kind",)),
}


class PrometheusTelemetry:
    """Satisfies `reconcile.ports.Telemetry`; `exposition` is what `/metrics` answers."""

    def __init__(
        self,
        version: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._registry = CollectorRegistry(auto_describe=True)
        self._monotonic = monotonic
        self._wall = wall
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._counters = {
            name: Counter(PREFIX + name, text, labels, registry=self._registry)
            for name, (text, labels) in COUNTERS.items()
        }
        self._gauges = {
            name: Gauge(PREFIX + name, text, labels, registry=self._registry)
            for name, (text, labels) in GAUGES.items()
        }
        self._histograms = {
            name: Histogram(PREFIX + name, text, labels, buckets=_SECONDS, registry=self._registry)
            for name, (text, labels) in HISTOGRAMS.items()
        }
        self._gauges["build_info"].labels(version).set(1)
        self._rejected: dict[str, set[str]] = {}
        self.last_full_pass: float | None = None
        """When the last full pass succeeded, on the monotonic clock; None before the first."""

    def exposition(self) -> bytes:
        """Give all series in Prometheus' text format, without the `_created` ones."""
        lines = generate_latest(self._registry).splitlines(keepends=True)
        return b"".join(line for line in lines if not _CREATED.match(line))

    def reconciled(self, kind: str, result: str, seconds: float) -> None:
        """Count one reconcile and its duration."""
        self._counters["reconciles"].labels(kind, result).inc()
        self._histograms["reconcile_duration_seconds"].labels(kind).observe(seconds)

    def wrote(self, resource: str, verb: str) -> None:
        """Count one write request."""
        self._counters["writes"].labels(resource, verb).inc()

    def failed(self, kind: str, reason: str) -> None:
        """Count one error."""
        self._counters["errors"].labels(kind, reason).inc()

    def queue(self, depth: int, oldest_seconds: float) -> None:
        """Show the work queue."""
        self._gauges["queue_depth"].set(depth)
        self._gauges["queue_oldest_seconds"].set(oldest_seconds)

    def rejected(self, kind: str, by_reason: Mapping[str, int]) -> None:
        """Show how many objects of a kind are rejected now; a reason that is gone goes."""
        series = self._gauges["rejected_objects"]
        for reason in self._rejected.get(kind, set()) - set(by_reason):
            series.remove(kind, reason)
        for reason, count in by_reason.items():
            series.labels(kind, reason).set(count)
        self._rejected[kind] = set(by_reason)

    def full_pass(self, at_monotonic: float) -> None:
        """Note that every object was listed and judged at that time."""
        self.last_full_pass = at_monotonic
        ago = self._monotonic() - at_monotonic
        self._gauges["last_full_pass_timestamp_seconds"].set(self._wall() - ago)

    def alertmanager_base(self, *, valid: bool) -> None:
        """Show whether the base is merged as it is now."""
        self._gauges["alertmanager_base_valid"].set(int(valid))

    def alertmanager_secret(self, used_bytes: int, budget_bytes: int) -> None:
        """Show the size of the Alertmanager Secret and its budget."""
        self._gauges["alertmanager_secret_bytes"].set(used_bytes)
        self._gauges["alertmanager_secret_budget_bytes"].set(budget_bytes)

    # -- beyond the port: what the entry point and other adapters tell ------

    def event_dropped(self, reason: str) -> None:
        """Count an Event that was not written."""
        self._counters["events_dropped"].labels(reason).inc()

    def watches_restarted(self) -> None:
        """Count one restart of the watches."""
        self._counters["watch_restarts"].inc()

    def loop_lag(self, seconds: float) -> None:
        """Show the event loop's largest recent delay."""
        self._gauges["event_loop_lag_seconds"].set(seconds)
