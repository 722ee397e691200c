"""
Tocsin's message templates: one text that all receivers of an Alertmanager share.

It is a key of the Alertmanager Secret, named by its own digest, so that a changed
text changes the configuration and is loaded. Inline in every receiver it would cost
a kilobyte a channel, and a thousand channels would not fit the Secret.

Alert content is untrusted: nothing here marks it as safe. HTML is escaped by
html/template, everything else in the dialect of its provider (`messages_chat`,
`messages_pager`, `messages_ticket`). At most ten alerts are written out.
"""

from __future__ import annotations

from functools import lru_cache

from tocsin.compile.messages.chat import chat_templates
from tocsin.compile.messages.pager import pager_templates
from tocsin.compile.messages.parts import (
    MOST,
    Dialect,
    define,
    listing,
    source_value,
    title_value,
    worst_severity,
)
from tocsin.compile.messages.ticket import ticket_templates
from tocsin.compile.names import digest_of

_NEWEST = (0, 34)
_KNOWS_DOCUMENTS = (0, 31)
"""First release that writes Jira's documents and knows `toJson`; others refuse the file."""

_TEXT = Dialect(
    piece=(
        "[{{ $state }}] {{ $summary }}\n"
        "{{ if $description }}{{ $description }}\n{{ end }}"
        "Source: {{ $source }}, {{ $time }}\n"
        "{{ if $runbook }}Runbook: {{ $runbook }}\n{{ end }}"
        "{{ if $dashboard }}Dashboard: {{ $dashboard }}\n{{ end }}\n"
    ),
    room=14_000,
    description=2_000,
)

_EMAIL = """\
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


_MACROS = (
    ("MORE", "These are the first MOST of {{ len .Alerts }} alerts."),
    ("MOST", str(MOST)),
    ("LASTED", "{{ (.EndsAt.Sub .StartsAt).Round 1000000000 }}"),
    ("TIME", '{{ .StartsAt.UTC.Format "2006-01-02 15:04:05 MST" }}'),
)

_TEAM = (
    '{{ if match "^[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*$" .CommonLabels.team }}'
    "{{ .CommonLabels.team }}{{ else }}no-team{{ end }}"
)
"""A plain word, which can add no recipient and no domain; anything else is nobody's."""


def call(name: str) -> str:
    """Write the template that calls one of ours, for a field of a receiver."""
    return f'{{{{ template "tocsin.{name}" . }}}}'


@lru_cache(maxsize=8)
def message_templates(severities: tuple[str, ...], version: tuple[int, int] = _NEWEST) -> str:
    """
    Write all templates.

    The severities, the most severe first, decide colours and ranks; `version` is the
    Alertmanager that will read them: one unknown function would make it refuse the file.
    """
    return (
        define("team", _TEAM)
        + define("severity", worst_severity(severities), "{{ $worst }}")
        + define("title", title_value(severities), "{{ $title }}")
        + define("source", source_value(), "{{ $source }}")
        + define("text", listing(_TEXT))
        + _email()
        + chat_templates(severities)
        + pager_templates(severities)
        + ticket_templates(severities, documents=version >= _KNOWS_DOCUMENTS)
    )


def _email() -> str:
    text = _EMAIL
    for macro, meaning in _MACROS:
        text = text.replace(macro, meaning)
    return text


def templates_file(text: str) -> str:
    """Name the key of the Alertmanager Secret that holds the templates."""
    return f"tocsin-messages-{digest_of((text,), 10)}.tmpl"
