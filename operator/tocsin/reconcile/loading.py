"""
Watching routes and receivers become live: what every Alertmanager has loaded.

Looks only while somebody waits: soon after a write, then less and less often for
two minutes, then twice a minute, and once at each sweep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Reason
from tocsin.compile.loaded import Loaded
from tocsin.reconcile.outside import Outside
from tocsin.reconcile.queue import Urgency, WorkQueue
from tocsin.reconcile.snapshot import Snapshot

_FIRST = 0.1
_LONGEST = 3.0
_PATIENCE = 120.0
_REGULAR = 30.0


class RouteWatch:
    """Asks the Alertmanagers, and wakes whom it concerns that something was loaded."""

    def __init__(self, outside: Outside, snapshot: Snapshot, queue: WorkQueue) -> None:
        self._outside = outside
        self._snapshot = snapshot
        self._queue = queue
        self._wanted = asyncio.Event()
        snapshot.awaited.on_first = self.wanted

    def wanted(self) -> None:
        """Ask soon: the Secret was written, or somebody waits."""
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
        """Ask once, and wake those whose way came or went."""
        loaded = await self._outside.observer.loaded()
        before = self._snapshot.secret.loaded
        self._snapshot.secret.loaded = loaded
        if loaded != before:
            self._queue.add_all(sorted(self._concerned(before, loaded), key=str), Urgency.EDIT)

    def _concerned(self, before: Loaded | None, now: Loaded | None) -> frozenset[ObjectRef]:
        """Give those whose status may say something else now."""
        found = set(self._snapshot.awaited.refs)
        for digest in _digests(now) ^ _digests(before):
            found |= self._snapshot.rules_of(digest)
        if before is None:
            found.update(self._snapshot.rules_saying(Reason.ROUTE_NOT_OBSERVED))
        elif now is not None:
            for namespace in _poorer(before, now):
                found |= (
                    self._snapshot.rules_in(namespace) if namespace else {*self._snapshot.rules}
                )
        return frozenset(found)

    def _all_loaded(self) -> bool:
        secret = self._snapshot.secret
        if secret.loaded is None or self._snapshot.awaited.refs:
            return False
        return secret.written <= secret.loaded.digests

    async def _until_loaded(self) -> None:
        clock = self._outside.clock
        end, pause = clock.monotonic() + _PATIENCE, _FIRST
        while clock.monotonic() < end and not self._wanted.is_set():
            await self.look()
            if self._all_loaded():
                return
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST)


def _digests(loaded: Loaded | None) -> frozenset[str]:
    return frozenset() if loaded is None else loaded.digests


def _poorer(before: Loaded, now: Loaded) -> Iterator[str]:
    """Give the namespaces whose default route lost a receiver; the platform's is empty."""
    for fence, receivers in before.routes.items():
        kind, _, name = fence.partition("/")
        if kind == "namespace" and receivers - now.routes.get(fence, frozenset()):
            yield name
