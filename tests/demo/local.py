"""The place on this machine: level 1, the operator, the shop and the receiver as processes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from tests.cluster import Cluster, Sink
from tests.cluster.base import wait_until
from tests.cluster.ports import Ports
from tests.demo.links import Links, answers
from tests.demo.objects import CONFIG, kubectl_apply, scrape_config
from tests.demo.place import Place, ended
from tests.demo.show import Screen
from tests.running import NAMESPACE, SERVICE_ACCOUNT, RunningOperator

_SAMPLE = "sample"
_SCRIPT = Path(__file__).with_name("sample.py")
_LOGS = ("operator", "prometheus-operator", "prometheus", "alertmanager")


@contextmanager
def local_place(screen: Screen) -> Iterator[Place]:
    """Start everything, and end it all."""
    screen.heading("A control plane and a monitoring stack, as processes on this machine")
    with ExitStack() as stack:
        cluster = stack.enter_context(Cluster(stack=True, progress=_progress(screen)))
        operator = stack.enter_context(_operator(cluster, screen))
        sink = stack.enter_context(Sink())
        ports = Ports()
        stack.callback(ports.close)
        shop = f"127.0.0.1:{ports.take()}"
        _start_sample(cluster, shop)
        yield _place(cluster, operator, sink, shop)


def _progress(screen: Screen) -> Callable[[str], None]:
    """Turn the cluster's lines (``PART ready after 2.3 s``) into stages; others stay."""

    def say(text: str) -> None:
        part, ready, seconds = text.partition(" ready after ")
        if ready:
            screen.stage(part, float(seconds.removesuffix(" s")), "")
        else:
            screen.line(f"  {text}")

    return say


@contextmanager
def _operator(cluster: Cluster, screen: Screen) -> Iterator[RunningOperator]:
    began = screen.elapsed()
    with RunningOperator(cluster, CONFIG) as operator:
        who = f"as {NAMESPACE}/{SERVICE_ACCOUNT}, with the shipped RBAC"
        screen.stage("tocsin operator", screen.elapsed() - began, who)
        yield operator


def _start_sample(cluster: Cluster, address: str) -> None:
    host, _, port = address.partition(":")
    cluster.processes.start(_SAMPLE, [sys.executable, _SCRIPT, host, port])
    wait_until(partial(answers, f"http://{address}/metrics"), "the sample service answers")


def _place(cluster: Cluster, operator: RunningOperator, sink: Sink, shop: str) -> Place:
    if cluster.prometheus_url is None or cluster.alertmanager_url is None:
        raise RuntimeError("the cluster has no monitoring stack")
    links = Links(
        cluster.admin,
        cluster.prometheus_url,
        cluster.alertmanager_url,
        lambda: [notification.body for notification in sink.received],
    )

    def apply() -> None:
        kubectl_apply(cluster, f"{sink.url}/on-call")
        cluster.admin.apply(scrape_config(shop))

    return Place(
        links=links,
        apply=apply,
        sample_url=f"http://{shop}",
        trouble=lambda: ended(cluster.processes),
        logs={name: f"{name}.log" for name in _LOGS},
        facts={
            "kubeconfig": str(cluster.kubeconfig),
            "Prometheus": cluster.prometheus_url,
            "Alertmanager": cluster.alertmanager_url,
            "operator's metrics": operator.metrics_url,
            "sample service": f"http://{shop}/metrics",
            "receiver": f"{sink.url}/on-call",
            "logs": str(cluster.work / "logs"),
        },
        commands=_commands(cluster, shop),
    )


def _commands(cluster: Cluster, shop: str) -> list[str]:
    kubectl = cluster.programs / "kubectl" if cluster.programs else "kubectl"
    return [
        f"export KUBECONFIG={cluster.kubeconfig}; alias kubectl={kubectl}",
        "kubectl get tocsin,prometheusrule -n shop",
        f"curl -X POST http://{shop}/break   # and /mend; messages are shown here",
    ]
