"""
One execution: what it has written, what it may still do, and what it knows.

Everything that a template can spend is counted here: steps, work inside functions,
characters written, templates that call each other. Running out stops it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tocsin.promql.gotemplate.times import Zone
from tocsin.promql.gotemplate.values import Stopped


@dataclass(frozen=True, slots=True)
class Limits:
    """What one execution may spend."""

    written: int = 2 << 20
    """Characters of the result, and of any value on the way."""
    steps: int = 200_000
    """Nodes executed: 500 alerts with 400 nodes each."""
    work: int = 16 << 20
    """Characters that functions read, some of them counted several times."""
    depth: int = 100
    """Control structures and called templates open at the same place."""


class TooMuch(Stopped):
    """A limit was reached."""


@dataclass(slots=True)
class Execution:
    """The state of one execution."""

    limits: Limits
    now: int
    zones: Callable[[str], Zone | None]
    lenient: bool = False
    out: list[str] = field(default_factory=list)
    written: int = 0
    steps: int = 0
    work: int = 0
    depth: int = 0
    missing: tuple[str, str] | None = None
    """The label or annotation looked up last that is not there: where, and its name."""

    def spend(self, work: int) -> None:
        """Count the work of a function, before it is done."""
        self.work += work
        if self.work > self.limits.work:
            raise TooMuch("takes too long: simplify the template")

    @property
    def cost(self) -> int:
        """Give what it took so far, in the unit of `work`."""
        return self.work + 80 * self.steps

    def room(self) -> int:
        """Give how many characters a value may have."""
        return self.limits.written

    def zone(self, name: str) -> Zone | None:
        """Give a time zone."""
        return self.zones(name)

    def step(self, count: int) -> None:
        """Count nodes."""
        self.steps += count
        if self.steps > self.limits.steps:
            raise TooMuch("takes too many steps: simplify the template")

    def enter(self) -> None:
        """Go one level deeper."""
        self.depth += 1
        if self.depth > self.limits.depth:
            raise TooMuch("the templates call each other too deeply: simplify them")

    def write(self, text: str) -> None:
        """Write a part of the result."""
        self.written += len(text)
        if self.written > self.limits.written:
            raise TooMuch(
                f"writes more than {self.limits.written:,} characters: write out fewer alerts"
            )
        self.out.append(text)
