"""What the benchmarks of one run share: the options, and a fleet that is started once."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Self

from tests.bench.fleet import Fleet
from tests.bench.harness import Options


class Session:
    """Use it with ``with``; ``fleet(n)`` gives a running fleet of at least ``n`` rules."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._stack = ExitStack()
        self._fleet: Fleet | None = None

    def fleet(self, rules: int) -> Fleet:
        """The shared fleet, grown where it has to be."""
        if self._fleet is None:
            self._fleet = self._stack.enter_context(Fleet(self.options.say))
        self._fleet.grow(rules)
        return self._fleet

    def alone(self) -> None:
        """End the shared fleet: what follows wants the machine for itself."""
        self._stack.close()
        self._fleet = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._stack.__exit__(kind, error, trace)  # type: ignore[arg-type]  # passed on as they came
