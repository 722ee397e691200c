"""
The work queue: which key to look at next.

A key is at most once in the queue and at most once in work; an addition while
it is in work runs it once more. Users' edits go ahead of start-up and repair,
and within each class the namespaces take turns, so that one noisy tenant delays
nobody. Failures back off per key: 5 ms · 2ⁿ, at most 60 s, with jitter.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections import OrderedDict, deque
from collections.abc import Iterable
from enum import IntEnum

from tocsin.api.meta import ObjectRef
from tocsin.reconcile.ports import Clock

_BACKOFF_BASE = 0.005
_BACKOFF_CAP = 60.0
_BACKOFF_STEPS = 14
_BURST = 5
_SPACING = 1.0
_PURGE_AT = 512
"""Budgets remembered before the spent ones are let go; one takes 700 bytes."""


class Urgency(IntEnum):
    """Classes of work; the smaller goes first."""

    EDIT = 0
    REPAIR = 1


class _Turns:
    """Keys of one class, first in first out per namespace, namespaces in turn."""

    def __init__(self) -> None:
        self._by_namespace: OrderedDict[str, deque[ObjectRef]] = OrderedDict()

    def push(self, key: ObjectRef) -> None:
        self._by_namespace.setdefault(key.namespace, deque()).append(key)

    def pop(self) -> ObjectRef | None:
        if not self._by_namespace:
            return None
        namespace, keys = self._by_namespace.popitem(last=False)
        key = keys.popleft()
        if keys:
            self._by_namespace[namespace] = keys
        return key


class WorkQueue:
    """The queue itself; for one event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._turns = {urgency: _Turns() for urgency in Urgency}
        self._waiting: dict[ObjectRef, tuple[Urgency, float]] = {}
        self._working: dict[ObjectRef, float] = {}
        self._again: dict[ObjectRef, Urgency] = {}
        self._failures: dict[ObjectRef, int] = {}
        self._delayed: list[tuple[float, int, ObjectRef]] = []
        self._due: dict[ObjectRef, float] = {}
        self._recent: dict[ObjectRef, deque[float]] = {}
        self._purge_at = _PURGE_AT
        self._sequence = 0
        self._wake = asyncio.Event()

    def add(self, key: ObjectRef, urgency: Urgency = Urgency.EDIT) -> None:
        """Look at `key` soon; a key that waits already may only move ahead."""
        if key in self._working:
            self._again[key] = min(urgency, self._again.get(key, urgency))
            return
        waiting = self._waiting.get(key)
        if waiting is not None and waiting[0] <= urgency:
            return
        since = waiting[1] if waiting is not None else self._clock.monotonic()
        self._waiting[key] = (urgency, since)
        self._turns[urgency].push(key)
        self._due.pop(key, None)
        self._wake.set()

    def discard(self, key: ObjectRef) -> None:
        """Take back an addition: somebody looks at `key` now."""
        self._waiting.pop(key, None)

    def add_all(self, keys: Iterable[ObjectRef], urgency: Urgency = Urgency.REPAIR) -> None:
        """Look at all of these."""
        for key in keys:
            self.add(key, urgency)

    def add_after(self, key: ObjectRef, seconds: float) -> None:
        """Look at `key` in `seconds`; the earliest wish wins."""
        due = self._clock.monotonic() + seconds
        if self._due.get(key, due + 1) <= due:
            return
        self._due[key] = due
        self._sequence += 1
        heapq.heappush(self._delayed, (due, self._sequence, key))
        self._wake.set()

    def retry(self, key: ObjectRef, at_least: float = 0.0) -> float:
        """Look again after the key's back-off; gives the seconds."""
        failures = self._failures.get(key, 0)
        self._failures[key] = min(failures + 1, _BACKOFF_STEPS)
        delay = min(_BACKOFF_BASE * (1 << failures), _BACKOFF_CAP)
        delay = max(delay * random.uniform(0.75, 1.25), at_least)  # noqa: S311 jitter
        self.add_after(key, delay)
        return delay

    def failures(self, key: ObjectRef) -> int:
        """Give how often the key failed in a row."""
        return self._failures.get(key, 0)

    def succeeded(self, key: ObjectRef) -> None:
        """Forget the key's failures."""
        self._failures.pop(key, None)

    def forget(self, key: ObjectRef) -> None:
        """Drop what is remembered of a key that is gone."""
        self._failures.pop(key, None)
        self._recent.pop(key, None)
        self._due.pop(key, None)

    async def get(self) -> ObjectRef:
        """Take the next key into work; `done` must follow."""
        while True:
            now = self._clock.monotonic()
            timeout = self._release_due(now)
            key = self._pop(now)
            if key is not None:
                self._working[key] = now
                return key
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), timeout)
            except TimeoutError:
                continue

    def done(self, key: ObjectRef) -> None:
        """End the work on `key`; what was added meanwhile is queued now."""
        self._working.pop(key, None)
        again = self._again.pop(key, None)
        if again is not None:
            self.add(key, again)

    def spent(self, key: ObjectRef) -> None:
        """
        Note a write for this key, for its budget.

        Five writes are free; after them the key waits a second a piece, so that
        a client that edits in a loop costs one write a second (S15).
        """
        now = self._clock.monotonic()
        if len(self._recent) >= self._purge_at:
            forgiven = now - _BURST * _SPACING
            self._recent = {k: times for k, times in self._recent.items() if times[-1] > forgiven}
            self._purge_at = max(_PURGE_AT, 2 * len(self._recent))
        times = self._recent.setdefault(key, deque(maxlen=_BURST))
        times.append(now)

    @property
    def depth(self) -> int:
        """How many keys wait or are in work."""
        return len(self._waiting) + len(self._working)

    def oldest_wait(self) -> float:
        """Seconds that the longest waiting key has waited."""
        now = self._clock.monotonic()
        return max((now - since for _, since in self._waiting.values()), default=0.0)

    def longest_work(self) -> float:
        """Seconds that the longest running key has been in work."""
        now = self._clock.monotonic()
        return max((now - since for since in self._working.values()), default=0.0)

    def _release_due(self, now: float) -> float | None:
        while self._delayed:
            due, _, key = self._delayed[0]
            if self._due.get(key) != due:
                heapq.heappop(self._delayed)  # was added at once, or for an earlier time
            elif due <= now:
                heapq.heappop(self._delayed)
                del self._due[key]
                self.add(key, Urgency.REPAIR)
            else:
                return due - now
        return None

    def _pop(self, now: float) -> ObjectRef | None:
        for urgency in Urgency:
            turns = self._turns[urgency]
            while (key := turns.pop()) is not None:
                waiting = self._waiting.get(key)
                if waiting is None or waiting[0] != urgency:
                    continue  # it moved ahead, and its old place is void
                del self._waiting[key]
                pause = self._pause(key, now)
                if pause <= 0:
                    return key
                self.add_after(key, pause)
        return None

    def _pause(self, key: ObjectRef, now: float) -> float:
        times = self._recent.get(key)
        if not times:
            return 0.0
        if now - times[-1] > _BURST * _SPACING:
            del self._recent[key]
            return 0.0
        if len(times) < _BURST or now - times[0] > _BURST * _SPACING:
            return 0.0
        return times[-1] + _SPACING - now
