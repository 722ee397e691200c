"""
Inhibitions as they were seen: which rule is muted by what, and which children carry it.

The same bookkeeping that the snapshot does for notify blocks, apart, so that neither
grows into the other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from tocsin.api.meta import ObjectRef
from tocsin.compile.inhibitions.block import InhibitBlock
from tocsin.compile.inhibitions.graph import InhibitionGraph


class Inhibitions:
    """`inhibitedBy` blocks in use, by the rules and by the children that carry their digest."""

    def __init__(self) -> None:
        self.graph = InhibitionGraph()
        self._blocks: dict[str, InhibitBlock] = {}
        self._rules_of: defaultdict[str, set[ObjectRef]] = defaultdict(set)
        self._children_of: Counter[str] = Counter()

    def put(self, ref: ObjectRef, alert_name: str, block: InhibitBlock | None) -> bool:
        """Note what mutes a rule; tells whether the configuration may change."""
        old = self.graph.block_of(ref)
        self.graph.put(ref, alert_name, block)
        if old is not None and (block is None or old.digest != block.digest):
            self._rules_of[old.digest].discard(ref)
            if not self._rules_of[old.digest]:
                del self._rules_of[old.digest]
                del self._blocks[old.digest]
        if block is not None:
            self._rules_of[block.digest].add(ref)
            self._blocks[block.digest] = block
        return (old.digest if old else None) != (block.digest if block else None)

    def digest_of(self, ref: ObjectRef) -> str:
        """Give the digest of what mutes a rule; empty where nothing does."""
        block = self.graph.block_of(ref)
        return "" if block is None else block.digest

    def in_use(self) -> Mapping[str, InhibitBlock]:
        """Give the blocks that rules ask for now, by digest; live, not a copy."""
        return self._blocks

    def rules_of(self, digest: str) -> Iterable[ObjectRef]:
        """Give the rules whose block has this digest."""
        return self._rules_of.get(digest, ())

    def child_came(self, digest: str) -> None:
        """Count a PrometheusRule that carries the digest."""
        if digest:
            self._children_of[digest] += 1

    def child_went(self, digest: str) -> None:
        """Count off a PrometheusRule that carried the digest."""
        if digest:
            self._children_of[digest] -= 1
            if not self._children_of[digest]:
                del self._children_of[digest]

    def on_children(self) -> frozenset[str]:
        """Give the digests that some PrometheusRule still carries."""
        return frozenset(self._children_of)
