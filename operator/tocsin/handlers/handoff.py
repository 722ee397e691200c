"""
From the watches' thread to the controller's event loop, in order and in small portions.

The one place where two threads meet: documents are handed over and not touched again
by the side that gave them.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from typing import Any, Protocol

LOG = logging.getLogger("tocsin.watches")

_PORTION = 64
"""Events taken in one turn of the loop, so that other work is not held up."""


class Sink(Protocol):
    """Who is told; `reconcile.ports.Feed` is one."""

    def seen(self, kind: str, event_type: str | None, document: Mapping[str, Any]) -> None:
        """Take one object."""
        ...


class Handoff:
    """`put` in any thread, `sink.seen` in the loop's."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sink: Sink) -> None:
        self._loop = loop
        self._sink = sink
        self._waiting: deque[tuple[str, str | None, Mapping[str, Any]]] = deque()
        self._called = False

    def put(self, kind: str, event_type: str | None, document: Mapping[str, Any]) -> None:
        """Hand one event over; for the watches' thread alone."""
        self._waiting.append((kind, event_type, document))
        if not self._called:
            self._called = True
            self._loop.call_soon_threadsafe(self._take)

    def _take(self) -> None:
        # Cleared before looking: what is put from now on calls again, at worst once too often.
        self._called = False
        for _ in range(_PORTION):
            try:
                event = self._waiting.popleft()
            except IndexError:
                return
            try:
                self._sink.seen(*event)
            except Exception as error:  # noqa: BLE001 one strange object must not stop the others
                # Without its text, which may hold a user's data.
                LOG.error("an event of kind %s was not taken: %s", event[0], _place(error))  # noqa: TRY400 no traceback
        self._called = True
        self._loop.call_soon(self._take)


def _place(error: Exception) -> str:
    """Name an exception's type and where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    code = trace.tb_frame.f_code
    return f"{type(error).__name__} in {code.co_qualname}, line {trace.tb_lineno}"
