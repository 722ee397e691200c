"""
Random routing trees of several tenants, with every field that shapes one, from a seed.

Hypothesis looks for small counter-examples; this gives many large trees cheaply, and the
label sets that matter to them, to be judged by Alertmanager's own dispatcher.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from tests.unit.compile.strategies import ALERT_NAMES, NAMESPACES, ZONES

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.notify import ActiveTime, Notify
from tocsin.compile.alertmanager import AlertmanagerInputs, AlertmanagerOutput, ChannelInput
from tocsin.compile.notify import RouteBlock, route_block
from tocsin.compile.route_model import RouteMatch

_CHANNELS = ("chat", "pager", "boss", "low", "teams")
_SEVERITIES = ("critical", "warning", "info", "none")
_DURATIONS = ("10s", "1m", "15m", "90m", "1h", "1d")
_LABELS = ("route", "code", "team", "instance")
_RECEIVERS: tuple[dict[str, Any], ...] = (
    {"webhook": {"url": "https://hooks.example.org"}},
    {"slack": {"apiURLSecretRef": {"name": "slack", "key": "url"}, "channel": "#{team}"}},
)
_GRANTS = (
    {"from": "All"},
    {"from": "Same"},
    {"from": "Selector", "selector": {"matchLabels": {"tenant": "true"}}},
)


def random_inputs(source: Random, *, channels: int = 12, blocks: int = 16) -> AlertmanagerInputs:
    """Give channels, blocks and namespaces."""
    found = [_channel(source) for _ in range(channels)]
    asked = [
        route_block(source.choice(NAMESPACES), Notify.model_validate(_notify(source)))
        for _ in range(blocks)
    ]
    platform = [
        {"name": source.choice(_CHANNELS), "namespace": source.choice(NAMESPACES)}
        for _ in range(source.randrange(3))
    ]
    return AlertmanagerInputs(
        {(one.ref.namespace, one.ref.name): one for one in found},
        {block.digest: block for block in asked if block is not None},
        {name: source.choice([{}, {"tenant": "true"}]) for name in NAMESPACES},
        OperatorConfig.model_validate({"defaultChannels": platform}),
    )


def _channel(source: Random) -> ChannelInput:
    spec = dict(source.choice(_RECEIVERS))
    optional = {
        "minSeverity": lambda: source.choice(_SEVERITIES),
        "suspend": lambda: source.random() < 0.2,
        "sendResolved": lambda: source.random() < 0.5,
        "digest": lambda: source.choice(_DURATIONS),
        "activeTimes": lambda: _times(source),
        "allowedNamespaces": lambda: source.choice(_GRANTS),
        "default": lambda: _some(
            source,
            {
                "after": lambda: source.choice(_DURATIONS),
                "minSeverity": lambda: source.choice(_SEVERITIES),
            },
        ),
        "subscribe": lambda: (
            {"alertNames": source.sample(ALERT_NAMES, source.randrange(1, 4))}
            | _some(source, {"minSeverity": lambda: source.choice(_SEVERITIES)})
        ),
    }
    spec |= _some(source, optional, share=0.4)
    ref = ObjectRef("NotificationChannel", source.choice(NAMESPACES), source.choice(_CHANNELS))
    return ChannelInput(ref, NotificationChannelSpec.model_validate(spec), source.random() < 0.9)


def _notify(source: Random) -> dict[str, Any]:
    places = [(space, name) for space in NAMESPACES for name in _CHANNELS]
    named = [_ref(source, *place) for place in source.sample(places, source.randrange(6))]
    heard = source.randrange(len(named) + 1)
    steps = [{"after": source.choice(_DURATIONS), "channels": [ref]} for ref in named[heard:]]
    block: dict[str, Any] = {"escalation": steps}
    if source.random() < 0.8:
        block["channels"] = named[:heard]
    block |= _some(
        source,
        {
            "groupWait": lambda: source.choice(_DURATIONS),
            "repeatInterval": lambda: source.choice(_DURATIONS),
        },
    )
    if source.random() < 0.3:
        return block | {"maxPerHour": source.randrange(1, 61)}
    if source.random() < 0.5:
        block["groupBy"] = source.sample(_LABELS, source.randrange(1, 3))
    return block | _some(source, {"groupInterval": lambda: source.choice(_DURATIONS)})


def _ref(source: Random, namespace: str, name: str) -> dict[str, Any]:
    optional = {
        "minSeverity": lambda: source.choice(_SEVERITIES),
        "activeTimes": lambda: _times(source),
    }
    return {"namespace": namespace, "name": name} | _some(source, optional, share=0.3)


def _times(source: Random) -> list[dict[str, Any]]:
    start, end = sorted(source.sample(range(25), 2))
    hours = {"start": f"{start:02}:00", "end": f"{end:02}:00"}
    night = {"start": f"{end % 24:02}:30", "end": f"{start % 24:02}:00"}
    choices: list[dict[str, Any]] = [
        {"times": [hours]},
        {"times": [night], "weekdays": ["monday:friday"]},
        {"daysOfMonth": [source.choice(["1:7", "-3:-1", "5:-3"])], "times": [hours]},
        {"months": ["march:july"], "years": ["2026:2028"]},
    ]
    return [
        source.choice(choices) | {"timezone": source.choice(ZONES)}
        for _ in range(source.randrange(1, 3))
    ]


def random_times(source: Random) -> list[ActiveTime]:
    """Give a list of active times."""
    return [ActiveTime.model_validate(one) for one in _times(source)]


def _some(source: Random, optional: Mapping[str, Any], share: float = 0.5) -> dict[str, Any]:
    return {name: make() for name, make in optional.items() if source.random() < share}


def random_labels(source: Random, inputs: AlertmanagerInputs) -> dict[str, str]:
    """Make labels that often match something in the tree."""
    block: RouteBlock | None = None
    if inputs.blocks and source.random() < 0.6:
        block = inputs.blocks[source.choice(list(inputs.blocks))]
    labels = {
        "alertname": source.choice(ALERT_NAMES),
        "severity": source.choice([*_SEVERITIES, "P1", ""]),
        "namespace": source.choice([*NAMESPACES, ""]),
        "team": source.choice(["payments", ""]),
        "route": source.choice(["/pay", "/cart"]),
    }
    if block is not None or source.random() < 0.5:
        labels["tocsin_namespace"] = source.choice(NAMESPACES) if block is None else block.namespace
        labels["tocsin_name"] = "rule"
        labels["tocsin_route"] = "" if block is None else block.digest
    if source.random() < 0.1:  # somebody forges, or a route is retired
        labels[source.choice(["tocsin_namespace", "tocsin_name", "tocsin_route"])] = source.choice(
            ["", "retired", *NAMESPACES]
        )
    return labels


def as_judged(match: RouteMatch) -> dict[str, Any]:
    """Write a match of our model as `route-judge` writes Alertmanager's."""
    return {
        "receiver": match.receiver,
        "group_by": list(match.group_by),
        "group_by_all": match.group_by_all,
        "group_wait": match.group_wait,
        "group_interval": match.group_interval,
        "repeat_interval": match.repeat_interval,
        "active_time_intervals": list(match.active_time_intervals),
        "mute_time_intervals": list(match.mute_time_intervals),
    }


def question(output: AlertmanagerOutput, labelsets: list[dict[str, str]]) -> dict[str, Any]:
    """Write what `route-judge` is asked."""
    return {"config": output.text, "labelsets": labelsets}
