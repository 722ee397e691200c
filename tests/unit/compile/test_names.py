"""Names and digests: frozen, readable, and never the same for two objects."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.compile.strategies import names, namespaces, notifies

from tocsin.api.meta import ObjectRef
from tocsin.api.notify import Notify
from tocsin.compile.names import MAX_CHILD_NAME, canonical_json, child_name, digest_of
from tocsin.compile.notify import RouteBlock, route_block

SLACK = {"namespace": "shop", "name": "slack"}
EMPTY = {"times": [{"start": "24:00", "end": "00:00"}]}
STEP = {"after": "15m", "channels": [SLACK]}
FROZEN = Path(__file__).parent / "testdata" / "frozen.yaml"
FROZEN_BLOCKS: dict[str, dict[str, Any]] = {
    "nobody": {"channels": []},
    "one": {"channels": [{"name": "slack"}]},
    "grouped": {"channels": [{"name": "slack"}], "groupBy": ["route", "code"]},
    "floors": {
        "channels": [
            {"name": "slack"},
            {"name": "pager", "namespace": "platform", "minSeverity": "critical"},
        ],
        "groupWait": "60s",
        "groupInterval": "5m",
        "repeatInterval": "1d",
    },
    "to defaults": {"groupBy": ["instance"]},
    "escalated": {
        "channels": [{"name": "slack"}],
        "escalation": [
            {"after": "60m", "channels": [{"name": "boss", "minSeverity": "critical"}]},
            {"after": "15m", "channels": [{"name": "lead"}]},
        ],
    },
    "paced": {"maxPerHour": 5},
    "hours": {
        "channels": [
            {
                "name": "slack",
                "activeTimes": [
                    {
                        "weekdays": ["monday:friday"],
                        "times": [{"start": "08:00", "end": "18:00"}],
                        "timezone": "Europe/Paris",
                    },
                    {"daysOfMonth": ["1"], "months": ["january"], "years": ["2026"]},
                ],
            }
        ]
    },
}
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")

refs = st.builds(ObjectRef, st.sampled_from(["AlertRule", "HealthCheck"]), namespaces, names)


def test_names_and_digests_are_frozen(golden) -> None:
    """A change here would restart every alert's `for` in every cluster once."""
    long = ObjectRef("AlertRule", "n" * 63, "a" * 253)
    shown = {
        "child_name": {
            str(ref): child_name(ref)
            for ref in (
                ObjectRef("AlertRule", "shop", "errors"),
                ObjectRef("HealthCheck", "shop", "errors"),
                ObjectRef("AlertRule", "shop", "a.b-c"),
                long,
            )
        },
        "digest": {
            name: block.digest
            for name, spec in FROZEN_BLOCKS.items()
            if (block := route_block("shop", Notify.model_validate(spec)))
        },
    }
    golden.check(FROZEN, yaml.safe_dump(shown, sort_keys=True, width=1000))


@given(refs)
def test_child_name_is_a_short_subdomain(ref: ObjectRef) -> None:
    name = child_name(ref)
    assert len(name) <= MAX_CHILD_NAME
    assert SUBDOMAIN.fullmatch(name)
    assert re.search("-[0-9a-f]{10}$", name)


@given(refs, refs)
def test_child_names_are_injective(one: ObjectRef, other: ObjectRef) -> None:
    assert (child_name(one) == child_name(other)) == (one == other)


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_parts_of_a_digest_do_not_run_together(one: list[str], other: list[str]) -> None:
    """`a-b` and `c` are not `a` and `b-c` (S18)."""
    assert (digest_of(one, 32) == digest_of(other, 32)) == (one == other)


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical_json({"b": 1, "a": "ü"}) == canonical_json({"a": "ü", "b": 1})
    assert canonical_json({"b": 1, "a": "ü"}) == '{"a":"ü","b":1}'


@given(namespaces, notifies, st.randoms(use_true_random=False))
def test_a_block_does_not_depend_on_the_order_of_its_lists(namespace, notify, random) -> None:
    """An edit that only reorders moves no alert."""
    lists = {
        name: getattr(notify, name) for name in {"channels", "group_by"} & notify.model_fields_set
    }
    shuffled = notify.model_copy(
        update={name: tuple(random.sample(part, len(part))) for name, part in lists.items()}
        | {"escalation": tuple(random.sample(notify.escalation, len(notify.escalation)))}
    )
    assert route_block(namespace, shuffled) == route_block(namespace, notify)


@given(namespaces, namespaces, notifies)
def test_blocks_of_two_namespaces_never_share_a_digest(one, other, notify) -> None:
    """S02: no other namespace can carry a block's digest by writing the same."""
    first, second = route_block(one, notify), route_block(other, notify)
    if first is not None and second is not None:
        assert (first.digest == second.digest) == (one == other)


@given(namespaces, notifies)
def test_record_of_a_block_is_read_back(namespace, notify) -> None:
    block = route_block(namespace, notify)
    if block is not None:
        assert RouteBlock.from_record(block.to_record()) == block


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        {},
        {"namespace": ""},
        {"namespace": "shop", "unknown": 1},
        {"namespace": "shop", "channels": {}},
        {"namespace": "shop", "channels": ["slack"]},
        {"namespace": "shop", "channels": [{"name": "slack"}]},
        {"namespace": "shop", "channels": [{"namespace": "shop", "name": "x", "after": "1m"}]},
        {
            "namespace": "shop",
            "channels": [
                {"namespace": "shop", "name": "x"},
                {"namespace": "shop", "name": "x", "minSeverity": "info"},
            ],
        },
        {"namespace": "shop", "groupBy": ["..."]},
        {"namespace": "shop", "groupBy": ['a"b']},
        {"namespace": "shop", "groupWait": "soon"},
        {"namespace": "shop", "groupWait": 30},
        {"namespace": "shop", "repeatInterval": "0s"},
        {"namespace": "shop", "maxPerHour": True},
        {"namespace": "shop", "maxPerHour": 61},
        {"namespace": "shop", "maxPerHour": 5, "groupBy": ["route"]},
        {"namespace": "shop", "escalation": [{"after": "15m", "channels": []}]},
        {"namespace": "shop", "escalation": [{"after": "0s", "channels": [SLACK]}]},
        {"namespace": "shop", "escalation": [{"after": "15m", "channels": ["slack"]}]},
        {"namespace": "shop", "channels": [SLACK], "escalation": [STEP]},
        {"namespace": "shop", "channels": [SLACK | {"activeTimes": []}]},
        {"namespace": "shop", "channels": [SLACK | {"activeTimes": [{"times": ["noon"]}]}]},
        {"namespace": "shop", "channels": [SLACK | {"activeTimes": [{"timezone": "Mars"}]}]},
        {"namespace": "shop", "channels": [SLACK | {"activeTimes": [{}] * 17}]},
        {"namespace": "shop", "channels": [SLACK | {"activeTimes": [EMPTY]}]},
    ],
)
def test_damaged_record_is_refused(record: object) -> None:
    with pytest.raises(ValueError, match=r"not|twice|zero"):
        RouteBlock.from_record(record)
