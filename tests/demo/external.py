"""
The place in a user's cluster: ``KUBECONFIG=... make demo CLUSTER=external``.

prometheus-operator must be there. The operator runs here, as its own service account; the sample
service and the receiver run there, as one pod, since Alertmanager cannot reach this machine. What
exists is never changed and never deleted: a name that is taken ends the demo before it writes.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from tests.cluster import ExternalCluster, connect
from tests.cluster.base import wait_until
from tests.demo import pod
from tests.demo.created import Created, title
from tests.demo.links import NAMESPACE as SHOP
from tests.demo.links import Links, read_json
from tests.demo.objects import CONFIG, kubectl_apply, quickstart
from tests.demo.place import Place, ended
from tests.demo.preflight import SECRET, SECRET_NAMESPACE, check, plan
from tests.demo.show import Screen
from tests.running import RunningOperator

_TIMEOUT = 180  # seconds; images may have to be pulled
_KUBELET = 120  # seconds until a changed ConfigMap or Secret is in a pod's files, at the longest


@contextmanager
def external_place(screen: Screen) -> Iterator[Place]:
    """Say what will be created, create it, and remove it again."""
    with ExitStack() as stack:
        cluster = stack.enter_context(connect())
        screen.heading(f"Your cluster, {cluster.url}")
        check(cluster)
        created = Created(cluster, plan(cluster))
        screen.line("  will be created, and removed at the end:")
        for document in [*created.planned, *quickstart()[1:], *pod.documents(_image())]:
            screen.line(f"    {title(document)}")
        screen.line("  the operator also makes PrometheusRules in that namespace, and keeps")
        screen.line(f"    Secret {SECRET_NAMESPACE}/{SECRET}")
        stack.callback(_clean_up, created, screen)
        created.create()
        _note_secret(cluster, created)
        sample, receiver = _run_pod(cluster, created, screen)
        _await_stack(cluster, screen)
        operator = RunningOperator(cluster, CONFIG, installed=True)
        stack.push(partial(_keep_log, operator))
        stack.enter_context(operator)
        links = Links(
            cluster.admin,
            str(cluster.prometheus_url),
            str(cluster.alertmanager_url),
            lambda: list(read_json(f"{receiver}/received")),
        )
        yield _place(cluster, operator, links, sample)


def _image() -> str:
    return os.environ.get("DEMO_IMAGE") or pod.IMAGE


def _note_secret(cluster: ExternalCluster, created: Created) -> None:
    """The operator will make this Secret; where it is new, it goes with the demo."""
    if cluster.admin.get("v1", "Secret", SECRET, SECRET_NAMESPACE) is None:
        meta = {"name": SECRET, "namespace": SECRET_NAMESPACE}
        created.note({"apiVersion": "v1", "kind": "Secret", "metadata": meta})


def _run_pod(cluster: ExternalCluster, created: Created, screen: Screen) -> tuple[str, str]:
    """Run the sample service and the receiver; gives their URLs on this machine."""
    for document in pod.documents(_image()):
        cluster.admin.create(document)
        created.note(document)
    began = screen.elapsed()

    def ready() -> bool:
        reason = pod.why_not_ready(cluster.admin.get("v1", "Pod", pod.NAME, SHOP))
        screen.waiting(f"pod: {reason}"[:60], screen.elapsed() - began)
        return reason is None

    try:
        wait_until(ready, "the pod runs", timeout=_TIMEOUT, interval=0.5)
    except TimeoutError as error:
        reason = pod.why_not_ready(cluster.admin.get("v1", "Pod", pod.NAME, SHOP))
        raise RuntimeError(
            f"the sample service does not run: {reason}\nset DEMO_IMAGE to an image with Python "
            "3.11 or newer that your nodes can pull; nothing else was checked"
        ) from error
    screen.stage("sample service", screen.elapsed() - began, f"pod {SHOP}/{pod.NAME}")
    forward = partial(cluster.forward, SHOP, f"pod/{pod.NAME}")
    return forward(pod.SHOP_PORT), forward(pod.RECEIVER_PORT)


def _await_stack(cluster: ExternalCluster, screen: Screen) -> None:
    """Reach Prometheus and Alertmanager through the API server, once they answer."""
    for service, port in (("alertmanager-operated", 9093), ("prometheus-operated", 9090)):
        began, name = screen.elapsed(), service.partition("-")[0]

        def serves(name: str = name, service: str = service, began: float = began) -> bool:
            screen.waiting(name.capitalize(), screen.elapsed() - began)
            return _serves(cluster, service)

        what = f"Service {SECRET_NAMESPACE}/{service} has a pod that is ready"
        wait_until(serves, what, timeout=_TIMEOUT, interval=0.2)
        url = cluster.forward(SECRET_NAMESPACE, f"svc/{service}", port)
        setattr(cluster, f"{name}_url", url)
        screen.stage(name.capitalize(), screen.elapsed() - began, f"{SECRET_NAMESPACE}/{service}")


def _serves(cluster: ExternalCluster, service: str) -> bool:
    """
    Whether a pod of a Service is ready.

    Not the condition ``ready``: these Services publish addresses that are not.
    """
    found = cluster.admin.list(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        SECRET_NAMESPACE,
        labelSelector=f"kubernetes.io/service-name={service}",
    )
    endpoints = [endpoint for one in found for endpoint in one.get("endpoints") or []]
    return any(endpoint.get("conditions", {}).get("serving") for endpoint in endpoints)


def _place(cluster: ExternalCluster, operator: RunningOperator, links: Links, sample: str) -> Place:
    reading = f"kubectl logs -n {SECRET_NAMESPACE} -l app.kubernetes.io/name="
    return Place(
        links=links,
        apply=lambda: kubectl_apply(cluster, pod.RECEIVER_URL),
        sample_url=sample,
        trouble=lambda: ended(cluster.processes),
        slack=_KUBELET,
        logs={
            "operator": operator.log_path.name,
            "prometheus-operator": "the log of prometheus-operator in your cluster",
            "prometheus": f"{reading}prometheus",
            "alertmanager": f"{reading}alertmanager",
        },
        facts={
            "kubeconfig": str(cluster.kubeconfig),
            "Prometheus": str(cluster.prometheus_url),
            "Alertmanager": str(cluster.alertmanager_url),
            "operator's metrics": operator.metrics_url,
            "sample service": f"{sample}/metrics",
        },
        commands=[
            f"export KUBECONFIG={cluster.kubeconfig}",
            f"kubectl get tocsin,prometheusrule -n {SHOP}",
            f"curl -X POST {sample}/break   # and /mend; messages are shown here",
        ],
    )


def _keep_log(
    operator: RunningOperator, kind: type[BaseException] | None, _error: object, _trace: object
) -> None:
    """After a failure the operator's log outlives the folder that goes with the demo."""
    if kind is not None and issubclass(kind, Exception):
        folder = Path(tempfile.mkdtemp(prefix="tocsin-demo-logs-"))
        shutil.copy(operator.log_path, folder)
        print(f"the operator's log is in {folder}", file=sys.stderr)


def _clean_up(created: Created, screen: Screen) -> None:
    screen.heading("Removing what was created")
    created.remove()
