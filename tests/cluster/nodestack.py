"""
prometheus-operator as a Deployment on a real node, and the images of what it runs there.

It makes no Prometheus and no Alertmanager: those are objects, and prometheus-operator's to run.
"""

from __future__ import annotations

from typing import Any

from tests.cluster.base import ClusterAccess
from tests.cluster.images import Image, of_program
from tests.cluster.stack import OPERATOR, apply_crds

RELOADER, PROMETHEUS, ALERTMANAGER = "prometheus-config-reloader", "prometheus", "alertmanager"
NAMESPACE = "default"  # where its own bundle puts it
_REPOSITORY = "localhost"
# prometheus-operator's default versions: the tags that its pods ask for. The programs are newer.
_TAGS = {OPERATOR: "built", RELOADER: "built", PROMETHEUS: "v3.13.1", ALERTMANAGER: "v0.33.1"}
_PORT = 8080

Object = dict[str, Any]


class NodeStack:
    """Starts prometheus-operator in a cluster with a node."""

    programs = tuple(_TAGS)

    def __init__(self, cluster: ClusterAccess) -> None:
        self._cluster = cluster

    def images(self) -> list[Image]:
        """One image a program."""
        folder = self._cluster.programs
        assert folder is not None
        return [of_program(image(name), folder / name) for name in _TAGS]

    def start(self) -> None:
        """Apply everything; returns once the Deployment is available."""
        admin = self._cluster.admin
        apply_crds(admin)
        for document in documents():
            admin.apply(document)
        admin.wait_for("apps/v1", "Deployment", OPERATOR, _available, NAMESPACE, timeout=90)


def image(program: str) -> str:
    """The name under which the node has a program's image."""
    return f"{_REPOSITORY}/{program}:{_TAGS[program]}"


def documents() -> list[Object]:
    """The objects of prometheus-operator; it may do everything, which no test is about."""
    meta = {"name": OPERATOR, "namespace": NAMESPACE}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": OPERATOR},
        "roleRef": role,
        "subjects": [{"kind": "ServiceAccount", **meta}],
    }
    labels = {"app.kubernetes.io/name": OPERATOR}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta,
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": _pod_spec()},
        },
    }
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}
    return [account, binding, deployment]


def _pod_spec() -> Object:
    arguments = [
        f"--web.listen-address=:{_PORT}",
        f"--prometheus-config-reloader={image(RELOADER)}",
        f"--prometheus-default-base-image={_REPOSITORY}/{PROMETHEUS}",
        f"--alertmanager-default-base-image={_REPOSITORY}/{ALERTMANAGER}",
    ]
    container = {
        "name": OPERATOR,
        "image": image(OPERATOR),
        "imagePullPolicy": "Never",
        "args": arguments,
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": _PORT}, "periodSeconds": 1},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    return {
        "serviceAccountName": OPERATOR,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65534,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
    }


def _available(deployment: Object | None) -> bool:
    return bool((deployment or {}).get("status", {}).get("availableReplicas"))
