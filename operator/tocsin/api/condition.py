"""Conditions in the `metav1.Condition` shape, and their merge, which moves no clock in vain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tocsin.api.problem import Reason

Status = Literal["True", "False", "Unknown"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as we conclude it; the transition time is added when it is merged."""

    type: str
    status: Status
    reason: Reason
    message: str = ""


def merge_conditions(
    old: Sequence[Mapping[str, Any]],
    new: Iterable[Condition],
    *,
    generation: int,
    now: str,
) -> list[dict[str, Any]]:
    """
    Replace `old` by `new`, moving `lastTransitionTime` only where a status flipped.

    Reconciling twice in a row yields equal conditions, so that a steady object
    costs no write. `now` is RFC 3339 in UTC; the order is that of `new`.
    """
    before = {str(condition.get("type")): condition for condition in old}

    def stamped(condition: Condition) -> dict[str, Any]:
        earlier = before.get(condition.type, {})
        same = earlier.get("status") == condition.status and "lastTransitionTime" in earlier
        return {
            "type": condition.type,
            "status": condition.status,
            "observedGeneration": generation,
            "lastTransitionTime": earlier["lastTransitionTime"] if same else now,
            "reason": str(condition.reason),
            "message": condition.message,
        }

    return [stamped(condition) for condition in new]
