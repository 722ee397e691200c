"""A real node under our control plane: pods run, restricted ones too, and Services lead to them."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cluster import ApiError, NodeCluster
from tests.cluster.base import wait_until
from tests.cluster.node import PYTHON_IMAGE, is_ready
from tests.demo import pod as demo_pod

pytestmark = pytest.mark.timeout(600)

_NAMESPACE = "e2e-shop"
_PORT = 8080
_SCRIPT = Path(demo_pod.__file__).with_name("sample.py")

Object = dict[str, Any]


def _meta(name: str) -> Object:
    return {"name": name, "namespace": _NAMESPACE, "labels": {"app": name}}


def _pod(name: str, command: list[str], **security: object) -> Object:
    container = {
        "name": "main",
        "image": PYTHON_IMAGE,
        "imagePullPolicy": "Never",
        "command": command,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "scripts", "mountPath": "/demo"}],
    }
    spec = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 0,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
            **security,
        },
        "containers": [container],
        "volumes": [{"name": "scripts", "configMap": {"name": "scripts"}}],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": _meta(name), "spec": spec}


@pytest.fixture(scope="module")
def service(node: NodeCluster) -> Iterator[str]:
    """The ClusterIP of a pod in a namespace where only restricted pods may run."""
    node.create_namespace(_NAMESPACE, labels={"pod-security.kubernetes.io/enforce": "restricted"})
    node.await_default_service_account(_NAMESPACE)
    scripts = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": _meta("scripts")}
    node.admin.apply({**scripts, "data": {_SCRIPT.name: _SCRIPT.read_text()}})
    command = ["python", "-u", f"/demo/{_SCRIPT.name}", "0.0.0.0", str(_PORT)]
    node.admin.create(_pod("web", command))
    ports = [{"port": 80, "targetPort": _PORT}]
    made = node.admin.create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": _meta("web"),
            "spec": {"selector": {"app": "web"}, "ports": ports},
        }
    )
    node.admin.wait_for("v1", "Pod", "web", is_ready, _NAMESPACE, timeout=60)
    yield str(made["spec"]["clusterIP"])
    node.admin.delete("v1", "Namespace", _NAMESPACE)


def test_the_node_is_ready_and_runs_containers_of_the_machine(node: NodeCluster) -> None:
    (only,) = node.admin.list("v1", "Node")
    assert is_ready(only)
    assert only["status"]["nodeInfo"]["containerRuntimeVersion"].startswith("containerd://")
    assert node.kubectl("get", "--raw", "/readyz").stdout == "ok"


def test_a_restricted_pod_serves_through_a_service(node: NodeCluster, service: str) -> None:
    def answer() -> str | None:
        try:
            with urllib.request.urlopen(f"http://{service}/metrics", timeout=5) as response:
                return str(response.read().decode())
        except OSError:  # kube-proxy hears of the pod a moment later
            return None

    assert "http_requests_total" in wait_until(answer, "the Service answers", timeout=30)


@pytest.mark.parametrize(
    "host", ["", "web", f"web.{_NAMESPACE}.svc", "web.e2e-shop.svc.cluster.local"]
)
def test_pods_reach_a_service_by_address_and_by_name(
    node: NodeCluster, service: str, host: str
) -> None:
    url = f"http://{host or service}/metrics"
    name = f"client-{len(host)}"
    code = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=20).read())"
    node.admin.create(_pod(name, ["python", "-c", code, url]))

    def ended(found: Object | None) -> bool:
        return found is not None and found["status"].get("phase") in ("Succeeded", "Failed")

    found = node.admin.wait_for("v1", "Pod", name, ended, _NAMESPACE, timeout=60)
    log = node.kubectl("logs", "-n", _NAMESPACE, name).stdout
    assert found is not None
    assert found["status"]["phase"] == "Succeeded", log
    assert "http_requests_total" in log


def test_a_pod_that_asks_for_more_is_refused(node: NodeCluster, service: str) -> None:
    with pytest.raises(ApiError, match="violates PodSecurity"):
        node.admin.create(_pod("greedy", ["true"], runAsNonRoot=False, runAsUser=0))


def test_kubectl_exec_reaches_into_a_pod(node: NodeCluster, service: str) -> None:
    code = "import os; print(os.getuid())"
    done = node.kubectl("exec", "-n", _NAMESPACE, "web", "--", "python", "-c", code)
    assert done.stdout == "65532\n"


def test_nothing_leaves_the_cluster(node: NodeCluster) -> None:
    """No interface but the cluster's own is in its network."""
    names = {
        line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()[2:]
    }
    own = {name for name in names if name in ("lo", "node0") or name.startswith("veth")}
    assert names == own
