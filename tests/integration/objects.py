"""
The objects that the integration tests apply, as short functions.

Every secret value holds `CANARY`, a text that is looked for at the end of the suite in
everything that must not hold it (S20). Nothing here talks to a cluster.
"""

from __future__ import annotations

import uuid
from typing import Any

Object = dict[str, Any]

API_VERSION = "tocsin.dev/v1alpha1"
CANARY = f"canary{uuid.uuid4().hex}"
SECRET_URL = f"http://127.0.0.1:9/{CANARY}"
"""A URL where nobody listens, as a secret value."""
GOOD_EXPR = "up == 0"
BAD_EXPR = "sum(rate(http_requests_total[5m])"


def rule(namespace: str, name: str = "errors", **spec: Any) -> Object:
    """Make an AlertRule; without `expr` or `levels` one that compiles."""
    if "expr" not in spec and "levels" not in spec:
        spec["expr"] = GOOD_EXPR
    return _ours("AlertRule", namespace, name, spec)


def channel(namespace: str, name: str = "chat", **spec: Any) -> Object:
    """Make a NotificationChannel; without a receiver a webhook with a plain URL."""
    receivers = {"webhook", "slack", "discord", "email", "pagerduty"}
    if not receivers & set(spec):
        spec["webhook"] = {"url": "http://127.0.0.1:9/plain"}
    return _ours("NotificationChannel", namespace, name, spec)


def secret_channel(namespace: str, name: str = "chat", **spec: Any) -> Object:
    """Make a webhook channel whose URL is key `url` of the Secret of the channel's name."""
    return channel(namespace, name, webhook={"urlSecretRef": {"name": name, "key": "url"}}, **spec)


def health_check(namespace: str, name: str = "site") -> Object:
    """Make a HealthCheck."""
    return _ours("HealthCheck", namespace, name, {"url": "https://example.org"})


def secret(namespace: str, name: str, **values: str) -> Object:
    """Make a Secret with text values; by default a URL under `url`."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "stringData": values or {"url": SECRET_URL},
    }


def consent(namespace: str) -> Object:
    """Make the RoleBinding by which a namespace lets the operator read its Secrets."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "tocsin", "namespace": namespace},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "tocsin-secret-reader",
        },
        "subjects": [{"kind": "ServiceAccount", "name": "tocsin", "namespace": "tocsin-system"}],
    }


def notify(*channels: str, **more: Any) -> Object:
    """Make a notify block; a channel is `name` or `namespace/name`."""
    named = []
    for text in channels:
        namespace, _, name = text.rpartition("/")
        named.append({"name": name, **({"namespace": namespace} if namespace else {})})
    return {"channels": named, **more}


def prometheus_rule(namespace: str, name: str, **metadata: Any) -> Object:
    """Make a PrometheusRule of somebody else."""
    groups = [{"name": "foreign", "rules": [{"alert": "Foreign", "expr": "vector(1)"}]}]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": name, "namespace": namespace, **metadata},
        "spec": {"groups": groups},
    }


def condition(document: Object | None, type_: str) -> Object:
    """Give one condition of an object's status; empty where there is none."""
    conditions = ((document or {}).get("status") or {}).get("conditions") or []
    return next((one for one in conditions if one["type"] == type_), {})


def alerts(child: Object) -> list[Object]:
    """Give the alerting rules of a PrometheusRule."""
    return [one for group in child["spec"]["groups"] for one in group["rules"]]


def alert_labels(child: Object, index: int = 0, **series: str) -> dict[str, str]:
    """Give the labels that an alert of this PrometheusRule would carry, without templates."""
    alert = alerts(child)[index]
    fixed = {name: text for name, text in alert.get("labels", {}).items() if text}
    return {"alertname": alert["alert"], **series, **fixed}


def _ours(kind: str, namespace: str, name: str, spec: Object) -> Object:
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }
