"""
Which rules mute which: cycles, and who must be asked again when a source comes or goes.

Two rules that mute each other would both be silent while both fire, so the edit that
closes a cycle is refused. Only edges that were accepted count: an object that was
there before keeps what it has, whoever comes later.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem, Reason
from tocsin.compile.inhibitions.block import InhibitBlock


@dataclass(frozen=True, slots=True)
class _Node:
    alert_name: str
    block: InhibitBlock


class InhibitionGraph:
    """The objects that have `inhibitedBy`, and the edges from each to what mutes it."""

    def __init__(self) -> None:
        self._nodes: dict[ObjectRef, _Node] = {}
        self._by_alert_name: defaultdict[str, set[ObjectRef]] = defaultdict(set)
        self._naming: defaultdict[ObjectRef, set[ObjectRef]] = defaultdict(set)

    def put(self, ref: ObjectRef, alert_name: str, block: InhibitBlock | None) -> None:
        """Note what mutes an object now; None takes it out."""
        old = self._nodes.pop(ref, None)
        if old is not None:
            self._by_alert_name[old.alert_name].discard(ref)
            for source in _named(old.block):
                self._naming[source].discard(ref)
        if block is not None:
            self._nodes[ref] = _Node(alert_name, block)
            self._by_alert_name[alert_name].add(ref)
            for source in _named(block):
                self._naming[source].add(ref)

    def block_of(self, ref: ObjectRef) -> InhibitBlock | None:
        """Give what mutes an object, as it was accepted."""
        node = self._nodes.get(ref)
        return None if node is None else node.block

    def alert_name_of(self, ref: ObjectRef) -> str:
        """Give the name of an object's alerts, as others may name it; empty where not in it."""
        node = self._nodes.get(ref)
        return "" if node is None else node.alert_name

    def naming(self, source: ObjectRef) -> frozenset[ObjectRef]:
        """Give the objects whose `inhibitedBy` names this one by kind and name."""
        return frozenset(self._naming.get(source, ()))

    def cycle(
        self, ref: ObjectRef, alert_name: str, block: InhibitBlock
    ) -> tuple[ObjectRef, ...] | None:
        """
        Give the shortest cycle that this block would close; None where it closes none.

        The cycle begins and ends with `ref`.
        """
        came_from: dict[ObjectRef, ObjectRef] = {}
        waiting: deque[tuple[ObjectRef, InhibitBlock]] = deque([(ref, block)])
        while waiting:
            here, muted_by = waiting.popleft()
            for after in self._after(muted_by, ref, alert_name):
                if after == ref:
                    return (*_path(came_from, here), ref)
                node = self._nodes.get(after)
                if node is not None and after not in came_from:
                    came_from[after] = here
                    waiting.append((after, node.block))
        return None

    def _after(self, block: InhibitBlock, start: ObjectRef, name: str) -> Iterator[ObjectRef]:
        for source in block.sources:
            if source.ref is not None:
                yield source.ref
                continue
            if source.alert_name == name:
                yield start
            yield from sorted(self._by_alert_name.get(source.alert_name, set()) - {start})


def cycle_problem(cycle: tuple[ObjectRef, ...]) -> Problem:
    """Refuse the edit that closed a cycle, and name everybody in it."""
    path = " is muted by ".join(f"{one.kind} {one}" for one in cycle)
    return Problem(
        Reason.INHIBITION_CYCLE,
        "spec.inhibitedBy",
        f"closes a cycle, in which all would be silent while all fire: {path}; "
        "take one of them out",
    )


def _path(came_from: dict[ObjectRef, ObjectRef], end: ObjectRef) -> list[ObjectRef]:
    path = [end]
    while path[-1] in came_from:
        path.append(came_from[path[-1]])
    return path[::-1]


def _named(block: InhibitBlock) -> Iterator[ObjectRef]:
    return (source.ref for source in block.sources if source.ref is not None)
