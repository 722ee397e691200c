"""The sample service and the receiver as a pod, for a cluster that cannot reach this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.demo.links import JOB, NAMESPACE

NAME = "demo"
SHOP_PORT, RECEIVER_PORT = 8080, 8081
RECEIVER_URL = f"http://{NAME}.{NAMESPACE}.svc:{RECEIVER_PORT}/on-call"
IMAGE = "python:3.13-slim"
_LABELS = {"app.kubernetes.io/name": NAME}
_SCRIPTS = {"sample.py": SHOP_PORT, "receiver.py": RECEIVER_PORT}

Object = dict[str, Any]


def documents(image: str) -> list[Object]:
    """Everything that goes into the namespace beside the quick start."""
    folder = Path(__file__).parent
    texts = {name: (folder / name).read_text() for name in _SCRIPTS}
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": _meta(), "data": texts},
        {"apiVersion": "v1", "kind": "Pod", "metadata": _meta(), "spec": _pod_spec(image)},
        _service(),
        _service_monitor(),
    ]


def why_not_ready(pod: Object | None) -> str | None:
    """What a pod waits for, in the cluster's words; None once it is ready."""
    if pod is None:
        return "the pod does not exist"
    status = pod.get("status", {})
    conditions = {c["type"]: c for c in status.get("conditions", [])}
    if conditions.get("Ready", {}).get("status") == "True":
        return None
    for container in status.get("containerStatuses", []):
        waiting = container.get("state", {}).get("waiting")
        if waiting:
            return f"{waiting.get('reason')}: {waiting.get('message', '')}".rstrip(": ")
    scheduled = conditions.get("PodScheduled", {})
    return str(scheduled.get("message") or f"phase {status.get('phase', 'unknown')}")


def _meta() -> Object:
    return {"name": NAME, "namespace": NAMESPACE, "labels": _LABELS}


def _pod_spec(image: str) -> Object:
    return {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 0,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(name, port, image) for name, port in _SCRIPTS.items()],
        "volumes": [{"name": "scripts", "configMap": {"name": NAME}}],
    }


def _container(script: str, port: int, image: str) -> Object:
    name = script.removesuffix(".py")
    return {
        "name": name,
        "image": image,
        "command": ["python", "-u", f"/demo/{script}", "0.0.0.0", str(port)],
        "ports": [{"name": name, "containerPort": port}],
        "readinessProbe": {"tcpSocket": {"port": port}, "periodSeconds": 1},
        "resources": {"limits": {"memory": "64Mi"}, "requests": {"cpu": "20m", "memory": "32Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "scripts", "mountPath": "/demo"}],
    }


def _service() -> Object:
    ports = [
        {"name": script.removesuffix(".py"), "port": port, "targetPort": port}
        for script, port in _SCRIPTS.items()
    ]
    spec = {"selector": _LABELS, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": _meta(), "spec": spec}


def _service_monitor() -> Object:
    endpoint = {
        "port": "sample",
        "interval": "1s",
        "relabelings": [{"targetLabel": "job", "replacement": JOB}],
    }
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": _meta(),
        "spec": {"selector": {"matchLabels": _LABELS}, "endpoints": [endpoint]},
    }
