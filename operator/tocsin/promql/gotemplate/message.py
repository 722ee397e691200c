"""
What Alertmanager hands to a template: the message, its alerts, and their methods.

Source: template/template.go of Alertmanager 0.34.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from collections.abc import Sequence as Items
from dataclasses import dataclass

from tocsin.promql.gotemplate.times import ZERO, Time
from tocsin.promql.gotemplate.values import LabelMap, Sequence, Struct


@dataclass(frozen=True, slots=True)
class AlertData:
    """One alert: times in seconds of Unix time; one without an end is firing."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at: int
    ends_at: int | None = None
    generator_url: str = "https://prometheus.example.org/graph?g0.expr=up"


def message(
    alerts: Items[AlertData],
    group_labels: Mapping[str, str],
    *,
    receiver: str,
    external_url: str = "https://alertmanager.example.org",
) -> Struct:
    """Make the `Data` of one notification."""
    firing = any(one.ends_at is None for one in alerts)
    fields: dict[str, object] = {
        "Receiver": receiver,
        "Status": "firing" if firing else "resolved",
        "Alerts": Sequence(map(_alert, alerts), "template.Alerts"),
        "NotificationReason": "",
        "GroupLabels": LabelMap(group_labels, holds=".GroupLabels"),
        "CommonLabels": LabelMap(_common([one.labels for one in alerts]), holds=".CommonLabels"),
        "CommonAnnotations": LabelMap(
            _common([one.annotations for one in alerts]), holds=".CommonAnnotations"
        ),
        "RouteLabels": LabelMap({}, holds=".RouteLabels"),
        "ExternalURL": external_url,
    }
    return Struct("template.Data", fields)


def _alert(alert: AlertData) -> Struct:
    fingerprint = hashlib.sha256(repr(sorted(alert.labels.items())).encode()).hexdigest()[:16]
    return Struct(
        "template.Alert",
        {
            "Status": "firing" if alert.ends_at is None else "resolved",
            "Labels": LabelMap(alert.labels),
            "Annotations": LabelMap(alert.annotations, holds=".Annotations"),
            "StartsAt": Time(alert.starts_at),
            "EndsAt": Time(ZERO if alert.ends_at is None else alert.ends_at),
            "GeneratorURL": alert.generator_url,
            "Fingerprint": fingerprint,
        },
    )


def _common(sets: Items[Mapping[str, str]]) -> dict[str, str]:
    if not sets:
        return {}
    first, *others = sets
    return {
        name: text
        for name, text in first.items()
        if all(other.get(name) == text for other in others)
    }


def pair(name: str, value: object) -> Struct:
    """Make a name with its value."""
    return Struct("template.Pair", {"Name": name, "Value": value})


JSON_NAMES = {
    "Receiver": "receiver", "Status": "status", "Alerts": "alerts",
    "NotificationReason": "notification_reason", "GroupLabels": "groupLabels",
    "CommonLabels": "commonLabels", "CommonAnnotations": "commonAnnotations",
    "RouteLabels": "routeLabels", "ExternalURL": "externalURL", "Labels": "labels",
    "Annotations": "annotations", "StartsAt": "startsAt", "EndsAt": "endsAt",
    "GeneratorURL": "generatorURL", "Fingerprint": "fingerprint",
}  # fmt: skip
"""The names of the fields where a message is written as JSON."""
