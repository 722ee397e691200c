"""`pushover`, `sns`, `victorops` and `wechat`: what shows on a telephone is short."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.api.problem import Problem
from tocsin.api.receivers.pushover import Pushover
from tocsin.api.receivers.sns import SNS
from tocsin.api.receivers.wechat import WeChat
from tocsin.compile.messages.texts import call
from tocsin.compile.receivers.entry import (
    Entry,
    Surroundings,
    compile_plainly,
    opening,
    translate,
    with_defaults,
)
from tocsin.compile.refusals import invalid

_PRIORITY = re.compile("-2|-1|0|1|2")

compile_pushover = compile_plainly(
    "pushover",
    {
        "title": call("title"),
        "message": call("short"),
        "url": call("pushover.url"),
        "url_title": "Runbook or dashboard",
        "priority": call("pushover.priority"),
    },
)
"""Write an entry of `pushover_configs`."""

compile_victorops = compile_plainly(
    "victorops",
    {
        "message_type": call("victorops.type"),
        "entity_display_name": call("headline"),
        "state_message": call("text"),
        "monitoring_tool": "Tocsin",
    },
)
"""Write an entry of `victorops_configs`."""

compile_wechat = compile_plainly("wechat", {"message": call("plain.text")})
"""Write an entry of `wechat_configs`."""


def compile_sns(sns: SNS, around: Surroundings) -> Entry:
    """Write an entry of `sns_configs`; a text message is short, a topic takes everything."""
    entry = opening(around) | translate(sns, "sns", around.files)
    message = call("text") if sns.phone_number is None else call("short")
    return with_defaults(entry, {"subject": call("sns.subject"), "message": message})


def check_sns(sns: SNS, around: Surroundings) -> Iterator[Problem]:
    """Refuse an external id without a role: Alertmanager refuses everything for it."""
    del around
    if sns.sigv4 is not None and sns.sigv4.external_id and not sns.sigv4.role_arn:
        yield invalid(
            "spec.sns.sigv4.externalID",
            "is only given when a role is assumed: write roleARN too, or leave it out",
        )


def check_pushover(pushover: Pushover, around: Surroundings) -> Iterator[Problem]:
    """Refuse a priority that Pushover would refuse each message for."""
    del around
    given = pushover.priority
    if given is not None and "{{" not in given and not _PRIORITY.fullmatch(given):
        yield invalid("spec.pushover.priority", f"{given!r} is none: write -2, -1, 0, 1 or 2")


def check_wechat(wechat: WeChat, around: Surroundings) -> Iterator[Problem]:
    """Refuse a message to nobody, which WeCom would refuse each time."""
    del around
    if not any((wechat.to_user, wechat.to_party, wechat.to_tag)):
        yield invalid(
            "spec.wechat.toUser",
            "is missing: write toUser, toParty or toTag, or it goes to nobody",
        )
