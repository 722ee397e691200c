"""
The watches: kopf, in a thread with an event loop of its own, for ever.

kopf takes every task of its event loop for its own, and cancels them all when it
ends; the controller's tasks must survive that. So kopf gets a thread and a loop to
itself (`apart`), and is started again in the same process whenever it ends. What it
saw is handed over to the controller's loop (`handoff`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence

from tocsin.adapters.credentials import Credentials
from tocsin.handlers.apart import run_apart
from tocsin.handlers.feeders import register_feeders
from tocsin.handlers.framework import ForgetfulMemories, kopf
from tocsin.handlers.handoff import Handoff, Sink
from tocsin.handlers.login import Login
from tocsin.handlers.settings import InfiniteJitteredBackoff, quiet_loggers, watch_settings

LOG = logging.getLogger("tocsin.watches")

_HEARTBEAT = 1.0
_CALM = 120.0
_END_SECONDS = 5.0
_GRACE = 1.0
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
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._alive_at = time.monotonic()

    async def run(self) -> None:
        """Run until cancelled."""
        loop = asyncio.get_running_loop()
        handoff = Handoff(loop, self._sink)
        ended = asyncio.Event()

        def work() -> None:
            try:
                self._supervise(handoff)
            finally:
                with contextlib.suppress(RuntimeError):  # the controller's loop is closed
                    loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=work, name="watches", daemon=True).start()
        try:
            await ended.wait()
        finally:
            self._stopping.set()
            self.restart()
            try:
                await asyncio.wait_for(ended.wait(), _END_SECONDS)
            except TimeoutError:
                LOG.warning("the watches did not end within %.0f s; they are left", _END_SECONDS)

    def restart(self) -> None:
        """List and watch everything anew, because other kinds are served now."""
        with contextlib.suppress(RuntimeError):  # between two runs: the next begins anew anyway
            if self._loop is not None and self._end is not None:
                self._loop.call_soon_threadsafe(self._end.set)

    def silent_for(self) -> float:
        """Seconds since the watches' event loop last turned."""
        return time.monotonic() - self._alive_at

    # -- in the thread -----------------------------------------------------

    def _supervise(self, handoff: Handoff) -> None:
        quiet_loggers()
        pauses = iter(InfiniteJitteredBackoff())
        while not self._stopping.is_set():
            began = self._alive_at = time.monotonic()
            asked = False
            try:
                asked = run_apart(self._watch(handoff))
            except Exception as error:  # noqa: BLE001 whatever ends a run, the next one begins
                LOG.error("the watches failed: %s", type(error).__name__)  # noqa: TRY400 foreign text
            if self._stopping.is_set():
                return
            self._restarted()
            if asked or time.monotonic() - began > _CALM:
                pauses = iter(InfiniteJitteredBackoff())
            pause = next(pauses)
            LOG.warning("the watches ended; they begin again in %.1f s", pause)
            self._stopping.wait(pause)

    async def _watch(self, handoff: Handoff) -> bool:
        """Run kopf once; tells whether it ended because it was asked to."""
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        self._loop, self._end = loop, end
        self._beat(loop)
        login, registry = Login(self._credentials), kopf.OperatorRegistry()
        login.register(registry)
        register_feeders(registry, handoff.put)
        asked = asyncio.create_task(end.wait())
        ours = asyncio.all_tasks()
        tasks = await kopf.spawn_tasks(
            registry=registry,
            settings=watch_settings(),
            memories=ForgetfulMemories(),
            clusterwide=not self._namespaces,
            namespaces=self._namespaces,
            stop_flag=end,
        )
        if self._stopping.is_set():
            end.set()
        done, _ = await asyncio.wait([*tasks, asked], return_when=asyncio.FIRST_COMPLETED)
        if end.is_set():
            # Where the server is away, kopf would wait 5 s for what it has forgotten.
            ending = asyncio.create_task(kopf.run_tasks(tasks, ignored=ours))
            await asyncio.wait([ending], timeout=_GRACE)
        for task in done:
            if not task.cancelled() and task.exception() is not None:
                # kopf has logged what it was; a foreign text could hold anything.
                LOG.error("the watches failed: %s", type(task.exception()).__name__)
        await login.aclose()
        await asyncio.sleep(_CLOSING)
        return end.is_set()

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._alive_at = time.monotonic()
        loop.call_later(_HEARTBEAT, self._beat, loop)
