"""
Status documents: what a user reads back, concluded from what was found out.

Pure functions of their arguments; the clock is a parameter. The first broken
link of the chain gives `Ready` its reason. `Stalled` says that only an edit of
this object helps, `Reconciling` that something else is awaited (kstatus).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tocsin.api.condition import Condition, merge_conditions
from tocsin.api.problem import Problem, Reason, join_problems

_STALLED = frozenset(
    {
        Reason.INVALID_SPEC,
        Reason.INVALID_EXPRESSION,
        Reason.UNVERIFIABLE_EXPRESSION,
        Reason.INVALID_TEMPLATE,
        Reason.TESTS_FAILED,
        Reason.NOT_CONFINED,
        Reason.RESERVED_LABEL,
        Reason.POLICY_VIOLATED,
        Reason.SEVERITY_NOT_ALLOWED,
        Reason.RECEIVER_NOT_ALLOWED,
        Reason.NOT_YET_SUPPORTED,
        Reason.LAST_GOOD_LOST,
        Reason.NAME_TAKEN,
        Reason.OWNERSHIP_CONFLICT,
        Reason.SMTP_NOT_CONFIGURED,
    }
)
"""Reasons that only an edit of the object itself ends."""


APPLIED = "Applied"
"""A link that gives `Ready` its reason and is not shown as a condition of its own."""


def good(type_: str, message: str = "", reason: Reason = Reason.SUCCEEDED) -> Condition:
    """Make a condition that holds."""
    return Condition(type_, "True", reason, message)


def broken(type_: str, problems: Sequence[Problem]) -> Condition:
    """Make a condition that does not hold, from the problems that say why."""
    return Condition(type_, "False", problems[0].reason, join_problems(problems))


def conclude(links: Sequence[Condition], ready: Condition) -> list[Condition]:
    """
    Put `Ready`, and `Stalled` or `Reconciling`, before the links of the chain.

    The first link that is False makes `Ready` false; one that is Unknown does
    not block. `ready` is what stands there where no link is broken.
    """
    bad = next((link for link in links if link.status == "False"), None)
    if bad is None:
        return [ready, *links]
    stalled = bad.reason in _STALLED
    why = Condition("Stalled" if stalled else "Reconciling", "True", bad.reason, bad.message)
    shown = [link for link in links if link.type != APPLIED]
    return [Condition("Ready", "False", bad.reason, bad.message), why, *shown]


def rule_status(
    old: Mapping[str, Any],
    conditions: Sequence[Condition],
    *,
    generation: int,
    live_generation: int,
    channels: Sequence[str],
    child: str,
    suspended: bool,
    now: str,
    tests: tuple[int, int] = (0, 0),
) -> dict[str, Any]:
    """
    Give an AlertRule's status; the same arguments give the same bytes.

    `tests` are how many passed and failed; nothing is shown where none was run.
    """
    status: dict[str, Any] = {
        "observedGeneration": generation,
        "liveGeneration": live_generation,
        "conditions": merge_conditions(
            old.get("conditions") or (), conditions, generation=generation, now=now
        ),
    }
    if channels:
        status["channels"] = list(channels[:32])
        status["channelsSummary"] = summarise(channels)
    if child:
        status["prometheusRule"] = child
    passed, failed = tests
    if passed + failed:
        status["tests"] = {"passed": passed, "failed": failed}
        status["testsSummary"] = f"{passed}/{passed + failed}"
    if suspended:
        status["state"] = "Suspended"
    return status


def channel_status(
    old: Mapping[str, Any],
    conditions: Sequence[Condition],
    *,
    generation: int,
    type_: str,
    used_by: int,
    suspended: bool,
    now: str,
) -> dict[str, Any]:
    """Give a NotificationChannel's status."""
    status: dict[str, Any] = {
        "observedGeneration": generation,
        "conditions": merge_conditions(
            old.get("conditions") or (), conditions, generation=generation, now=now
        ),
        "state": "Suspended" if suspended else "Active",
        "usedBy": {"alertRules": used_by, "healthChecks": 0},
        "usedByCount": used_by,
    }
    if type_:
        status["type"] = type_
    return status


def plain_status(
    old: Mapping[str, Any], conditions: Sequence[Condition], *, generation: int, now: str
) -> dict[str, Any]:
    """Give a status of conditions alone."""
    return {
        "observedGeneration": generation,
        "conditions": merge_conditions(
            old.get("conditions") or (), conditions, generation=generation, now=now
        ),
    }


def summarise(channels: Sequence[str]) -> str:
    """Name the first channel and count the others, for a column: `payments-slack, +1`."""
    if not channels:
        return ""
    first = channels[0].rpartition("/")[2]
    return first if len(channels) == 1 else f"{first}, +{len(channels) - 1}"


def condition_of(status: Mapping[str, Any], type_: str) -> Mapping[str, Any]:
    """Find one condition of a status; empty where there is none."""
    for condition in status.get("conditions") or ():
        if condition.get("type") == type_:
            return dict(condition)
    return {}
