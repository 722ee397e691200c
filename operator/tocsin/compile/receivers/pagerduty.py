"""`pagerduty`: incidents with severity, component and links."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.problem import Problem
from tocsin.api.receivers.pagerduty import PagerDuty
from tocsin.compile.messages.texts import call
from tocsin.compile.receivers.entry import Entry, Surroundings, opening, translate, with_defaults
from tocsin.compile.refusals import invalid

_SEVERITIES = frozenset({"", "critical", "error", "warning", "info"})
_MESSAGE = {
    "description": call("headline"),
    "severity": call("pagerduty.severity"),
    "source": call("source"),
    "component": "{{ .CommonLabels.tocsin_name }}",
    "group": "{{ .CommonLabels.tocsin_namespace }}",
    "class": "{{ .CommonLabels.alertname }}",
    # Alertmanager leaves out a link whose address is empty.
    "links": [
        {"href": call("runbook"), "text": "Runbook"},
        {"href": call("dashboard"), "text": "Dashboard"},
    ],
}


def check_pagerduty(pagerduty: PagerDuty, around: Surroundings) -> Iterator[Problem]:
    """Refuse a severity that PagerDuty would answer with 400, so that nobody is paged."""
    del around
    severity = pagerduty.severity or ""
    if severity not in _SEVERITIES and "{{" not in severity:
        yield invalid(
            "spec.pagerduty.severity",
            "is no severity of PagerDuty's: write critical, error, warning or info, or leave it "
            "out to have it follow the alert",
        )


def compile_pagerduty(pagerduty: PagerDuty, around: Surroundings) -> Entry:
    """Write an entry of `pagerduty_configs`."""
    entry = opening(around) | translate(pagerduty, "pagerduty", around.files)
    return with_defaults(entry, _MESSAGE)
