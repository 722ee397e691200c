"""
The links of the chain, each looked at where it really is: API server, Prometheus, Alertmanager.

Every look is one read; it gives a detail once the link holds, None before.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.cluster.api import ApiClient
from tests.demo import notification

NAMESPACE, RULE = "shop", "checkout-errors"
JOB = "shop"
_TOCSIN = "tocsin.dev/v1alpha1"
_MONITORING = "monitoring.coreos.com/v1"
_TIMEOUT = 5  # seconds a read may take


def read_json(url: str) -> Any:
    """GET a JSON document."""
    with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:
        return json.loads(answer.read())


def post(url: str) -> str:
    """POST nothing; gives the answer's text."""
    with urllib.request.urlopen(
        urllib.request.Request(url, method="POST"), timeout=_TIMEOUT
    ) as answer:
        text: str = answer.read().decode()
    return text


def answers(url: str) -> bool:
    """Whether anybody answers a GET with success."""
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT):
            return True
    except OSError:
        return False


@dataclass
class Links:
    """
    The chain of one AlertRule. ``received`` gives the bodies that the receiver has got.

    The URLs are of Prometheus' and Alertmanager's roots.
    """

    admin: ApiClient
    prometheus_url: str
    alertmanager_url: str
    received: Callable[[], list[Any]]

    def scraped(self) -> str | None:
        """Prometheus has samples of the sample service."""
        result = self._query(f'min_over_time(up{{job="{JOB}"}}[3s]) == 1')
        return f'up{{job="{JOB}"}} is 1' if result else None

    def accepted(self) -> str | None:
        """``Ready`` is true for what was written last."""
        rule = self.admin.get(_TOCSIN, "AlertRule", RULE, NAMESPACE)
        if rule is None:
            raise LookupError(f"there is no AlertRule {NAMESPACE}/{RULE}")
        status = rule.get("status", {})
        if not status:
            raise LookupError("the AlertRule has no status: nobody has looked at it")
        ready = _condition(status, "Ready")
        if ready.get("status") != "True":
            raise LookupError(f"Ready={ready.get('status')}, {ready.get('message')}")
        if status.get("observedGeneration") != rule["metadata"]["generation"]:
            return None
        return f"Ready: {_condition(status, 'Routed').get('message', '')}"

    def written(self) -> str | None:
        """The child is on the server, owned by the AlertRule."""
        rule = self.admin.get(_TOCSIN, "AlertRule", RULE, NAMESPACE)
        if rule is None:
            return None
        for child in self.admin.list(_MONITORING, "PrometheusRule", NAMESPACE):
            owners = child["metadata"].get("ownerReferences", [])
            if any(owner["uid"] == rule["metadata"]["uid"] for owner in owners):
                return str(child["metadata"]["name"])
        return None

    def loaded(self) -> str | None:
        """Prometheus lists the rule; prometheus-operator and the reload are behind us."""
        return "in Prometheus' rules" if self._alerting_rules() else None

    def pending(self) -> str | None:
        """The condition holds."""
        active = {"pending", "firing"}
        found = [rule for rule in self._alerting_rules() if rule["state"] in active]
        return f"value {_value(found[0])}, waiting out `for`" if found else None

    def firing(self) -> str | None:
        """It has held for as long as ``for`` asks."""
        found = [rule for rule in self._alerting_rules() if rule["state"] == "firing"]
        return f"value {_value(found[0])}" if found else None

    def inactive(self) -> str | None:
        """It holds no more."""
        rules = self._alerting_rules()
        quiet = rules and all(rule["state"] == "inactive" for rule in rules)
        return "the condition no longer holds" if quiet else None

    def in_alertmanager(self) -> str | None:
        """Alertmanager has the alert, and knows whom to tell."""
        wanted = "&".join(
            f"filter={quote(text)}"
            for text in (f'tocsin_name="{RULE}"', f'tocsin_namespace="{NAMESPACE}"')
        )
        found = read_json(f"{self.alertmanager_url}/api/v2/alerts?active=true&{wanted}")
        if not found:
            return None
        receivers = sorted({r["name"] for alert in found for r in alert["receivers"]})
        return f"for receiver {', '.join(receivers)}"

    def message(self, status: str) -> dict[str, Any] | None:
        """The first message about the rule with this status that was received."""
        for body in self.received():
            if notification.is_about(body, RULE, NAMESPACE, status):
                found: dict[str, Any] = body
                return found
        return None

    def notified(self, status: str) -> str | None:
        """The receiver got it."""
        return "POSTed to the receiver" if self.message(status) else None

    def _query(self, expression: str) -> list[Any]:
        answer = read_json(f"{self.prometheus_url}/api/v1/query?query={quote(expression)}")
        result: list[Any] = answer["data"]["result"]
        return result

    def _alerting_rules(self) -> list[dict[str, Any]]:
        groups = read_json(f"{self.prometheus_url}/api/v1/rules?type=alert")["data"]["groups"]
        return [
            rule
            for group in groups
            for rule in group["rules"]
            if rule.get("labels", {}).get("tocsin_name") == RULE
            and rule["labels"].get("tocsin_namespace") == NAMESPACE
        ]


def _condition(status: dict[str, Any], kind: str) -> dict[str, Any]:
    for condition in status.get("conditions", []):
        if condition["type"] == kind:
            found: dict[str, Any] = condition
            return found
    return {}


def _value(rule: dict[str, Any]) -> str:
    alerts = rule.get("alerts") or [{"value": "?"}]
    try:
        return f"{float(alerts[0]['value']):.2g}"
    except ValueError:
        return str(alerts[0]["value"])
