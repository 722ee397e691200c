"""
`{team}` in `slack.channel` and `email.to`: one channel resource for every team.

It becomes a call of Tocsin's template `tocsin.team`, which gives the group's team only
where that is a plain word. A label's value can therefore never add a recipient.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.api.notification_channel import NotificationChannelSpec

_TEAM = re.compile(r"(?<!\{)\{team\}(?!\})")
_STRAY = re.compile(r"\{(?!team\})[^{}]{0,40}\}")


def holds_team(text: str | None) -> bool:
    """Tell whether a text holds the placeholder; `{{team}}` is Go's syntax and is none."""
    return text is not None and _TEAM.search(text) is not None


def with_team(text: str) -> str:
    """Write the placeholder as a template that Alertmanager renders."""
    from tocsin.compile.messages.texts import call  # noqa: PLC0415 rules alone need no messages

    return _TEAM.sub(lambda _found: call("team"), text)


def example_of(text: str) -> str:
    """Put an example in the placeholder's place, to judge the text around it."""
    return _TEAM.sub("team", text)


def stray_placeholder(text: str) -> str | None:
    """Give what looks like a placeholder and is none, such as `{teams}`; templates are none."""
    found = _STRAY.search(text)
    return None if "{{" in text or found is None else found.group()


def mentions_team(spec: NotificationChannelSpec) -> bool:
    """Tell whether a channel's recipient depends on the team; then alerts are grouped by it."""
    return holds_team(spec.slack.channel if spec.slack else None) or holds_team(
        spec.email.to if spec.email else None
    )
