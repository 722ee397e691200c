"""`slack`: an attachment with a colour and fields."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.api.problem import Problem
from tocsin.api.receivers.slack import Slack
from tocsin.api.shown import plain
from tocsin.compile.messages.texts import call
from tocsin.compile.receivers.entry import Entry, Surroundings, opening, translate, with_defaults
from tocsin.compile.receivers.team import stray_placeholder, with_team
from tocsin.compile.refusals import invalid

_POST_MESSAGE = "https://slack.com/api/chat.postMessage"
_MESSAGE = {
    "color": call("color"),
    "title": call("slack.title"),
    "text": call("slack.text"),
    "fallback": call("slack.title"),
}
_FIELDS = {
    "short_fields": True,
    "fields": [
        {"title": "Severity", "value": call("slack.severity")},
        {"title": "Source", "value": call("slack.source")},
    ],
}


def check_slack(slack: Slack, around: Surroundings) -> Iterator[Problem]:
    """Give what Slack would refuse."""
    del around
    if slack.channel is None and slack.api_url_secret_ref is None:
        yield invalid("spec.slack.channel", "is missing: an app must be told where to post")
    if stray := stray_placeholder(slack.channel or ""):
        yield invalid(
            "spec.slack.channel",
            f"holds {plain(stray)}, and {{team}} is the only placeholder here: write {{team}}, or "
            "a name without { and }",
        )


def compile_slack(slack: Slack, around: Surroundings) -> Entry:
    """Write an entry of `slack_configs`."""
    entry = opening(around)
    if slack.update_message:
        entry["api_url"] = _POST_MESSAGE
    entry |= translate(slack, "slack", around.files)
    if slack.channel is not None:
        entry["channel"] = with_team(slack.channel)
    defaults = _MESSAGE if slack.fields else _MESSAGE | _FIELDS
    return with_defaults(entry, defaults)
