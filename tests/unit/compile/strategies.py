"""Random objects of our kinds, for laws."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tocsin.api.notify import ActiveTime, Notify

NAMESPACES = ("shop", "shop-a", "platform", "victim")
CHANNELS = ("slack", "pager", "boss", "a-b")
ALERT_NAMES = ("KubePodCrashLooping", "Anything", 'a.b|c"d\\e', "größe (x)", "[a-z]*", "^$")

namespaces = st.sampled_from(NAMESPACES) | st.from_regex(
    r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True
)
names = st.sampled_from(["a", "a-b", "errors"]) | st.from_regex(
    r"[a-z0-9]([-a-z0-9]{0,120}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,120}[a-z0-9])?)?", fullmatch=True
)
severities = st.sampled_from(["critical", "warning", "info", "none"])
durations = st.sampled_from(["1s", "30s", "60s", "1m", "5m", "4h", "1d"])

ZONES = ("UTC", "Europe/Paris", "America/New_York", "Asia/Kathmandu")
_CLOCK = ("00:00", "06:00", "08:30", "12:00", "18:00", "22:00", "24:00")


def _active_time(parts: dict[str, Any]) -> dict[str, Any]:
    """Leave out the dates beside a window that passes midnight: that is refused."""
    if any(one["start"] > one["end"] for one in parts.get("times", ())):
        return {k: v for k, v in parts.items() if k not in {"daysOfMonth", "months", "years"}}
    return parts


active_time_specs = st.fixed_dictionaries(
    {},
    optional={
        "times": st.lists(
            st.tuples(st.sampled_from(_CLOCK), st.sampled_from(_CLOCK))
            .filter(lambda pair: pair[0] != pair[1] and pair != ("24:00", "00:00"))
            .map(lambda pair: {"start": pair[0], "end": pair[1]}),
            min_size=1,
            max_size=2,
        ),
        "weekdays": st.lists(
            st.sampled_from(["monday:friday", "saturday", "sunday", "sunday:tuesday"]), max_size=2
        ),
        "daysOfMonth": st.lists(
            st.sampled_from(["1", "1:7", "5:-3", "-3:-1", "29:31", "-31:-20"]), max_size=2
        ),
        "months": st.lists(
            st.sampled_from(["january", "2", "march:july", "6:12", "1:12"]), max_size=2
        ),
        "years": st.lists(st.sampled_from(["2025", "2026:2028", "2030:2040"]), max_size=2),
        "timezone": st.sampled_from(ZONES),
    },
).map(_active_time)
active_time_lists = st.lists(active_time_specs, max_size=3)
active_times = active_time_lists.map(lambda specs: [ActiveTime.model_validate(s) for s in specs])

channel_refs = st.fixed_dictionaries(
    {"name": st.sampled_from(CHANNELS)},
    optional={
        "namespace": st.sampled_from(NAMESPACES),
        "minSeverity": severities | st.just("unknown"),
        "activeTimes": active_time_lists,
    },
)


def _blocks(parts: dict[str, Any]) -> dict[str, Any]:
    """Share out the channels, each once; what maxPerHour excludes is left out."""
    block = dict(parts)
    refs, steps = block.pop("refs", None), block.pop("steps", ())
    if refs is not None:
        heard, later = refs[: len(refs) // 2 + 1], refs[len(refs) // 2 + 1 :]
        block["channels"] = heard
        escalation = [
            {"after": after, "channels": [ref]} for after, ref in zip(steps, later, strict=False)
        ]
        if escalation:
            block["escalation"] = escalation
    if "maxPerHour" in block:
        block.pop("groupBy", None)
        block.pop("groupInterval", None)
    return block


notify_specs = st.fixed_dictionaries(
    {},
    optional={
        "refs": st.lists(channel_refs, max_size=4, unique_by=lambda ref: ref["name"]),
        "steps": st.lists(st.sampled_from(["15m", "1h", "900s", "2d"]), max_size=2),
        "maxPerHour": st.integers(1, 60),
        "groupBy": st.lists(
            st.sampled_from(["route", "code", "tocsin_name", "instance"]), max_size=3, unique=True
        ),
        "groupWait": durations,
        "groupInterval": durations,
        "repeatInterval": durations,
    },
).map(_blocks)
notifies = notify_specs.map(Notify.model_validate)

_OF_A_TEAM = {"apiURLSecretRef": {"name": "slack", "key": "url"}, "channel": "#{team}"}


def _receivers(parts: dict[str, Any]) -> dict[str, Any]:
    spec = dict(parts)
    of_a_team = spec.pop("of_a_team", False)
    return spec | (
        {"slack": _OF_A_TEAM} if of_a_team else {"webhook": {"url": "https://hooks.example.org"}}
    )


channel_specs = st.fixed_dictionaries(
    {},
    optional={
        "of_a_team": st.booleans(),
        "digest": st.sampled_from(["1h", "30m", "1d"]),
        "activeTimes": active_time_lists,
        "sendResolved": st.booleans(),
        "subscribe": st.fixed_dictionaries(
            {"alertNames": st.lists(st.sampled_from(ALERT_NAMES), min_size=1, max_size=2)},
            optional={"minSeverity": severities},
        ),
        "minSeverity": severities,
        "suspend": st.booleans(),
        "default": st.fixed_dictionaries(
            {}, optional={"after": durations, "minSeverity": severities}
        ),
        "allowedNamespaces": st.sampled_from(
            [
                {"from": "All"},
                {"from": "Same"},
                {"from": "Selector", "selector": {"matchLabels": {"tenant": "true"}}},
                {"from": "Selector", "selector": {}},
            ]
        ),
    },
).map(_receivers)
hostile = st.text(max_size=24) | st.text(
    alphabet="\n\r\t\x00\x85\u2028\u202e\ufeff{}[]:#&*!|>'\"%@`,-?\\ $()aé😀", max_size=24
)
"""Newlines, YAML's syntax, template brackets, NUL, right-to-left marks, the reloader's `$(`."""
