"""
Watching a route become live: which digests every Alertmanager has loaded.

Looks only while somebody waits: soon after a write, then less and less often for
two minutes, then twice a minute, and once at each sweep.
"""

from __future__ import annotations

import asyncio

from tocsin.reconcile.outside import Outside
from tocsin.reconcile.queue import Urgency, WorkQueue
from tocsin.reconcile.snapshot import Snapshot

_FIRST = 0.1
_LONGEST = 3.0
_PATIENCE = 120.0
_REGULAR = 30.0


class RouteWatch:
    """Asks the Alertmanagers, and wakes the rules whose route arrived."""

    def __init__(self, outside: Outside, snapshot: Snapshot, queue: WorkQueue) -> None:
        self._outside = outside
        self._snapshot = snapshot
        self._queue = queue
        self._wanted = asyncio.Event()

    def wanted(self) -> None:
        """Ask soon: the Secret was written."""
        self._wanted.set()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            try:
                await asyncio.wait_for(self._wanted.wait(), _REGULAR)
            except TimeoutError:
                if not self._all_loaded():
                    await self.look()  # an Alertmanager may be back
                continue
            self._wanted.clear()
            await self._until_loaded()

    async def look(self) -> None:
        """Ask once, and wake the rules whose route came or went."""
        loaded = await self._outside.observer.loaded_routes()
        before = self._snapshot.secret.loaded
        self._snapshot.secret.loaded = loaded
        if loaded is None or before is None:
            changed = (loaded or frozenset()) | (before or frozenset())
            changed = changed if loaded != before else frozenset()
        else:
            changed = loaded ^ before
        for digest in sorted(changed):
            self._queue.add_all(self._snapshot.rules_of(digest), Urgency.EDIT)

    def _all_loaded(self) -> bool:
        secret = self._snapshot.secret
        return secret.loaded is not None and secret.written <= secret.loaded

    async def _until_loaded(self) -> None:
        clock = self._outside.clock
        end, pause = clock.monotonic() + _PATIENCE, _FIRST
        while clock.monotonic() < end and not self._wanted.is_set():
            await self.look()
            if self._all_loaded():
                return
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST)
