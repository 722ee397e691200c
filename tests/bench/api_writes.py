"""
API writes per AlertRule, from the API server's audit log.

The floor is what cannot be avoided: creating or changing a rule is one child and one status,
deleting one is nothing (the garbage collector removes the child). Events are counted apart. kopf's
own would be any write that is none of ours. What a change of rules makes others write (a channel
counts its users, the Alertmanager Secret) is a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.bench.fleet import Fleet
from tests.bench.harness import EXACTLY, Goal, Line
from tests.bench.rules import API_VERSION, alert_rule
from tests.bench.session import Session
from tests.cluster.audit import Event
from tests.cluster.base import wait_until

_PREFIX = "writes"
_NAMESPACE = f"{_PREFIX}-000"
_OF_A_RULE = {"prometheusrules", "alertrules"}
_OF_OTHERS = {"notificationchannels", "healthchecks", "secrets"}
_EVENTS = {"events"}


def run(session: Session) -> list[Line]:
    """Create, update and delete some rules, round by round."""
    count = session.options.size("api_writes", 20, 5)
    fleet = session.fleet(count)
    fleet.prepare([_NAMESPACE])
    fleet.settle()
    verbs: dict[str, Callable[[Fleet, int], Any]] = {
        "create": _create,
        "update": _update,
        "delete": _delete,
    }
    writes: dict[str, list[float]] = {verb: [] for verb in verbs}
    kopf: list[float] = []
    events: list[float] = []
    others: list[float] = []
    for number in range(session.options.rounds):
        for verb, change in verbs.items():
            made = [_resource(event) for event in _writes_during(fleet, change, count)]
            writes[verb].append(_count(made, _OF_A_RULE) / count)
            events.append(_count(made, _EVENTS) / count)
            others.append(_count(made, _OF_OTHERS) / count)
            kopf.append(float(len(made)) - _count(made, _OF_A_RULE | _OF_OTHERS | _EVENTS))
        session.options.say(f"round {number + 1}: " + str({v: w[-1] for v, w in writes.items()}))
    goals = {"create": 2, "update": 2, "delete": 0}
    lines = [
        Line(f"API writes per AlertRule {verb}", tuple(values), "", Goal(EXACTLY, goals[verb]))
        for verb, values in writes.items()
    ]
    lines.append(Line("API writes of kopf itself", tuple(kopf), "", Goal(EXACTLY, 0)))
    lines.append(Line("events per change", tuple(events)))
    lines.append(Line("writes of channels and the Secret per change", tuple(others)))
    return lines


def _writes_during(fleet: Fleet, change: Callable[[Fleet, int], Any], count: int) -> list[Event]:
    before = len(fleet.writes())
    for index in range(count):
        change(fleet, index)
    there = 0 if change is _delete else count
    wait_until(lambda: fleet.children(_NAMESPACE) == there, "the children follow", timeout=120)
    fleet.settle()
    return fleet.writes()[before:]


def _create(fleet: Fleet, index: int) -> None:
    fleet.cluster.admin.create(alert_rule(index, prefix=_PREFIX))


def _update(fleet: Fleet, index: int) -> None:
    name = alert_rule(index, prefix=_PREFIX)["metadata"]["name"]
    patch = {"spec": {"description": "changed"}}
    fleet.cluster.admin.merge_patch(API_VERSION, "AlertRule", name, patch, _NAMESPACE)


def _delete(fleet: Fleet, index: int) -> None:
    name = alert_rule(index, prefix=_PREFIX)["metadata"]["name"]
    fleet.cluster.admin.delete(API_VERSION, "AlertRule", name, _NAMESPACE)


def _resource(event: Event) -> str:
    return str(event.get("objectRef", {}).get("resource"))


def _count(resources: list[str], of: set[str]) -> float:
    return float(sum(resource in of for resource in resources))
