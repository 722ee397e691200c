"""
An expression confined to a namespace, as one small value that crosses the pipe.

`promql.tenancy` makes it, in the limited child process; everybody else reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Confined:
    """
    The text with `namespace="…"` in every selector, or why there is none.

    `text` is empty where `problem` is not. `unknown` says that nothing was proven:
    the parser died, and may be asked again.
    """

    text: str = ""
    problem: str = ""
    unknown: bool = False

    def row(self) -> list[str]:
        """Write it as plain strings, for a pipe."""
        return [self.text, self.problem]


def confined_of(row: Sequence[str]) -> Confined:
    """Read what `Confined.row` wrote; a malformed row raises ValueError."""
    text, problem = row
    return Confined(str(text), str(problem))
