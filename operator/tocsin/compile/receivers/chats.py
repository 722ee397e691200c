"""`rocketchat` and `mattermost`: an attachment with a colour and fields."""

from __future__ import annotations

from tocsin.api.receivers.mattermost import Mattermost
from tocsin.api.receivers.rocketchat import RocketChat
from tocsin.compile.messages.texts import call
from tocsin.compile.receivers.entry import (
    Entry,
    Surroundings,
    alertmanager_version,
    opening,
    translate,
    with_defaults,
)

_FIELDS = [
    {"title": "Severity", "value": call("markdown.severity"), "short": True},
    {"title": "Source", "value": call("markdown.source"), "short": True},
]
_MESSAGE = {"color": call("color"), "title": call("markdown.title")}
_FLAT_SINCE = (0, 32)
"""First Alertmanager that takes an attachment's fields beside `channel`."""


def compile_rocketchat(rocketchat: RocketChat, around: Surroundings) -> Entry:
    """Write an entry of `rocketchat_configs`."""
    entry = opening(around) | translate(rocketchat, "rocketchat", around.files)
    return with_defaults(
        entry, _MESSAGE | {"text": call("rocketchat.text"), "fields": list(_FIELDS)}
    )


def compile_mattermost(mattermost: Mattermost, around: Surroundings) -> Entry:
    """Write an entry of `mattermost_configs`; attachments of the user's stand alone."""
    entry = opening(around) | translate(mattermost, "mattermost", around.files)
    if mattermost.attachments:
        # Alertmanager would add a text of its own, in which an alert could call people.
        return with_defaults(entry, {"text": ""})
    text = {"text": call("mattermost.text")}
    attachment = _MESSAGE | {"fallback": call("markdown.title"), "fields": list(_FIELDS)}
    if alertmanager_version(around.config) >= _FLAT_SINCE:
        return with_defaults(entry, text | attachment)
    if mattermost.text is not None:
        return entry
    return entry | {"text": "", "attachments": [attachment | text]}
