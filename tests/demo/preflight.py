"""What is looked at in a user's cluster before the first write, and what would be written."""

from __future__ import annotations

import http.client
import shutil
from typing import Any

from tests.cluster import ApiError
from tests.cluster.base import ClusterAccess
from tests.demo.links import NAMESPACE as SHOP
from tests.demo.objects import MONITORING, quickstart
from tests.running import NAMESPACE, installed_documents, load_documents
from tests.running.install import crds

_API = "monitoring.coreos.com/v1"
_KINDS = ("Prometheus", "Alertmanager", "PrometheusRule", "ServiceMonitor")
SECRET_NAMESPACE, SECRET = "monitoring", "alertmanager-tocsin"


def check(cluster: ClusterAccess) -> None:
    """Raise, before anything is written, where the demo cannot run here."""
    _reach(cluster)
    if shutil.which("kubectl") is None:
        raise RuntimeError("CLUSTER=external needs kubectl on PATH; install it")
    for kind in _KINDS:
        try:
            cluster.admin.path(_API, kind)
        except (LookupError, ApiError) as error:
            raise RuntimeError(
                f"the cluster does not serve {kind} ({_API}); install prometheus-operator"
            ) from error
    if cluster.admin.get("apps/v1", "Deployment", "tocsin", NAMESPACE):
        raise RuntimeError(
            f"Tocsin runs in this cluster already (Deployment {NAMESPACE}/tocsin), and two would "
            "fight; take another cluster, or `helm uninstall` it first"
        )
    if cluster.admin.get("v1", "Namespace", SHOP):
        raise RuntimeError(f"namespace {SHOP} exists already; delete it, or take another cluster")


def _reach(cluster: ClusterAccess) -> None:
    try:
        cluster.admin.request("GET", "/version")
    except ApiError as error:
        if error.status == http.client.UNAUTHORIZED:
            raise RuntimeError(
                f"the API server {cluster.url} does not know the user of {cluster.kubeconfig}; "
                "log in again"
            ) from error
        raise
    except OSError as error:
        reason = error.strerror or error
        raise RuntimeError(
            f"the API server {cluster.url} does not answer ({reason}); is the cluster running, "
            f"and is {cluster.kubeconfig} the right kubeconfig?"
        ) from error


def plan(cluster: ClusterAccess) -> list[dict[str, Any]]:
    """CRDs, RBAC and, where no Alertmanager reads our Secret yet, Prometheus and Alertmanager."""
    there = any(
        found["spec"].get("configSecret") == SECRET
        for found in cluster.admin.list(_API, "Alertmanager", SECRET_NAMESPACE)
    )
    monitoring = [] if there else load_documents(MONITORING)
    return [*crds(), *monitoring, *installed_documents(), *quickstart()[:1]]
