"""Random objects of our kinds, for laws."""

from __future__ import annotations

from hypothesis import strategies as st

from tocsin.api.notify import Notify

NAMESPACES = ("shop", "shop-a", "platform", "victim")
CHANNELS = ("slack", "pager", "boss", "a-b")

namespaces = st.sampled_from(NAMESPACES) | st.from_regex(
    r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True
)
names = st.sampled_from(["a", "a-b", "errors"]) | st.from_regex(
    r"[a-z0-9]([-a-z0-9]{0,120}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,120}[a-z0-9])?)?", fullmatch=True
)
severities = st.sampled_from(["critical", "warning", "info", "none"])
durations = st.sampled_from(["1s", "30s", "60s", "1m", "5m", "4h", "1d"])

channel_refs = st.fixed_dictionaries(
    {"name": st.sampled_from(CHANNELS)},
    optional={
        "namespace": st.sampled_from(NAMESPACES),
        "minSeverity": severities | st.just("unknown"),
    },
)
notify_specs = st.fixed_dictionaries(
    {},
    optional={
        "channels": st.lists(channel_refs, max_size=4, unique_by=lambda ref: ref["name"]),
        "groupBy": st.lists(
            st.sampled_from(["route", "code", "tocsin_name", "instance"]), max_size=3, unique=True
        ),
        "groupWait": durations,
        "groupInterval": durations,
        "repeatInterval": durations,
    },
)
notifies = notify_specs.map(Notify.model_validate)

channel_specs = st.fixed_dictionaries(
    {"webhook": st.just({"url": "https://hooks.example.org"})},
    optional={
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
)
hostile = st.text(max_size=24) | st.text(
    alphabet="\n\r\t\x00\x85\u2028\u202e\ufeff{}[]:#&*!|>'\"%@`,-?\\ $()aé😀", max_size=24
)
"""Newlines, YAML's syntax, template brackets, NUL, right-to-left marks, the reloader's `$(`."""
