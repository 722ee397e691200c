"""
Messages in chats: Slack, Discord, Teams, Mattermost, Rocket.Chat, Webex, Telegram.

None of them can be made to call people by an alert's content: mentions are broken up,
markup is escaped, and a link always shows where it leads.
"""

from __future__ import annotations

from tocsin.compile.messages.parts import (
    BREAK_MARKUP,
    BREAK_MENTIONS,
    PERCENT_AT,
    Dialect,
    define,
    listing,
    ranked,
    replacing,
    source_value,
    title_value,
    worst_severity,
)

_COLORS = ("#d00000", "#ff9900", "#3aa3e3")
_GREEN = "#2eb67d"

_SLACK_ESCAPE = (
    replacing("&", "&amp;") + replacing("<", "&lt;") + replacing(">", "&gt;") + BREAK_MENTIONS
)
_MARKDOWN = BREAK_MARKUP + BREAK_MENTIONS
_SHORT = 5_000
"""Room of a message in which texts and addresses must be short, too."""
_JSON_LENGTH = replacing(r'[<>&"\\\n]', "xxxxxx")
"""Go writes these as six characters, or as fewer, into JSON."""
_HTML_LENGTH = replacing(r"[<>&'+\x22|^{}\\\x60]", "xxxxx")
"""html/template writes these as entities or percent signs of five characters, or fewer."""


def _lines(*lines: str, end: str = "\n") -> str:
    """Write lines, of which those that hold an optional value bring their own condition."""
    return "".join(line if line.startswith("{{ if") else f"{line}{end}" for line in lines)


def _optional(variable: str, text: str, end: str = "\n") -> str:
    return f"{{{{ if ${variable} }}}}{text}{end}{{{{ end }}}}"


_SLACK = Dialect(
    piece=_lines(
        "*{{ $summary }}*",
        _optional("description", "{{ $description }}"),
        "{{ $time }}",
        _optional("runbook", "Runbook: {{ $runbook }}"),
        _optional("dashboard", "Dashboard: {{ $dashboard }}"),
        "",
    ),
    room=12_000,
    escape=_SLACK_ESCAPE,
    escape_url=replacing("&", "&amp;") + PERCENT_AT,
)


def _markdown_piece(end: str, *, fields: bool) -> str:
    """Write an alert in the Markdown of all these chats; `fields` say the rest beside it."""
    whose = () if fields else ("Severity: {{ $severity }}", "Source: {{ $source }}")
    return _lines(
        "**{{ $summary }}**",
        _optional("description", "{{ $description }}", end),
        *whose,
        "{{ $time }}",
        _optional("runbook", "Runbook: {{ $runbook }}", end),
        _optional("dashboard", "Dashboard: {{ $dashboard }}", end),
        "",
        end=end,
    )


def _markdown(room: int, end: str = "\n", weigh: str = "", *, fields: bool = False) -> Dialect:
    return Dialect(
        piece=_markdown_piece(end, fields=fields),
        room=room,
        escape=_MARKDOWN,
        escape_url=PERCENT_AT,
        weigh=weigh,
        description=1000 if room > _SHORT else 500,
        url=1000 if room > _SHORT else 600,
    )


_TELEGRAM = Dialect(
    piece=_lines(
        "<b>{{ $summary }}</b>",
        _optional("description", "{{ $description }}"),
        "Severity: {{ $severity }}",
        "Source: {{ $source }}",
        "{{ $time }}",
        _optional("runbook", '<a href="{{ $runbook }}">Runbook</a>'),
        _optional("dashboard", '<a href="{{ $dashboard }}">Dashboard</a>'),
        "",
    ),
    room=3_200,
    escape=BREAK_MENTIONS,
    weigh=_HTML_LENGTH,
    summary=80,
    description=500,
    url=250,
    url_letter="[!#-;=?-~]",
)

_BLANK_LINE = "\n\n"
"""Teams makes one line of two that only a single line break parts."""


def chat_templates(severities: tuple[str, ...]) -> str:
    """Write the templates of all chats."""
    markdown_title = define("markdown.title", title_value(severities, _MARKDOWN), "{{ $title }}")
    markdown_source = define("markdown.source", source_value(_MARKDOWN), "{{ $source }}")
    return (
        _color(severities)
        + _slack(severities)
        + markdown_title
        + markdown_source
        + _markdown_severity(severities)
        + define("discord.text", listing(_markdown(3_700)))
        + define("rocketchat.text", listing(_markdown(4_500, fields=True)))
        + define("mattermost.text", listing(_markdown(12_000, fields=True)))
        + define(
            "msteams.text",
            listing(_markdown(15_000, _BLANK_LINE, _JSON_LENGTH), "{{ $more }}\n\n"),
        )
        + define(
            "webex.text",
            title_value(severities, _MARKDOWN),
            "### {{ $title }}\n\n",
            listing(_markdown(6_500, "  \n"), "{{ $more }}  \n"),
        )
        + define(
            "telegram.html",
            title_value(severities, BREAK_MENTIONS, 160),
            "<b>{{ $title }}</b>\n\n",
            listing(_TELEGRAM),
        )
    )


def _color(severities: tuple[str, ...]) -> str:
    return define(
        "color",
        f'{{{{ $worst := "{_COLORS[-1]}" }}}}',
        ranked(".Alerts.Firing", severities, _COLORS),
        f'{{{{ if eq .Status "firing" }}}}{{{{ $worst }}}}{{{{ else }}}}{_GREEN}{{{{ end }}}}',
    )


def _slack(severities: tuple[str, ...]) -> str:
    worst = worst_severity(severities)
    return (
        define("slack.title", title_value(severities, _SLACK_ESCAPE), "{{ $title }}")
        + define("slack.severity", worst, f"{{{{ $worst{_SLACK_ESCAPE} }}}}")
        + define("slack.source", source_value(_SLACK_ESCAPE), "{{ $source }}")
        + define("slack.text", listing(_SLACK))
    )


def _markdown_severity(severities: tuple[str, ...]) -> str:
    return define("markdown.severity", worst_severity(severities), f"{{{{ $worst{_MARKDOWN} }}}}")
