"""
What is known of a PromQL expression, as one small value.

Verdicts cross a process border as rows of strings and are kept by the thousand,
so they hold no syntax tree and nothing that differs between two good expressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of an expression; the four cases exclude each other."""

    VALID = "Valid"
    """Prometheus accepts it and it can be evaluated as an alert."""
    INVALID = "Invalid"
    """It is proven that Prometheus refuses it, or fails at each evaluation."""
    UNSUPPORTED = "Unsupported"
    """It uses syntax that is new or behind a feature flag: only that Prometheus can tell."""
    UNVERIFIABLE = "Unverifiable"
    """The parser died or ran out of time or memory on it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    The judgement on one expression.

    `message` is empty for a plain valid expression; else one or two sentences
    with the place (`line 1, column 5`), the reason and the remedy. `value_type`
    is `vector`, `scalar`, `matrix`, `string`, or empty where it is not known.
    `heavy` says why the query is expensive for everybody, and is empty where
    it is not; whether that matters depends on who wrote it (threat S16).
    """

    outcome: Outcome
    message: str = ""
    value_type: str = ""
    heavy: str = ""

    @property
    def accepted(self) -> bool:
        """True where the expression may be passed on: valid, or not ours to refuse."""
        return self.outcome in {Outcome.VALID, Outcome.UNSUPPORTED}

    def row(self) -> list[str]:
        """Write the verdict as plain strings, for a pipe."""
        return [self.outcome.value, self.message, self.value_type, self.heavy]


def verdict_of(row: Sequence[str]) -> Verdict:
    """Read what `Verdict.row` wrote; a malformed row raises ValueError."""
    outcome, message, value_type, heavy = row
    return Verdict(Outcome(outcome), str(message), str(value_type), str(heavy))
