"""
The bytes that a namespace's PrometheusRules may take together: who fits, and who is too new.

What is live counts first, whatever the rule says by now: an invalid edit keeps it live.
Growth follows, the oldest first, and the sizes that are asked for depend on specs alone, so
that the order in which rules are reconciled decides nothing. Nothing is measured where so
few rules cannot pass the limit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Rejection
from tocsin.compile.names import child_name
from tocsin.compile.quota import bytes_problem, grown, may_pass, size_of
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
        """Refuse a rule that does not fit beside the others."""
        limits = self._snapshot.config.limits
        if not may_pass(self._snapshot.count_in(ref.namespace), limits):
            return compiled
        size = size_of(compiled.child)
        self.changed(ref, size)
        siblings = self._snapshot.by_age(ref.namespace)
        live = {one: self._live(one) for one in siblings}
        total = sum(live.values())
        for one in siblings:
            if one == ref:
                break
            wanted = await self._size(one)
            total = grown(total, live[one], wanted, limits.bytes_per_namespace)
        own = live.get(ref, 0)
        problem = bytes_problem(ref.namespace, total - own, size, limits) if size > own else None
        return compiled if problem is None else Rejection(ref, (problem,))

    def changed(self, ref: ObjectRef, size: int) -> None:
        """Note the size that a rule asks for; where it is another, others may fit."""
        entry = self._snapshot.rules.get(ref)
        if entry is None or not may_pass(
            self._snapshot.count_in(ref.namespace), self._snapshot.config.limits
        ):
            return
        known, entry.sized = entry.sized, (entry.generation, size)
        if known is not None and known[1] != size:
            waiting = [one for one in self._snapshot.beyond_quota(ref) if one != ref]
            self._queue.add_all(waiting, Urgency.REPAIR)

    def _live(self, ref: ObjectRef) -> int:
        """Give the size of a rule's PrometheusRule that is there now."""
        entry = self._snapshot.rules.get(ref)
        child = self._snapshot.children.get((ref.namespace, child_name(ref)))
        return child.size if entry and child and child.owner_uid == entry.uid else 0

    async def _size(self, ref: ObjectRef) -> int:
        """Give the size that a rule asks for, 0 for one that does not compile."""
        entry = self._snapshot.rules.get(ref)
        if entry is None:
            return 0
        if entry.sized is None or entry.sized[0] != entry.generation:
            generation = entry.generation
            compiled = await self._measure(ref)
            size = size_of(compiled.child) if isinstance(compiled, CompiledRule) else 0
            entry.sized = (generation, size)
        return entry.sized[1]
