"""`Routed`: what is said of the way to the channels before, while and after it is loaded."""

from __future__ import annotations

from typing import Any, cast

import pytest
from tests.unit.reconcile.test_rule_tests import Clock

from tocsin.api.condition import Condition
from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ALERT_RULE, NOTIFICATION_CHANNEL, ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.parse import parse_spec
from tocsin.compile.alertmanager import ChannelInput
from tocsin.compile.loaded import Loaded
from tocsin.reconcile.awaiting import LOAD_DEADLINE
from tocsin.reconcile.entries import RuleEntry, pack
from tocsin.reconcile.outside import Outside
from tocsin.reconcile.routed import RouteConclusion
from tocsin.reconcile.snapshot import Snapshot

RULE = ObjectRef(ALERT_RULE, "shop", "errors")
CHAT, BOSS = "shop/chat", "shop/boss"


class Told:
    """A rule without a notify block, the channels of its namespace, and what is loaded."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.asked = 0
        self.snapshot = Snapshot(OperatorConfig())
        self.snapshot.awaited.on_first = self._ask
        self.entry = RuleEntry("u1", 1, 1, "", b"", b"", severities=("warning",))
        self.snapshot.put_rule(RULE, self.entry)
        none = cast("Any", None)
        outside = Outside(none, none, none, none, none, self.clock)
        self._routes = RouteConclusion(outside, self.snapshot)

    def _ask(self) -> None:
        self.asked += 1

    def channels(self, *names: str) -> None:
        """Let the namespace have these default channels, written to the Secret."""
        for text in names:
            ref = ObjectRef(NOTIFICATION_CHANNEL, *text.split("/"))
            spec = parse_spec(ref, {"webhook": {"url": "http://127.0.0.1/"}, "default": {}})
            assert isinstance(spec, NotificationChannelSpec)
            self.snapshot.set_channel_input(ref, ChannelInput(ref, spec, usable=True))
        self.snapshot.secret.channels |= frozenset(names)

    def load(self, *names: str, fence: str = "namespace/shop") -> None:
        """Let Alertmanager have a default route to these."""
        self.snapshot.secret.loaded = Loaded(routes={fence: frozenset(names)})

    def conclude(self) -> Condition:
        """Conclude, and show it in the status."""
        condition, _ = self._routes.conclude(RULE, self.entry)
        shown = {
            "type": "Routed",
            "status": condition.status,
            "reason": str(condition.reason),
            "message": condition.message,
            "observedGeneration": self.entry.generation,
        }
        self.entry.status = pack({"conditions": [shown]})
        return condition

    def said(self) -> tuple[str, str]:
        """Conclude; gives status and reason."""
        condition = self.conclude()
        return condition.status, str(condition.reason)


@pytest.fixture
def told() -> Told:
    """A rule with one default channel that is in the Secret."""
    told = Told()
    told.channels(CHAT)
    return told


def test_a_new_way_is_pending_until_it_is_loaded(told: Told) -> None:
    told.load()
    assert told.said() == ("Unknown", "RoutePending")
    assert told.snapshot.awaited.refs == {RULE}
    assert told.asked == 1
    told.said()
    assert told.asked == 1
    told.load(CHAT)
    assert told.said() == ("True", "Succeeded")
    assert not told.snapshot.awaited.refs


def test_the_platforms_route_counts_where_the_namespace_has_none(told: Told) -> None:
    told.load(CHAT, fence="namespace/elsewhere")
    assert told.said() == ("Unknown", "RoutePending")
    told.load(CHAT, fence="namespace/")
    assert told.said() == ("True", "Succeeded")


def test_what_is_not_loaded_for_long_is_a_broken_link(told: Told) -> None:
    told.load()
    told.conclude()
    told.clock.time = LOAD_DEADLINE
    assert told.said() == ("False", "RouteNotLoaded")
    told.load(CHAT)
    assert told.said() == ("True", "Succeeded")


def test_unseen_is_unknown_and_keeps_what_was_true(told: Told) -> None:
    assert told.said() == ("Unknown", "RouteNotObserved")
    told.load(CHAT)
    told.conclude()
    told.snapshot.secret.loaded = None
    assert told.said() == ("True", "Succeeded")
    told.entry.generation = 2
    assert told.said() == ("Unknown", "RouteNotObserved")


def test_one_channel_more_unsays_nothing_while_it_is_loaded(told: Told) -> None:
    told.load(CHAT)
    before = told.conclude()
    told.channels(BOSS)
    told.snapshot.secret.channels = frozenset({CHAT})
    assert told.conclude() == before  # not even written
    told.channels(BOSS)
    assert told.conclude() == before
    told.clock.time = LOAD_DEADLINE
    late = told.conclude()
    assert (late.status, str(late.reason)) == ("Unknown", "RouteNotLoaded")
    assert BOSS in late.message
    told.load(CHAT, BOSS)
    assert told.conclude().message == f"tells {BOSS}, {CHAT}"


def test_a_way_that_went_is_broken_only_after_a_while(told: Told) -> None:
    told.load(CHAT)
    told.conclude()
    told.load()
    assert told.said() == ("True", "Succeeded")
    told.clock.time = LOAD_DEADLINE
    assert told.said() == ("False", "RouteNotLoaded")


def test_a_channel_without_room_is_no_reason_to_keep_what_was_said(told: Told) -> None:
    told.load(CHAT)
    told.conclude()
    told.channels(BOSS)
    told.snapshot.secret.channels = frozenset({CHAT})
    told.snapshot.secret.refused_channels = frozenset({BOSS})
    assert told.said() == ("False", "RoutePending")
