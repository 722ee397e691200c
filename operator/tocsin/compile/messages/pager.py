"""
Messages that wake people: PagerDuty, Opsgenie, Splunk On-Call, Pushover, SNS, WeCom.

Their words for severities are mapped by rank, so that an organisation's own severities
arrive as what they mean. What shows on a telephone is short.
"""

from __future__ import annotations

from tocsin.compile.messages.parts import (
    BREAK_MENTIONS,
    PERCENT_AT,
    Dialect,
    define,
    listing,
    ranked,
    replacing,
    title_value,
)

_PAGERDUTY = ("critical", "error", "warning", "info")
_OPSGENIE = ("P1", "P3", "P4", "P5")
_OPSGENIE_MANY = ("P1", "P2", "P3", "P4", "P5")
_VICTOROPS = ("CRITICAL", "WARNING", "INFO")
_PUSHOVER = ("1", "0", "-1")

_SHORT = Dialect(
    piece="[{{ $state }}] {{ $summary }} ({{ $source }})\n",
    room=950,
    summary=120,
    description=0,
    url=1,
    frame=10,
)
_PLAIN = Dialect(
    piece=(
        "[{{ $state }}] {{ $summary }}\n"
        "{{ if $description }}{{ $description }}\n{{ end }}"
        "Source: {{ $source }}, {{ $time }}\n"
        "{{ if $runbook }}Runbook: {{ $runbook }}\n{{ end }}"
        "{{ if $dashboard }}Dashboard: {{ $dashboard }}\n{{ end }}\n"
    ),
    room=1_850,
    # A message of WeCom may hold links and mentions in angle brackets.
    escape=replacing("<", r"\u2039") + replacing(">", r"\u203a") + BREAK_MENTIONS,
    escape_url=PERCENT_AT,
    summary=100,
    description=200,
    url=250,
    frame=50,
)


def pager_templates(severities: tuple[str, ...]) -> str:
    """Write the templates of all pagers."""
    title = title_value(severities)
    headline = title + "{{ $title }}{{ with .CommonAnnotations.summary }}: {{ . }}{{ end }}"
    opsgenie = _OPSGENIE if len(severities) < len(_OPSGENIE_MANY) else _OPSGENIE_MANY
    return (
        define("headline", headline)
        + define("pagerduty.severity", _mapped(".Alerts", severities, _PAGERDUTY, "error"))
        + define("opsgenie.priority", _mapped(".Alerts", severities, opsgenie, "P3"))
        + define("victorops.type", _mapped(".Alerts", severities, _VICTOROPS, "CRITICAL"))
        + define("pushover.priority", _mapped(".Alerts.Firing", severities, _PUSHOVER, "0"))
        + define("pushover.url", _first_link(250))
        + define("runbook", _link("runbook_url"))
        + define("dashboard", _link("dashboard_url"))
        + define("short", listing(_SHORT))
        + define("plain.text", title, "{{ $title }}\n\n", listing(_PLAIN))
        + define("sns.subject", _subject(severities))
    )


def _mapped(
    alerts: str, severities: tuple[str, ...], words: tuple[str, ...], otherwise: str
) -> str:
    """Write a provider's word for the worst severity: its own words stay, others go by rank."""
    ranks = [
        name if name in words else words[min(index, len(words) - 1)]
        for index, name in enumerate(severities)
    ]
    return f'{{{{ $worst := "{otherwise}" }}}}{ranked(alerts, severities, ranks)}{{{{ $worst }}}}'


def _link(name: str) -> str:
    """Write an address that all alerts share; PagerDuty refuses an event for one that is none."""
    good = f'match `^https?://[^\\s<>"]{{1,1000}}$` .CommonAnnotations.{name}'
    return f"{{{{ if {good} }}}}{{{{ .CommonAnnotations.{name} }}}}{{{{ end }}}}"


def _first_link(length: int) -> str:
    """Write the runbook that all alerts share, or the dashboard."""
    good = f'match `^https?://[^\\s<>"]{{1,{length}}}$`'
    return (
        "{{ with .CommonAnnotations }}"
        f"{{{{ if {good} .runbook_url }}}}{{{{ .runbook_url }}}}"
        f"{{{{ else if {good} .dashboard_url }}}}{{{{ .dashboard_url }}}}{{{{ end }}}}"
        "{{ end }}"
    )


def _subject(severities: tuple[str, ...]) -> str:
    """Write what SNS takes: fewer than 100 printable ASCII characters."""
    ascii_only = replacing("[^ -~]", "?")
    title = title_value(severities, ascii_only)
    return f'{title}{{{{ printf "%.99s" $title }}}}'
