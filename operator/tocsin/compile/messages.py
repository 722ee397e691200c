"""
Tocsin's message templates: one text that all receivers of an Alertmanager share.

It is a key of the Alertmanager Secret, named by its own digest, so that a changed
text changes the configuration and is loaded. Inline in every receiver it would cost
a kilobyte a channel, and a thousand channels would not fit the Secret.

Alert content is untrusted: nothing here marks it as safe. HTML is escaped by
html/template, Slack's control characters are escaped here, and PagerDuty and Discord
embeds take plain text that can mention nobody. At most ten alerts are written out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from tocsin.compile.names import digest_of

_SLACK_COLORS = ("#d00000", "#ff9900", "#3aa3e3")
_PAGERDUTY = ("critical", "error", "warning", "info")
_MACROS = (
    ("MORE", "These are the first MOST of {{ len .Alerts }} alerts."),
    ("MOST", "10"),
    ("LASTED", "{{ (.EndsAt.Sub .StartsAt).Round 1000000000 }}"),
    ("TIME", '{{ .StartsAt.UTC.Format "2006-01-02 15:04:05 MST" }}'),
)

_SHARED = """\
{{ define "tocsin.title" -}}
[{{ if eq .Status "firing" }}{{ template "tocsin.severity" . }}{{ else }}resolved{{ end }}] \
{{ with .CommonLabels.alertname }}{{ . }}{{ else }}{{ len .Alerts }} alerts{{ end }}\
{{ if gt (len .Alerts.Firing) 1 }} ({{ len .Alerts.Firing }} firing){{ end }}
{{- end }}

{{ define "tocsin.source" -}}
{{ with .CommonLabels.tocsin_name }}{{ $.CommonLabels.tocsin_namespace }}/{{ . }}\
{{ else }}{{ with .CommonLabels.namespace }}{{ . }}{{ else }}several{{ end }}{{ end }}
{{- end }}

{{ define "tocsin.alert.summary" -}}
{{ with .Annotations.summary }}{{ . }}{{ else }}{{ .Labels.alertname }}{{ end }}
{{- end }}

{{ define "tocsin.alert.time" -}}
{{ if eq .Status "resolved" }}resolved after LASTED, since TIME{{ else }}since TIME{{ end }}
{{- end }}

{{ define "tocsin.alert.source" -}}
{{ with .Labels.tocsin_name }}{{ $.Labels.tocsin_namespace }}/{{ . }}\
{{ else }}{{ .Labels.namespace }}{{ end }}
{{- end }}

{{ define "tocsin.alert.text" -}}
[{{ if eq .Status "firing" }}{{ .Labels.severity }}{{ else }}resolved{{ end }}] \
{{ template "tocsin.alert.summary" . }}
{{ with .Annotations.description }}{{ . }}
{{ end -}}
Source: {{ template "tocsin.alert.source" . }}, {{ template "tocsin.alert.time" . }}
{{ with .Annotations.runbook_url }}Runbook: {{ . }}
{{ end -}}
{{ with .Annotations.dashboard_url }}Dashboard: {{ . }}
{{ end -}}
{{ end }}

{{ define "tocsin.text" -}}
{{ range $index, $alert := .Alerts }}{{ if lt $index MOST }}\
{{ template "tocsin.alert.text" $alert }}
{{ end }}{{ end }}{{ if gt (len .Alerts) MOST }}MORE
{{ end }}
{{- end }}
"""

_SLACK = """
{{ define "tocsin.slack.escape" -}}
{{ . | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;" }}
{{- end }}

{{ define "tocsin.slack.title" -}}
[{{ if eq .Status "firing" }}{{ template "tocsin.severity" . }}{{ else }}resolved{{ end }}] \
{{ with .CommonLabels.alertname }}{{ template "tocsin.slack.escape" . }}{{ else }}\
{{ len .Alerts }} alerts{{ end }}\
{{ if gt (len .Alerts.Firing) 1 }} ({{ len .Alerts.Firing }} firing){{ end }}
{{- end }}

{{ define "tocsin.slack.alert" -}}
*{{ with .Annotations.summary }}{{ template "tocsin.slack.escape" . }}{{ else }}\
{{ template "tocsin.slack.escape" .Labels.alertname }}{{ end }}*
{{ with .Annotations.description }}{{ template "tocsin.slack.escape" . }}
{{ end -}}
{{ template "tocsin.alert.time" . }}
{{ with .Annotations.runbook_url }}Runbook: {{ template "tocsin.slack.escape" . }}
{{ end -}}
{{ with .Annotations.dashboard_url }}Dashboard: {{ template "tocsin.slack.escape" . }}
{{ end -}}
{{ end }}

{{ define "tocsin.slack.text" -}}
{{ range $index, $alert := .Alerts }}{{ if lt $index MOST }}\
{{ template "tocsin.slack.alert" $alert }}
{{ end }}{{ end }}{{ if gt (len .Alerts) MOST }}MORE
{{ end }}
{{- end }}
"""

_DISCORD = """
{{ define "tocsin.discord.alert" -}}
**{{ template "tocsin.alert.summary" . }}**
{{ with .Annotations.description }}{{ . }}
{{ end -}}
Severity: {{ .Labels.severity }}
Source: {{ template "tocsin.alert.source" . }}
{{ template "tocsin.alert.time" . }}
{{ with .Annotations.runbook_url }}Runbook: {{ . }}
{{ end -}}
{{ with .Annotations.dashboard_url }}Dashboard: {{ . }}
{{ end -}}
{{ end }}

{{ define "tocsin.discord.text" -}}
{{ range $index, $alert := .Alerts }}{{ if lt $index MOST }}\
{{ template "tocsin.discord.alert" $alert }}
{{ end }}{{ end }}{{ if gt (len .Alerts) MOST }}MORE
{{ end }}
{{- end }}
"""

_PAGERDUTY_TEXT = """
{{ define "tocsin.pagerduty.description" -}}
{{ template "tocsin.title" . }}{{ with .CommonAnnotations.summary }}: {{ . }}{{ end }}
{{- end }}
"""

_EMAIL = """
{{ define "tocsin.email.alert" -}}
<h3 style="margin:16px 0 4px">{{ template "tocsin.alert.summary" . }}</h3>
{{ with .Annotations.description }}<p style="white-space:pre-wrap">{{ . }}</p>{{ end }}
<table style="border-collapse:collapse">
<tr><td style="padding:2px 12px 2px 0;color:#666">Severity</td><td>{{ .Labels.severity }}</td></tr>
<tr><td style="padding:2px 12px 2px 0;color:#666">Source</td>\
<td>{{ template "tocsin.alert.source" . }}</td></tr>
<tr><td style="padding:2px 12px 2px 0;color:#666">Time</td>\
<td>{{ template "tocsin.alert.time" . }}</td></tr>
</table>
<p>{{ with .Annotations.runbook_url }}<a href="{{ . }}">Runbook</a> {{ end }}\
{{ with .Annotations.dashboard_url }}<a href="{{ . }}">Dashboard</a>{{ end }}</p>
{{- end }}

{{ define "tocsin.email.html" -}}
<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{ template "tocsin.title" . }}</title></head>
<body style="font-family:sans-serif">
<h2>{{ template "tocsin.title" . }}</h2>
{{ range $index, $alert := .Alerts }}{{ if lt $index MOST }}\
{{ template "tocsin.email.alert" $alert }}
{{ end }}{{ end }}{{ if gt (len .Alerts) MOST }}<p>MORE</p>
{{ end }}</body></html>
{{- end }}
"""


def call(name: str) -> str:
    """Write the template that calls one of ours, for a field of a receiver."""
    return f'{{{{ template "tocsin.{name}" . }}}}'


@lru_cache(maxsize=4)
def message_templates(severities: tuple[str, ...]) -> str:
    """Write all templates; the severities, the most severe first, decide colours and ranks."""
    text = _SHARED + _SLACK + _DISCORD + _PAGERDUTY_TEXT + _EMAIL
    for macro, meaning in _MACROS:
        text = text.replace(macro, meaning)
    return text + _severity(severities) + _slack_color(severities) + _pagerduty(severities)


def templates_file(text: str) -> str:
    """Name the key of the Alertmanager Secret that holds the templates."""
    return f"tocsin-messages-{digest_of((text,), 10)}.tmpl"


def _define(name: str, *lines: str) -> str:
    body = "".join(lines)
    return f'\n{{{{ define "tocsin.{name}" -}}}}\n{body}\n{{{{- end }}}}\n'


def _ranked(alerts: str, severities: tuple[str, ...], texts: Sequence[str]) -> str:
    """Set `$worst` to the text of the worst severity; the last text stands for all the rest."""
    step = (
        "{{ range ALERTS }}"
        '{{ if eq .Labels.severity "NAME" }}{{ $worst = "TEXT" }}{{ end }}{{ end }}'
    ).replace("ALERTS", alerts)
    steps = [
        step.replace("NAME", name).replace("TEXT", texts[min(index, len(texts) - 1)])
        for index, name in enumerate(severities)
    ]
    return "".join(reversed(steps))


def _severity(severities: tuple[str, ...]) -> str:
    """Write the worst severity that fires, or that ended if none does."""
    return _define(
        "severity",
        "{{ $alerts := .Alerts.Firing }}",
        "{{ if not $alerts }}{{ $alerts = .Alerts.Resolved }}{{ end }}",
        '{{ $worst := "alert" }}',
        "{{ range $alerts }}{{ with .Labels.severity }}{{ $worst = . }}{{ end }}{{ end }}",
        _ranked("$alerts", severities, severities),
        "{{ $worst }}",
    )


def _slack_color(severities: tuple[str, ...]) -> str:
    return _define(
        "slack.color",
        '{{ $worst := "#3aa3e3" }}',
        _ranked(".Alerts.Firing", severities, _SLACK_COLORS),
        '{{ if eq .Status "firing" }}{{ $worst }}{{ else }}#2eb67d{{ end }}',
    )


def _pagerduty(severities: tuple[str, ...]) -> str:
    """Write the severity for PagerDuty: its own words stay, others go by rank."""
    words = [
        name if name in _PAGERDUTY else _PAGERDUTY[min(index, len(_PAGERDUTY) - 1)]
        for index, name in enumerate(severities)
    ]
    return _define(
        "pagerduty.severity",
        '{{ $worst := "error" }}',
        _ranked(".Alerts", severities, words),
        "{{ $worst }}",
    )
