"""
Messages that become tickets: Jira, as text for its API 2 and as a document for its API 3.

API 3 takes only Atlassian's document format, which is JSON; a text there would make
Alertmanager give the notification up.
"""

from __future__ import annotations

from tocsin.compile.messages.parts import (
    ONE_LINE,
    Dialect,
    define,
    listing,
    ranked,
    replacing,
    title_value,
)

_PRIORITIES = ("High", "Medium", "Low")

_BREAK_WIKI = replacing(r"\[~", r"[\u200b~")
"""`[~name]` would call a person."""

_WIKI = Dialect(
    piece=(
        "*{{ $summary }}*\n"
        "{{ if $description }}{{ $description }}\n{{ end }}"
        "Severity: {{ $severity }}\nSource: {{ $source }}\nTime: {{ $time }}\n"
        "{{ if $runbook }}Runbook: {{ $runbook }}\n{{ end }}"
        "{{ if $dashboard }}Dashboard: {{ $dashboard }}\n{{ end }}\n"
    ),
    room=25_000,
    escape=_BREAK_WIKI,
    description=2_000,
)


def _text(value: str) -> str:
    return f'{{"type":"text","text":{{{{ toJson {value} }}}}}}'


def _paragraph(content: str) -> str:
    return f',{{"type":"paragraph","content":[{content}]}}'


def _link(variable: str, text: str) -> str:
    mark = f'[{{"type":"link","attrs":{{"href":{{{{ toJson ${variable} }}}}}}}}]'
    node = f'{{"type":"text","text":"{text}","marks":{mark}}}'
    return f"{{{{ if ${variable} }}}}{_paragraph(node)}{{{{ end }}}}"


_DOCUMENT = Dialect(
    piece=(
        f',{{"type":"heading","attrs":{{"level":3}},"content":[{_text("$summary")}]}}'
        f"{{{{ if $description }}}}{_paragraph(_text('$description'))}{{{{ end }}}}"
        + _paragraph(_text('(printf "Severity: %s" $severity)'))
        + _paragraph(_text('(printf "Source: %s" $source)'))
        + _paragraph(_text('(printf "Time: %s" $time)'))
        + _link("runbook", "Runbook")
        + _link("dashboard", "Dashboard")
    ),
    room=20_000,
    weigh=replacing(r'[^ -~]|[<>&"\\]', "xxxxxx"),
    description=2_000,
)


def ticket_templates(severities: tuple[str, ...], *, documents: bool) -> str:
    """Write Jira's templates; `documents` says whether Alertmanager knows `toJson` and API 3."""
    title = title_value(severities, length=150)
    summary = (
        f"{title}{{{{ $line := $title }}}}{{{{ with .CommonAnnotations.summary }}}}"
        '{{ $line = printf "%s: %s" $title . }}{{ end }}'
        f'{{{{ printf "%.250s" $line{ONE_LINE} }}}}'
    )
    by_rank = ranked(".Alerts", severities, _PRIORITIES)
    priority = f'{{{{ $worst := "Medium" }}}}{by_rank}{{{{ $worst }}}}'
    text = (
        define("jira.summary", summary)
        + define("jira.priority", priority)
        + define("jira.text", listing(_WIKI))
    )
    return text + _document(title) if documents else text


def _document(title: str) -> str:
    more = _paragraph(_text("$more"))
    first = _paragraph(_text("$title")).removeprefix(",")
    return define(
        "jira.document",
        title,
        f'{{"type":"doc","version":1,"content":[{first}',
        listing(_DOCUMENT, more),
        "]}",
    )
