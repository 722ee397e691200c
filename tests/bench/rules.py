"""The AlertRules that are measured: alike in size to real ones, all different in their queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

API_VERSION = "tocsin.dev/v1alpha1"
PER_NAMESPACE = 500  # half of the default limit of a namespace

Object = dict[str, Any]


def namespace_of(index: int, prefix: str = "team") -> str:
    """The namespace of the rule with this number."""
    return f"{prefix}-{index // PER_NAMESPACE:03d}"


def alert_rule(index: int, *, prefix: str = "team", salt: str = "") -> Object:
    """
    One AlertRule. ``salt`` makes its query a new one, so that no cache knows it.

    Two levels of query operators, two annotations and two links, as people write them.
    """
    job = f"svc-{index:05d}{salt}"
    return {
        "apiVersion": API_VERSION,
        "kind": "AlertRule",
        "metadata": {"name": f"errors-{index:05d}", "namespace": namespace_of(index, prefix)},
        "spec": {
            "summary": "{value | percent} of the requests to {labels.job} fail",
            "description": f"The share of requests to {job} answered with 5xx is above 5 %.",
            "runbookURL": f"https://runbooks.example.org/{job}",
            "severity": "warning",
            "expr": (
                f'sum by (job) (rate(http_requests_total{{job="{job}",code=~"5.."}}[5m]))\n'
                f'  / sum by (job) (rate(http_requests_total{{job="{job}"}}[5m])) > 0.05'
            ),
            "for": "5m",
            "interval": "30s",
        },
    }


def alert_rules(count: int, *, prefix: str = "team", salt: str = "") -> Iterator[Object]:
    """That many of them, over as many namespaces as they need."""
    return (alert_rule(index, prefix=prefix, salt=salt) for index in range(count))


def channel(namespace: str) -> Object:
    """The namespace's default channel; it needs no Secret."""
    return {
        "apiVersion": API_VERSION,
        "kind": "NotificationChannel",
        "metadata": {"name": "default", "namespace": namespace},
        "spec": {"default": {}, "webhook": {"url": "http://127.0.0.1:9/"}},
    }
