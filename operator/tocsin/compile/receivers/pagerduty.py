"""`pagerduty`: incidents with severity, component and links."""

from __future__ import annotations

from tocsin.api.receivers.pagerduty import PagerDuty
from tocsin.compile.messages import call
from tocsin.compile.receivers.entry import Entry, Surroundings, opening, translate, with_defaults

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


def compile_pagerduty(pagerduty: PagerDuty, around: Surroundings) -> Entry:
    """Write an entry of `pagerduty_configs`."""
    entry = opening(around) | translate(pagerduty, "pagerduty", around.files)
    return with_defaults(entry, _MESSAGE)
