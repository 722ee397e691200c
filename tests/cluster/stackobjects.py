"""The Kubernetes objects of the monitoring stack as plain dictionaries; it starts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.cluster.stack import StackOptions

Object = dict[str, Any]

PROMETHEUS, ALERTMANAGER = "prometheus", "alertmanager"
_MONITORING = "monitoring.coreos.com/v1"
_TARGETS, _TARGETS_KEY = "alertmanager-targets", "targets.yaml"
_SELECTED = ("rule", "serviceMonitor", "podMonitor", "probe", "scrapeConfig")


def foundation(options: StackOptions) -> list[Object]:
    """The namespace and the service accounts; the StatefulSets fail without them."""
    namespace = options.namespace
    accounts = [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": name, "namespace": namespace},
        }
        for name in (PROMETHEUS, ALERTMANAGER)
    ]
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        *accounts,
        _reader(),
        _binding(namespace),
    ]


def _reader() -> Object:
    """What Prometheus needs to discover targets."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": PROMETHEUS},
        "rules": [
            {
                "apiGroups": ["", "discovery.k8s.io", "networking.k8s.io"],
                "resources": ["services", "endpoints", "pods", "endpointslices", "ingresses"],
                "verbs": ["get", "list", "watch"],
            }
        ],
    }


def _binding(namespace: str) -> Object:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": PROMETHEUS},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": PROMETHEUS,
        },
        "subjects": [{"kind": "ServiceAccount", "name": PROMETHEUS, "namespace": namespace}],
    }


def alertmanager_targets(options: StackOptions, port: int) -> Object:
    """
    Where Prometheus finds Alertmanager.

    A static address, because endpoints refuse loopback addresses. api_version is the default, v2.
    """
    text = f"- static_configs:\n  - targets: ['127.0.0.1:{port}']\n"
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": _TARGETS, "namespace": options.namespace},
        "stringData": {_TARGETS_KEY: text},
    }


def alertmanager(options: StackOptions, version: str, port: int) -> Object:
    """The Alertmanager object: its configuration is ``alertmanager_secret``, verbatim."""
    spec: Object = {
        "replicas": 1,
        "version": version,
        "serviceAccountName": ALERTMANAGER,
        "configSecret": options.alertmanager_secret,
        "listenLocal": True,
        "externalUrl": f"http://127.0.0.1:{port}",
    }
    return _object("Alertmanager", options, spec | options.alertmanager)


def prometheus(options: StackOptions, version: str, api_server: Object, port: int) -> Object:
    """The Prometheus object: everything in every namespace is selected."""
    spec: Object = {
        "replicas": 1,
        "version": version,
        "serviceAccountName": PROMETHEUS,
        "externalUrl": f"http://127.0.0.1:{port}",
        "scrapeInterval": options.scrape_interval,
        "evaluationInterval": options.evaluation_interval,
        "rules": {"alert": {"resendDelay": options.resend_delay}},
        "apiserverConfig": api_server,
        "additionalAlertManagerConfigs": {"name": _TARGETS, "key": _TARGETS_KEY},
        "additionalArgs": [
            {"name": "web.listen-address", "value": f"127.0.0.1:{port}"},
            {"name": "scrape.discovery-reload-interval", "value": "100ms"},
        ],
    }
    for kind in _SELECTED:
        spec[f"{kind}Selector"] = {}
        spec[f"{kind}NamespaceSelector"] = {}
    return _object("Prometheus", options, spec | options.prometheus)


def _object(kind: str, options: StackOptions, spec: Object) -> Object:
    return {
        "apiVersion": _MONITORING,
        "kind": kind,
        "metadata": {"name": options.name, "namespace": options.namespace},
        "spec": spec,
    }
