"""One rule over a part of an object, in two languages, with one message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.api.problem import Problem, Reason
from tocsin.api.shown import show


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A rule over one model.

    `holds` is the predicate over the model; `cel` says the same over the stored
    object, empty where CEL cannot. `field` is the field to blame, in the API's
    spelling, empty for the whole part. `message` names the remedy. `shows` is the
    attribute whose value is told before the message, where it can be no secret.
    """

    holds: Callable[[Any], bool]
    message: str
    field: str = ""
    cel: str = ""
    shows: str = ""


def broken(rules: Sequence[Rule], part: Any, path: str) -> Iterator[Problem]:
    """Give a problem for every rule that a part at this path breaks."""
    for rule in rules:
        if not rule.holds(part):
            field = f"{path}.{rule.field}" if rule.field else path
            value = f"{show(getattr(part, rule.shows))} " if rule.shows else ""
            yield Problem(Reason.INVALID_SPEC, field, value + rule.message)


def count(*values: object) -> int:
    """Count the values that are given."""
    return sum(value is not None for value in values)


def cel_count(*fields: str) -> str:
    """Write CEL that counts the fields that are given."""
    return "[" + ", ".join(f"has(self.{name})" for name in fields) + "].filter(x, x).size()"
