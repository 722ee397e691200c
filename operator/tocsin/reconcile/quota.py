"""
The bytes that a namespace's PrometheusRules may take together: who fits, and who is too new.

A rule's place depends on the older ones of its namespace alone, and their sizes on
their specs, so that the order in which they are reconciled decides nothing. Nothing is
measured where so few rules cannot pass the limit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Rejection
from tocsin.compile.quota import bytes_problem, may_pass, size_of
from tocsin.compile.rules import CompiledRule
from tocsin.reconcile.queue import Urgency, WorkQueue
from tocsin.reconcile.snapshot import Snapshot

Measure = Callable[[ObjectRef], Awaitable[CompiledRule | Rejection | None]]
"""Compiles a rule as it is now; None for one that is gone or suspended."""


class ByteQuota:
    """Judges rules by `limits.bytesPerNamespace`."""

    def __init__(self, snapshot: Snapshot, queue: WorkQueue, measure: Measure) -> None:
        self._snapshot = snapshot
        self._queue = queue
        self._measure = measure

    async def judge(self, ref: ObjectRef, compiled: CompiledRule) -> CompiledRule | Rejection:
        """Refuse a rule that does not fit beside the older ones."""
        limits = self._snapshot.config.limits
        if not may_pass(self._snapshot.count_in(ref.namespace), limits):
            return compiled
        size = size_of(compiled.child)
        self.changed(ref, size)
        older = 0
        for one in self._snapshot.by_age(ref.namespace):
            if one == ref:
                break
            other = await self._size(one)
            if older + other <= limits.bytes_per_namespace:
                older += other
        problem = bytes_problem(ref.namespace, older, size, limits)
        return compiled if problem is None else Rejection(ref, (problem,))

    def changed(self, ref: ObjectRef, size: int) -> None:
        """Note a rule's size; where it is another, newer rules may fit, or not any more."""
        entry = self._snapshot.rules.get(ref)
        if entry is None or not may_pass(
            self._snapshot.count_in(ref.namespace), self._snapshot.config.limits
        ):
            return
        known, entry.sized = entry.sized, (entry.generation, size)
        if known is not None and known[1] != size:
            siblings = self._snapshot.by_age(ref.namespace)
            for one in siblings[siblings.index(ref) + 1 :]:
                self._queue.add(one, Urgency.REPAIR)

    async def _size(self, ref: ObjectRef) -> int:
        """Give the size of a rule that compiles, 0 for another."""
        entry = self._snapshot.rules.get(ref)
        if entry is None:
            return 0
        if entry.sized is None or entry.sized[0] != entry.generation:
            generation = entry.generation
            compiled = await self._measure(ref)
            size = size_of(compiled.child) if isinstance(compiled, CompiledRule) else 0
            entry.sized = (generation, size)
        return entry.sized[1]
