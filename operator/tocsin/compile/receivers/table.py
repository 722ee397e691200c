"""The one list of receivers that are compiled: all of Alertmanager's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tocsin.api.problem import Problem
from tocsin.compile.receivers.chats import compile_mattermost, compile_rocketchat
from tocsin.compile.receivers.discord import compile_discord
from tocsin.compile.receivers.email import check_email, compile_email
from tocsin.compile.receivers.entry import Entry, Surroundings
from tocsin.compile.receivers.http import check_http
from tocsin.compile.receivers.jira import check_jira, compile_jira
from tocsin.compile.receivers.opsgenie import check_opsgenie, compile_opsgenie
from tocsin.compile.receivers.pagerduty import check_pagerduty, compile_pagerduty
from tocsin.compile.receivers.phones import (
    check_pushover,
    check_sns,
    check_wechat,
    compile_pushover,
    compile_sns,
    compile_victorops,
    compile_wechat,
)
from tocsin.compile.receivers.slack import check_slack, compile_slack
from tocsin.compile.receivers.teams import compile_msteams, compile_msteamsv2, compile_webex
from tocsin.compile.receivers.telegram import check_telegram, compile_telegram
from tocsin.compile.receivers.versions import check_versions
from tocsin.compile.receivers.webhook import compile_incidentio, compile_webhook
from tocsin.compile.refusals import not_yet


@dataclass(frozen=True, slots=True)
class Receiver:
    """One receiver: its key in Alertmanager, its compilation, and its checks if it has any."""

    key: str
    compile: Callable[[Any, Surroundings], Entry]
    check: Callable[[Any, Surroundings], Iterable[Problem]] = lambda _member, _around: ()


RECEIVERS: dict[str, Receiver] = {
    "discord": Receiver("discord_configs", compile_discord),
    "email": Receiver("email_configs", compile_email, check_email),
    "incidentio": Receiver("incidentio_configs", compile_incidentio),
    "jira": Receiver("jira_configs", compile_jira, check_jira),
    "mattermost": Receiver("mattermost_configs", compile_mattermost),
    "msteams": Receiver("msteams_configs", compile_msteams),
    "msteamsv2": Receiver("msteamsv2_configs", compile_msteamsv2),
    "opsgenie": Receiver("opsgenie_configs", compile_opsgenie, check_opsgenie),
    "pagerduty": Receiver("pagerduty_configs", compile_pagerduty, check_pagerduty),
    "pushover": Receiver("pushover_configs", compile_pushover, check_pushover),
    "rocketchat": Receiver("rocketchat_configs", compile_rocketchat),
    "slack": Receiver("slack_configs", compile_slack, check_slack),
    "sns": Receiver("sns_configs", compile_sns, check_sns),
    "telegram": Receiver("telegram_configs", compile_telegram, check_telegram),
    "victorops": Receiver("victorops_configs", compile_victorops),
    "webex": Receiver("webex_configs", compile_webex),
    "webhook": Receiver("webhook_configs", compile_webhook),
    "wechat": Receiver("wechat_configs", compile_wechat, check_wechat),
}


def check_receiver(around: Surroundings) -> list[Problem]:
    """Give what is wrong with a channel's one member and its HTTP client."""
    kind = around.spec.type
    receiver = RECEIVERS.get(kind)
    if kind == "existing":
        return []  # a receiver of the base; `tocsin.compile.base.existing` judges it
    if receiver is None:
        known = ", ".join(RECEIVERS)
        return [not_yet(f"spec.{kind}", f"use one of {known} meanwhile")]
    return [
        *check_versions(around),
        *receiver.check(getattr(around.spec, kind), around),
        *check_http(around.spec),
    ]


def compile_receiver(name: str, around: Surroundings) -> dict[str, Any]:
    """Write the receiver of a channel that has passed `check_receiver`."""
    kind = around.spec.type
    receiver = RECEIVERS[kind]
    return {"name": name, receiver.key: [receiver.compile(getattr(around.spec, kind), around)]}
