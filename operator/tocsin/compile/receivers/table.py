"""The one list of receivers that this release compiles."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tocsin.api.problem import Problem
from tocsin.compile.receivers.discord import compile_discord
from tocsin.compile.receivers.email import check_email, compile_email
from tocsin.compile.receivers.entry import Entry, Surroundings
from tocsin.compile.receivers.http import check_http
from tocsin.compile.receivers.pagerduty import compile_pagerduty
from tocsin.compile.receivers.slack import check_slack, compile_slack
from tocsin.compile.receivers.versions import check_versions
from tocsin.compile.receivers.webhook import compile_webhook
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
    "pagerduty": Receiver("pagerduty_configs", compile_pagerduty),
    "slack": Receiver("slack_configs", compile_slack, check_slack),
    "webhook": Receiver("webhook_configs", compile_webhook),
}


def check_receiver(around: Surroundings) -> list[Problem]:
    """Give what is wrong with a channel's one member and its HTTP client."""
    kind = around.spec.type
    receiver = RECEIVERS.get(kind)
    if receiver is None:
        known = ", ".join(RECEIVERS)
        return [not_yet(f"spec.{kind}", f"use one of {known} meanwhile")]
    problems = list(receiver.check(getattr(around.spec, kind), around))
    return [*problems, *check_versions(around), *check_http(around.spec)]


def compile_receiver(name: str, around: Surroundings) -> dict[str, Any]:
    """Write the receiver of a channel that has passed `check_receiver`."""
    kind = around.spec.type
    receiver = RECEIVERS[kind]
    return {"name": name, receiver.key: [receiver.compile(getattr(around.spec, kind), around)]}
