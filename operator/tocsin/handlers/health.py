"""
Whether the operator lives and works: what `/healthz` and `/readyz` say.

Never a zombie (I12): without a full pass the process is unhealthy, whatever else
turns. Everything here is read from memory; a probe costs nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

FIRST_PASS_SECONDS = 300.0
PASS_SECONDS = 900.0
"""Full passes come every 600 s; one may fail and be repeated."""
WATCHES_SECONDS = 60.0
LAG_SECONDS = 10.0
_TICK = 1.0
_REMEMBERED = 60


class Clock(Protocol):
    """Time."""

    def monotonic(self) -> float:
        """Seconds that only grow."""
        ...


class LoopLag:
    """Measures how late the event loop is: the largest delay within a minute."""

    def __init__(self, clock: Clock, show: Callable[[float], None]) -> None:
        self._clock = clock
        self._show = show
        self._delays: deque[float] = deque(maxlen=_REMEMBERED)

    @property
    def largest(self) -> float:
        """The largest delay within the last minute, in seconds."""
        return max(self._delays, default=0.0)

    async def run(self) -> None:
        """Measure, until cancelled."""
        while True:
            began = self._clock.monotonic()
            await asyncio.sleep(_TICK)
            self._delays.append(max(self._clock.monotonic() - began - _TICK, 0.0))
            self._show(self.largest)


class Health:
    """Gathers what the parts know of themselves."""

    def __init__(
        self,
        clock: Clock,
        *,
        last_pass: Callable[[], float | None],
        controller: Callable[[], tuple[str, ...]],
        waiting_for: Callable[[], str],
        watches_silent_for: Callable[[], float],
        lag: Callable[[], float],
    ) -> None:
        self._clock = clock
        self._began = clock.monotonic()
        self._last_pass = last_pass
        self._controller = controller
        self._waiting_for = waiting_for
        self._watches_silent_for = watches_silent_for
        self._lag = lag

    def alive(self) -> tuple[str, ...]:
        """Name what only a restart may mend; empty when all is well."""
        return (*self._pass(), *self._turning(), *self._controller())

    def ready(self) -> tuple[str, ...]:
        """Name what the start still waits for; empty when the operator does its work."""
        waiting = self._waiting_for()
        return (f"waiting for {waiting}",) if waiting else ()

    def _pass(self) -> tuple[str, ...]:
        last = self._last_pass()
        since = self._clock.monotonic() - (self._began if last is None else last)
        if last is None and since > FIRST_PASS_SECONDS:
            return (f"no full pass has succeeded for {since:.0f} s since the start",)
        if last is not None and since > PASS_SECONDS:
            return (f"the last full pass was {since:.0f} s ago",)
        return ()

    def _turning(self) -> tuple[str, ...]:
        found = []
        silent, lag = self._watches_silent_for(), self._lag()
        if silent > WATCHES_SECONDS:
            found.append(f"the watches have stood still for {silent:.0f} s")
        if lag > LAG_SECONDS:
            found.append(f"the event loop was {lag:.0f} s late within the last minute")
        return tuple(found)
