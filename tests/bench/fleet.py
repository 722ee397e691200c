"""
A control plane with the operator and many AlertRules, shared by the benchmarks of one run.

Prometheus and Alertmanager do not run here: what they do is not what these figures are about. The
kinds of prometheus-operator are served, so that the children have a place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from tests.bench.rules import API_VERSION, alert_rules, channel, namespace_of
from tests.cluster import ApiClient, Cluster
from tests.cluster.audit import Event
from tests.cluster.base import wait_until
from tests.cluster.programs import crds_folder
from tests.running import USER, RunningOperator, install, load_documents
from tests.running.install import await_served

MONITORING = "monitoring.coreos.com/v1"
CONFIG = {"limits": {"rulesPerNamespace": 10_000}}
_WRITES = "tocsin_operator_writes_total"
_THREADS = 8
_PATIENCE = 180  # seconds that a read of everything may take
_SETTLED = 1.5  # seconds without a write: everything is done

Object = dict[str, Any]


class Fleet:
    """One cluster, one operator; rules come with ``grow``. Use it with ``with``."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.cluster = Cluster(audit_level="Metadata")
        self.operator = RunningOperator(self.cluster, CONFIG, installed=True, timeout=300)
        self.rules = 0

    def __enter__(self) -> Self:
        self.cluster.start()
        self.cluster.admin = ApiClient(self.cluster.admin.credentials, timeout=_PATIENCE)
        try:
            for file in sorted(crds_folder().glob("*prometheusrules.yaml")):
                for crd in load_documents(file):
                    self.cluster.admin.apply(crd)
                    await_served(self.cluster, crd)
            install(self.cluster)
            self.operator.start()
        except BaseException:
            self.close(failed=True)
            raise
        return self

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        self.close(failed=kind is not None)

    def close(self, *, failed: bool = False) -> None:
        """End it."""
        self.operator.close()
        self.cluster.close(failed=failed)

    # -- rules ------------------------------------------------------------------------------

    def prepare(self, namespaces: Iterable[str]) -> None:
        """Namespaces with their default channel."""
        prepare(self.cluster, namespaces)

    def create(self, documents: Iterable[Object]) -> list[Object]:
        """Create objects with several connections; gives them as the server has them."""
        return create_all(self.cluster, documents)

    def grow(self, count: int) -> None:
        """Have at least ``count`` rules, all with their children and status written."""
        if count <= self.rules:
            return
        began = time.monotonic()
        added = list(alert_rules(count))[self.rules :]
        self.prepare(sorted({namespace_of(index) for index in range(self.rules, count)}))
        self.create(added)
        self.rules = count
        created = time.monotonic() - began
        self.await_children(count)
        self.settle()
        total = time.monotonic() - began
        self.say(f"{count} rules: created in {created:.0f} s, children and status in {total:.0f} s")

    def count(self, api_version: str, kind: str, namespace: str | None = None) -> int:
        """How many objects there are, without reading them."""
        path = self.cluster.admin.path(api_version, kind, None, namespace)
        answer = self.cluster.admin.request("GET", path, query={"limit": "1"})
        rest = answer["metadata"].get("remainingItemCount", 0)
        return len(answer["items"]) + int(rest)

    def children(self, namespace: str | None = None) -> int:
        """How many PrometheusRules there are."""
        return self.count(MONITORING, "PrometheusRule", namespace)

    def await_children(self, count: int, timeout: float = 600) -> None:
        """Wait until at least so many children are there."""
        wait_until(
            lambda: self.children() >= count,
            f"{count} PrometheusRules are written",
            timeout=timeout,
            interval=0.25,
        )

    # -- writes -----------------------------------------------------------------------------

    def settle(self) -> None:
        """Wait until the operator has written nothing for a while."""
        await_settled(self.operator)

    def writes(self) -> list[Event]:
        """Every write of the operator's identity until now."""
        return self.cluster.audit_writes(user=USER)

    def rule(self, index: int) -> Object:
        """One AlertRule as the server has it."""
        namespace = namespace_of(index)
        found = self.cluster.admin.get(API_VERSION, "AlertRule", f"errors-{index:05d}", namespace)
        if found is None:
            raise LookupError(f"there is no AlertRule {namespace}/errors-{index:05d}")
        return found


def prepare(cluster: Cluster, namespaces: Iterable[str]) -> None:
    """Namespaces with their default channel."""
    for name in sorted(namespaces):
        cluster.create_namespace(name)
        cluster.admin.apply(channel(name))


def create_all(cluster: Cluster, documents: Iterable[Object]) -> list[Object]:
    """Create objects with several connections; gives them as the server has them."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(cluster.admin.create, documents))


def await_settled(operator: RunningOperator, timeout: float = 600) -> None:
    """Wait until the operator has written nothing for a while."""
    last, since = -1, time.monotonic()
    limit = since + timeout
    while time.monotonic() < limit:
        written = _written(operator.metrics())
        if written != last:
            last, since = written, time.monotonic()
        elif time.monotonic() - since >= _SETTLED:
            return
        time.sleep(0.1)
    raise TimeoutError(f"the operator still writes after {timeout:g} s")


def _written(metrics: str) -> int:
    """The sum of the operator's own count of writes."""
    return int(
        sum(
            float(line.rpartition(" ")[2])
            for line in metrics.splitlines()
            if line.startswith(_WRITES)
        )
    )
