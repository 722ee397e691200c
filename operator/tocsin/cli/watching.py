"""Files that are watched by looking at their times of change; no library, on every system."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from tocsin.cli.files import UsageError, files_of

_PAUSE = 0.3

Signature = frozenset[tuple[str, int, int]]


def changes(arguments: Sequence[str], *, pause: float = _PAUSE) -> Iterator[None]:
    """Yield at once, and then whenever a file of these, or below these folders, has changed."""
    seen = signature(arguments)
    while True:
        yield
        while (now := signature(arguments)) == seen:
            time.sleep(pause)
        seen = now


def signature(arguments: Sequence[str]) -> Signature:
    """Say which files there are, how large, and when they changed; what is gone is left out."""
    found: set[tuple[str, int, int]] = set()
    for argument in arguments:
        with suppress(UsageError):
            for path, _ in files_of(argument):
                with suppress(OSError, ValueError):
                    state = os.stat(path)  # noqa: PTH116 a Path costs more than the call
                    found.add((path, state.st_size, state.st_mtime_ns))
    return frozenset(found)
