"""
Alertmanager's webhook message (version 4), read and laid out for people.

Pure: a parsed body goes in, lines come out. What was sent may hold anything, so control
characters never reach the terminal.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

_LABEL_WIDTH = 12
_SHOWN = ("severity", "summary", "description", "source", "since", "lasted", "runbook", "dashboard")


def is_about(body: Any, rule: str, namespace: str, status: str) -> bool:
    """Whether a message is about an AlertRule, and says ``firing`` or ``resolved``."""
    if not isinstance(body, dict) or body.get("status") != status:
        return False
    return any(
        alert.get("labels", {}).get("tocsin_name") == rule
        and alert["labels"].get("tocsin_namespace") == namespace
        for alert in body.get("alerts", [])
    )


def title(body: dict[str, Any]) -> str:
    """``[FIRING] checkout-errors``, and how many alerts there are where it is not one."""
    alerts = body.get("alerts", [])
    names = sorted({alert.get("labels", {}).get("alertname", "?") for alert in alerts})
    count = f" ({len(alerts)} alerts)" if len(alerts) != 1 else ""
    return clean(f"[{str(body.get('status')).upper()}] {', '.join(names)}{count}")


def lines(body: dict[str, Any]) -> list[str]:
    """What the message says, one fact a line, alerts apart."""
    said: list[str] = []
    for alert in body.get("alerts", []):
        if said:
            said.append("")
        facts = _facts(alert)
        said += [f"{key:<{_LABEL_WIDTH}}{clean(facts[key])}" for key in _SHOWN if facts.get(key)]
    return said


def _facts(alert: dict[str, Any]) -> dict[str, str]:
    labels, annotations = alert.get("labels", {}), alert.get("annotations", {})
    start, end = _time(alert.get("startsAt", "")), _time(alert.get("endsAt", ""))
    resolved = alert.get("status") == "resolved"
    namespace, name = labels.get("tocsin_namespace", "?"), labels.get("tocsin_name", "?")
    return {
        "severity": labels.get("severity", ""),
        "summary": annotations.get("summary", ""),
        "description": annotations.get("description", ""),
        "source": f"{labels.get('tocsin_kind', '?')} {namespace}/{name}",
        "since": f"{start:%H:%M:%S} UTC" if start else "",
        "lasted": f"{(end - start).total_seconds():.0f} s" if start and end and resolved else "",
        "runbook": annotations.get("runbook_url", ""),
        "dashboard": annotations.get("dashboard_url", ""),
    }


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year > 1 else None  # Go's zero time means: not ended


def clean(text: str) -> str:
    """Text in one line, without anything that a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)
