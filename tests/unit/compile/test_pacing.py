"""How often and when a channel hears: pace, shortest intervals, and words for people."""

from __future__ import annotations

from typing import Any

import pytest

from tocsin.api.config import OperatorConfig
from tocsin.api.duration import milliseconds
from tocsin.api.meta import ObjectRef
from tocsin.api.notification_channel import NotificationChannelSpec
from tocsin.api.notify import Notify
from tocsin.compile.alertmanager import AlertmanagerInputs, ChannelInput
from tocsin.compile.hearers import Hearer
from tocsin.compile.notify import RouteBlock, route_block
from tocsin.compile.notify_checks import check_notify_meaning
from tocsin.compile.pacing import message_interval
from tocsin.compile.routing import Routing, routing_of

SHORT = Notify.model_validate({"groupInterval": "5s", "repeatInterval": "14s"})
CONFIG = OperatorConfig.model_validate(
    {"limits": {"minInterval": "15s"}, "trustedNamespaces": ["platform"]}
)


def paced(most: int) -> RouteBlock:
    block = route_block("shop", Notify.model_validate({"maxPerHour": most}))
    assert block is not None
    return block


@pytest.mark.parametrize("resolves", [False, True])
@pytest.mark.parametrize("most", range(1, 61))
def test_an_hour_never_holds_more_messages_than_allowed(most: int, resolves: bool) -> None:
    """With resolutions two messages may fall into one interval."""
    hearers = [Hearer(("shop", "chat"), None, resolves=resolves)]
    interval = message_interval(paced(most), hearers)
    assert interval is not None
    each = 2 if resolves else 1
    assert 3_600_000 * each / milliseconds(interval) <= most
    assert milliseconds(interval) < 3_600_000 * each / most + 1000, "and no fewer than need be"


def test_escalation_does_not_slow_the_first_message_down() -> None:
    at_once = Hearer(("shop", "chat"), None, resolves=False)
    later = Hearer(("shop", "boss"), None, after="15m", resolves=True)
    assert message_interval(paced(6), [at_once, later]) == "10m"


def test_the_platform_sets_the_shortest_interval() -> None:
    said = [(one.field, one.message) for one in check_notify_meaning("shop", SHORT, CONFIG)]
    why = "is shorter than the platform allows (limits.minInterval): write 15s or more"
    assert said == [
        ("spec.notify.groupInterval", f"5s {why}"),
        ("spec.notify.repeatInterval", f"14s {why}"),
    ]


def test_trusted_namespaces_are_not_bound() -> None:
    assert not list(check_notify_meaning("platform", SHORT, CONFIG))


def routing(notify: dict[str, Any], **specs: dict[str, Any]) -> Routing:
    channels = {}
    for name, spec in specs.items():
        ref = ObjectRef("NotificationChannel", "shop", name)
        whole = {"webhook": {"url": "https://hooks.example.org"}, **spec}
        channels["shop", name] = ChannelInput(
            ref, NotificationChannelSpec.model_validate(whole), usable=True
        )
    block = route_block("shop", Notify.model_validate(notify))
    inputs = AlertmanagerInputs(channels, {}, {}, OperatorConfig())
    return routing_of(ObjectRef("AlertRule", "shop", "rule"), block, ("warning",), inputs)


def test_who_hears_is_said_with_when() -> None:
    said = routing(
        {
            "channels": [{"name": "chat"}, {"name": "low"}],
            "escalation": [{"after": "900s", "channels": [{"name": "boss"}]}],
        },
        chat={},
        low={"digest": "1h"},
        boss={"activeTimes": [{"weekdays": ["monday"]}]},
    )
    assert said.channels == ("shop/boss", "shop/chat", "shop/low")
    assert said.told == (
        "shop/boss after about 15m at its active times",
        "shop/chat",
        "shop/low in a digest every 1h",
    )
    assert said.problems == ()


def test_escalation_alone_is_somebody() -> None:
    step = {"after": "15m", "channels": [{"name": "boss"}]}
    said = routing({"channels": [], "escalation": [step]}, boss={})
    assert (said.channels, said.on_purpose, said.problems) == (("shop/boss",), False, ())


def test_a_lost_step_is_told_and_nobody_stands_in_for_it() -> None:
    step = {"after": "15m", "channels": [{"name": "bos"}]}
    said = routing(
        {"channels": [{"name": "chat"}], "escalation": [step]}, chat={}, boss={"default": {}}
    )
    assert said.channels == ("shop/chat",)
    [problem] = said.problems
    assert problem.field == "spec.notify.escalation"
    assert "no NotificationChannel shop/bos (did you mean boss?)" in problem.message


def test_hours_that_cannot_be_joined_are_told() -> None:
    several = [
        {"weekdays": ["monday"], "timezone": "Europe/Paris"},
        {"weekdays": ["friday"], "timezone": "Asia/Tokyo"},
    ]
    said = routing(
        {"channels": [{"name": "chat", "activeTimes": [*several[::-1], {"years": ["2030"]}]}]},
        chat={"activeTimes": several},
    )
    assert said.channels == ()
    assert said.problems[0].reason == "ChannelNeverHears"
    assert "in one time zone" in said.problems[0].message
