"""
An event loop for one run, left behind with whatever hangs in it.

kopf's tasks shield themselves against being cancelled; when one of its watchers has
failed, the others may then wait for each other for ever. So no run waits for them
longer than a moment: the loop is closed over them, and the next run gets a new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 1.0
_FIRST = "watcher for "
"""Tasks of kopf that need their helpers to end, and so are cancelled before these."""


def run_apart(main: Coroutine[Any, Any, T], *, patience: float = PATIENCE) -> T:
    """Run to the end of `main` in a fresh loop, and give other tasks `patience` seconds to end."""
    loop = asyncio.new_event_loop()
    # A task that is left behind complains when it is collected; that is known here.
    loop.set_exception_handler(lambda _loop, _context: None)
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        tasks = asyncio.all_tasks(loop)
        loop.run_until_complete(
            _end([t for t in tasks if t.get_name().startswith(_FIRST)], patience / 2)
        )
        loop.run_until_complete(_end(asyncio.all_tasks(loop), patience / 2))
        asyncio.set_event_loop(None)
        loop.close()


async def _end(tasks: Iterable[asyncio.Task[Any]], seconds: float) -> None:
    ending = [task for task in tasks if task is not asyncio.current_task()]
    for task in ending:
        task.cancel()
    if ending:
        await asyncio.wait(ending, timeout=seconds)
