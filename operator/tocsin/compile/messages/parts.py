"""
What message templates are put together from: values of an alert, and lists of alerts.

Go's templates cannot pipe one template's output into a function, so a value that is to
be cut or escaped is a variable. Alert content is untrusted: every dialect escapes each
value once, where the variable is set, and a list stops before the provider's limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST = 10
"""Alerts that are written out in one message, at most."""

_START = '(.StartsAt.UTC.Format "2006-01-02 15:04:05 MST")'
_LASTED = "((.EndsAt.Sub .StartsAt).Round 1000000000)"


def replacing(pattern: str, text: str) -> str:
    """Continue a pipeline with a replacement; `text` is written as in Go's quotes."""
    return f' | reReplaceAll `{pattern}` "{text}"'


ONE_LINE = replacing(r"\s+", " ")
BREAK_MENTIONS = replacing("(^|[^A-Za-z0-9])(@+)", r"${1}${2}\u200b")
"""A blank without width after each @ that begins a word; mail addresses stay as they are."""
BREAK_MARKUP = replacing("<", r"<\u200b") + replacing(r"\](\(|\[|:)", r"]\u200b${1}")
"""Neither a tag, nor `<!channel>`, nor a link whose text hides where it leads."""
PERCENT_AT = replacing("@", "%40")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one provider's message writes one alert, and how much it holds."""

    piece: str
    """The template of one alert, over the variables of `alert_values`."""
    room: int
    """Length of the whole list, as `weigh` counts it."""
    escape: str = ""
    """Replacements that end the pipeline of each text."""
    escape_url: str = ""
    weigh: str = ""
    """Replacements that make a value as long as it will be when it is sent."""
    summary: int = 300
    """Characters of the summary; likewise for the others."""
    description: int = 1000
    url: int = 1000
    url_letter: str = r'[^\s<>"]'
    """What an address consists of; anything else is no address and is left out."""
    frame: int = 150
    """As much as stands around the values of one alert."""


def define(name: str, *body: str) -> str:
    """Write one template, exactly as long as its body."""
    return f'{{{{ define "tocsin.{name}" }}}}{"".join(body)}{{{{ end }}}}\n'


def ranked(alerts: str, severities: tuple[str, ...], texts: Sequence[str]) -> str:
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


def worst_severity(severities: tuple[str, ...]) -> str:
    """Set `$worst` to the worst severity that fires, or that ended if none does."""
    return (
        "{{ $alerts := .Alerts.Firing }}"
        "{{ if not $alerts }}{{ $alerts = .Alerts.Resolved }}{{ end }}"
        '{{ $worst := "alert" }}'
        "{{ range $alerts }}{{ with .Labels.severity }}{{ $worst = . }}{{ end }}{{ end }}"
        + ranked("$alerts", severities, severities)
    )


def title_value(severities: tuple[str, ...], escape: str = "", length: int = 250) -> str:
    """Set `$title`: severity or `resolved`, the alert's name, how many fire; on one line."""
    name = f'printf "[%.60s] %.{length - 90}s%s" $worst $name $many'
    return (
        worst_severity(severities)
        + '{{ if ne .Status "firing" }}{{ $worst = "resolved" }}{{ end }}'
        '{{ $many := "" }}{{ if gt (len .Alerts.Firing) 1 }}'
        '{{ $many = printf " (%d firing)" (len .Alerts.Firing) }}{{ end }}'
        "{{ $name := .CommonLabels.alertname }}"
        '{{ if not $name }}{{ $name = printf "%d alerts" (len .Alerts) }}{{ end }}'
        f"{{{{ $title := {name}{ONE_LINE}{escape} }}}}"
    )


def source_value(escape: str = "") -> str:
    """Set `$source`: namespace and name of the rule, or what a group has in common of them."""
    return (
        '{{ $source := "several" }}'
        '{{ if .CommonLabels.tocsin_name }}{{ $source = printf "%s/%s" '
        ".CommonLabels.tocsin_namespace .CommonLabels.tocsin_name }}"
        "{{ else if .CommonLabels.namespace }}{{ $source = .CommonLabels.namespace }}{{ end }}"
        f'{{{{ $source = printf "%.320s" $source{escape} }}}}'
    )


def alert_values(dialect: Dialect) -> str:
    """Set the variables of the alert that is the dot, cut and escaped."""
    text = dialect.escape
    return (
        f'{{{{ $summary := printf "%.{dialect.summary}s" '
        f'(or .Annotations.summary .Labels.alertname "alert"){ONE_LINE}{text} }}}}'
        f'{{{{ $description := printf "%.{dialect.description}s" '
        f".Annotations.description{text} }}}}"
        '{{ $state := "resolved" }}{{ if eq .Status "firing" }}'
        '{{ $state = or .Labels.severity "alert" }}{{ end }}'
        f'{{{{ $state = printf "%.60s" $state{text} }}}}'
        f'{{{{ $severity := printf "%.60s" .Labels.severity{text} }}}}'
        "{{ $source := .Labels.namespace }}{{ if .Labels.tocsin_name }}"
        '{{ $source = printf "%s/%s" .Labels.tocsin_namespace .Labels.tocsin_name }}{{ end }}'
        f'{{{{ $source = printf "%.320s" $source{text} }}}}'
        f'{{{{ $time := printf "since %s" {_START} }}}}{{{{ if ne .Status "firing" }}}}'
        f'{{{{ $time = printf "resolved after %s, since %s" {_LASTED} {_START} }}}}{{{{ end }}}}'
        + _link("runbook", dialect)
        + _link("dashboard", dialect)
    )


def _link(name: str, dialect: Dialect) -> str:
    """Set a variable to a web address, or to nothing where the annotation is none."""
    address = f"^https?://{dialect.url_letter}{{1,{dialect.url}}}$"
    return (
        f'{{{{ ${name} := "" }}}}{{{{ if match `{address}` .Annotations.{name}_url }}}}'
        f'{{{{ ${name} = printf "%s" .Annotations.{name}_url{dialect.escape_url} }}}}{{{{ end }}}}'
    )


def listing(dialect: Dialect, more: str = "{{ $more }}\n") -> str:
    """
    Write the alerts of a group until the room is used up, and how many there are.

    The first alert is always written, if need be without its description and links.
    """
    return (
        f"{_BEGIN}{alert_values(dialect)}{_weighing(dialect)}{dialect.piece}"
        "{{ end }}{{ end }}{{ end }}"
        "{{ if lt (len $count) (len .Alerts) }}"
        '{{ $more := printf "These are the first %d of %d alerts." (len $count) (len .Alerts) }}'
        f"{more}{{{{ end }}}}"
    )


_BEGIN = (
    '{{ $used := "" }}{{ $count := "" }}{{ $full := false }}'
    f"{{{{ range $index, $alert := .Alerts }}}}{{{{ if and (lt $index {MOST}) (not $full) }}}}"
)
_VALUES = "$summary $description $state $severity $source $time $runbook $dashboard"


def _weighing(dialect: Dialect) -> str:
    values = f"printf `%s%s%s%s%s%s%s%s` {_VALUES}{dialect.weigh}"
    weighed = f'(printf "%s%s%{dialect.frame}s" $used ({values}) "")'
    too_long = f"{{{{ if gt (len $next) {dialect.room} }}}}"
    return (
        f"{{{{ $next := {weighed} }}}}{too_long}{{{{ if eq $index 0 }}}}"
        f'{{{{ $description = "" }}}}{{{{ $next = {weighed} }}}}{too_long}'
        '{{ $runbook = "" }}{{ $dashboard = "" }}{{ end }}'
        "{{ else }}{{ $full = true }}{{ end }}{{ end }}"
        '{{ if not $full }}{{ $used = $next }}{{ $count = printf "%sx" $count }}'
    )
