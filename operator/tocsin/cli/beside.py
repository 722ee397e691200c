"""
One function run beside this process, in a fork of it, where that saves time.

The fork sees everything that was read so far and gives back one picklable value. If it
cannot be made, or dies, the function runs here: the result is the same, only later.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

ResultT = TypeVar("ResultT")


class Beside(Generic[ResultT]):
    """A function that may be running already; `result` gives its value once."""

    def __init__(self, function: Callable[[], ResultT], *, worthwhile: bool) -> None:
        """Start it where it is worthwhile and there is a second processor. Fork, so no threads."""
        self._function = function
        self._child = 0
        self._pipe = -1
        if worthwhile and hasattr(os, "fork") and _processors() > 1:
            with suppress(OSError):
                self._fork()

    def result(self) -> ResultT:
        """Wait for the value, or make it here."""
        if not self._child:
            return self._function()
        with os.fdopen(self._pipe, "rb") as pipe:
            data = pipe.read()
        _, status = os.waitpid(self._child, 0)
        self._child = 0
        if status:
            return self._function()
        made: ResultT = pickle.loads(data)  # noqa: S301 our own fork wrote it
        return made

    def _fork(self) -> None:
        reading, writing = os.pipe()
        try:
            self._child = os.fork()
        except OSError:
            os.close(reading)
            os.close(writing)
            raise
        if self._child:
            os.close(writing)
            self._pipe = reading
            return
        # The fork: whatever happens, it must not go on with what its parent does.
        status = 1
        try:
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(pickle.dumps(self._function(), pickle.HIGHEST_PROTOCOL))
            status = 0
        finally:
            os._exit(status)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
