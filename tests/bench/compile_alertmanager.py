"""
How long one compile of a large Alertmanager configuration takes, from the kinds to its text.

1,000 channels of five receivers in 100 namespaces and 500 distinct notify blocks with severities,
active times, escalation, pace and digests. This is done after every change of a channel or block.
The floor writes the very same document with PyYAML's emitter in C, and does nothing else.
"""

from __future__ import annotations

import gc
import time
from typing import Any

import yaml
from tests.bench.harness import AT_MOST, Goal, Line, interleave
from tests.bench.session import Session

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.notify import Notify
from tocsin.compile.alertmanager import AlertmanagerInputs, ChannelInput, compile_alertmanager
from tocsin.compile.notify import route_block

_GOAL = 0.5
_NAMESPACES = 100
_OFFICE = [
    {
        "weekdays": ["monday:friday"],
        "times": [{"start": "08:00", "end": "18:00"}],
        "timezone": "Europe/Paris",
    }
]
_RECEIVERS: tuple[dict[str, Any], ...] = (
    {"slack": {"apiURLSecretRef": {"name": "slack", "key": "url"}, "channel": "#alerts"}},
    {"webhook": {"urlSecretRef": {"name": "hook", "key": "url"}}},
    {"pagerduty": {"routingKeySecretRef": {"name": "pagerduty", "key": "key"}}},
    {"discord": {"webhookURLSecretRef": {"name": "discord", "key": "url"}}},
    {"email": {"to": "ops@example.org", "from": "a@example.org", "smarthost": "mail.example:25"}},
)


def run(session: Session) -> list[Line]:
    """Both arms in turn; each compile starts from inputs that were never compiled."""
    channels = session.options.size("compile_alertmanager", 1000, 100)
    session.alone()
    document = compile_alertmanager(_inputs(channels)).document

    def compile_() -> float:
        inputs = _inputs(channels)
        gc.collect()
        began = time.perf_counter()
        compile_alertmanager(inputs)
        return time.perf_counter() - began

    def emit() -> float:
        gc.collect()
        began = time.perf_counter()
        yaml.dump(document, Dumper=_Plain, sort_keys=False, width=1 << 20)
        return time.perf_counter() - began

    arms = {"compile": lambda _: compile_(), "emit": lambda _: emit()}
    found = interleave(arms, session.options.rounds, session.options.say)
    return [
        Line(
            f"Alertmanager configuration of {channels:,} channels, {channels // 2:,} notify blocks",
            found["compile"],
            "s",
            Goal(AT_MOST, _GOAL),
            "CSafeDumper, same document",
            found["emit"],
            compare=False,
        )
    ]


class _Plain(yaml.CSafeDumper):
    """Without aliases, which Alertmanager's readers need not know."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _inputs(count: int) -> AlertmanagerInputs:
    names = [(f"team-{number % _NAMESPACES}", f"channel-{number}") for number in range(count)]
    channels = {name: _channel(name, number) for number, name in enumerate(names)}
    blocks = [
        route_block(names[number][0], Notify.model_validate(_notify(number, names)))
        for number in range(count // 2)
    ]
    return AlertmanagerInputs(
        channels, {one.digest: one for one in blocks if one is not None}, {}, OperatorConfig()
    )


def _channel(name: tuple[str, str], number: int) -> ChannelInput:
    spec = _RECEIVERS[number % len(_RECEIVERS)] | {"allowedNamespaces": {"from": "All"}}
    if number % 10 == 0:
        spec["default"] = {"minSeverity": "warning"}
    if number % 20 == 7:
        spec["digest"] = "1h"
    if number % 10 == 3:
        spec["activeTimes"] = _OFFICE
    ref = ObjectRef("NotificationChannel", *name)
    return ChannelInput(ref, NotificationChannelSpec.model_validate(spec), usable=True)


def _notify(number: int, names: list[tuple[str, str]]) -> dict[str, Any]:
    def ref(offset: int, **more: Any) -> dict[str, Any]:
        namespace, name = names[(number * 2 + offset) % len(names)]
        return {"namespace": namespace, "name": name, **more}

    block: dict[str, Any] = {
        "channels": [ref(0), ref(1, minSeverity="critical"), ref(2, activeTimes=_OFFICE)],
        "escalation": [{"after": "15m", "channels": [ref(3)]}],
    }
    if number % 2:
        return block | {"groupBy": ["route"], "groupWait": "1m"}
    return block | {"maxPerHour": 1 + number % 12}
