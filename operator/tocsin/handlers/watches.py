"""
The watches: kopf, in a thread with an event loop of its own, for ever.

kopf takes every task of its event loop for its own, and cancels them all when it
ends; the controller's tasks must survive that. So kopf gets a loop to itself, and is
started again in the same process whenever it ends. What it saw is handed over to the
controller's loop (`handoff`).
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence

from tocsin.adapters.credentials import Credentials
from tocsin.handlers.feeders import register_feeders
from tocsin.handlers.framework import ForgetfulMemories, kopf
from tocsin.handlers.handoff import Handoff, Sink
from tocsin.handlers.login import register_login
from tocsin.handlers.settings import InfiniteJitteredBackoff, quiet_loggers, watch_settings

LOG = logging.getLogger("tocsin.watches")

_HEARTBEAT = 1.0
_CALM = 120.0
_END_SECONDS = 5.0
_CLOSING = 0.1
"""Seconds in which TLS connections say goodbye before their loop is closed."""


class Watches:
    """Feeds a sink with everything that is watched."""

    def __init__(
        self,
        credentials: Credentials,
        sink: Sink,
        *,
        namespaces: Sequence[str] = (),
        restarted: Callable[[], None] = lambda: None,
    ) -> None:
        self._credentials = credentials
        self._sink = sink
        self._namespaces = tuple(namespaces)
        self._restarted = restarted
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._again: asyncio.Event | None = None
        self._alive_at = time.monotonic()

    async def run(self) -> None:
        """Run until cancelled."""
        loop = asyncio.get_running_loop()
        handoff = Handoff(loop, self._sink)
        ended = asyncio.Event()

        def work() -> None:
            try:
                asyncio.run(self._supervise(handoff))
            finally:
                loop.call_soon_threadsafe(ended.set)

        thread = threading.Thread(target=work, name="watches", daemon=True)
        thread.start()
        try:
            await ended.wait()
        finally:
            self._ask_to(self._stop)
            try:
                await asyncio.wait_for(ended.wait(), _END_SECONDS)
            except TimeoutError:
                LOG.warning("the watches did not end within %.0f s; they are left", _END_SECONDS)

    def restart(self) -> None:
        """List and watch everything anew, because other kinds are served now."""
        self._ask_to(self._again)

    def silent_for(self) -> float:
        """Seconds since the watches' event loop last turned."""
        return time.monotonic() - self._alive_at

    def _ask_to(self, event: asyncio.Event | None) -> None:
        if self._loop is not None and event is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(event.set)

    # -- in the thread -----------------------------------------------------

    async def _supervise(self, handoff: Handoff) -> None:
        stop = asyncio.Event()
        self._loop, self._stop = asyncio.get_running_loop(), stop
        self._beat(self._loop)
        quiet_loggers()
        registry = kopf.OperatorRegistry()
        register_login(registry, self._credentials)
        register_feeders(registry, handoff.put)
        pauses = iter(InfiniteJitteredBackoff())
        while not stop.is_set():
            began = time.monotonic()
            wanted = await self._watch(registry, stop)
            if stop.is_set():
                return
            self._restarted()
            if wanted or time.monotonic() - began > _CALM:
                pauses = iter(InfiniteJitteredBackoff())
            pause = next(pauses)
            LOG.warning("the watches ended; they begin again in %.1f s", pause)
            try:
                await asyncio.wait_for(stop.wait(), pause)
            except TimeoutError:
                continue

    async def _watch(self, registry: kopf.OperatorRegistry, stop: asyncio.Event) -> bool:
        """Run kopf once; tells whether `restart` ended it."""
        again, end = asyncio.Event(), asyncio.Event()
        self._again = again
        # Made before kopf starts: it leaves those tasks alone that are older than its own.
        waiting = [asyncio.create_task(event.wait()) for event in (stop, again)]
        for task in waiting:
            task.add_done_callback(lambda _: end.set())
        try:
            await kopf.operator(
                registry=registry,
                settings=watch_settings(),
                memories=ForgetfulMemories(),
                clusterwide=not self._namespaces,
                namespaces=self._namespaces,
                stop_flag=end,
            )
        except Exception as error:  # noqa: BLE001 whatever ends kopf, it begins again
            # kopf has logged what it was; a foreign text could hold anything.
            LOG.error("the watches failed: %s", type(error).__name__)  # noqa: TRY400 no traceback
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.sleep(_CLOSING)
        return again.is_set()

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._alive_at = time.monotonic()
        loop.call_later(_HEARTBEAT, self._beat, loop)
