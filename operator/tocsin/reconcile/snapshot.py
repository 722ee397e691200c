"""
The snapshot: everything that was seen of the cluster, slim, and how it hangs together.

Only the feed and the reconcilers of one event loop write here. Nothing in it is a
decision: what the objects mean is asked of `tocsin.compile`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tocsin.api.config import OperatorConfig
from tocsin.api.meta import ALERT_RULE, HEALTH_CHECK, NOTIFICATION_CHANNEL, ObjectRef
from tocsin.api.problem import Problem, Reason
from tocsin.compile.alertmanager import AlertmanagerInputs, ChannelInput
from tocsin.compile.loaded import Loaded
from tocsin.compile.names import child_name
from tocsin.compile.notify import RouteBlock
from tocsin.reconcile.awaiting import Awaited
from tocsin.reconcile.base import BaseState
from tocsin.reconcile.entries import ChannelEntry, ChildEntry, Entry, RuleEntry
from tocsin.reconcile.inhibitions import Inhibitions
from tocsin.reconcile.record import Record


@dataclass(slots=True)
class SecretState:
    """The Alertmanager Secret as it was last seen, and what its configuration holds."""

    data: dict[str, bytes] | None = None
    """Its data, or None where there is no Secret."""
    record: Record = field(default_factory=Record)
    """The last good record: it outlives a deleted Secret while the operator runs."""
    written: frozenset[str] = frozenset()
    """Route digests in the Secret."""
    channels: frozenset[str] = frozenset()
    """Channels with a receiver in the Secret, as `namespace/name`."""
    loaded: Loaded | None = None
    """What every Alertmanager has loaded; None where that is not seen."""
    refused: frozenset[str] = frozenset()
    """Route digests left out because the Secret's budget is spent."""
    refused_channels: frozenset[str] = frozenset()
    """Channels (`namespace/name`) left out, or kept at their last good, for the same reason."""
    beyond_share: Mapping[str, Problem] = field(default_factory=dict)
    """Channels that ask for more than their namespace's share has room for, and why."""
    foreign: bool = False
    """Whether it holds a configuration that Tocsin did not make: then it is left alone."""
    failure: str = ""
    """Why the last write failed, empty when it did not."""
    used: int = 0
    """Bytes of the last plan."""
    budget: int = 0
    """Bytes that it may have."""

    @property
    def usage(self) -> str:
        """Say how much of the budget is used, for a status."""
        return f"{self.used // 1000:,} of {self.budget // 1000:,} kB are used"


class Snapshot:
    """Everything known, with the indexes that the reconcilers need."""

    def __init__(self, config: OperatorConfig) -> None:
        self.config = config
        self.rules: dict[ObjectRef, RuleEntry] = {}
        self.channels: dict[ObjectRef, ChannelEntry] = {}
        self.checks: dict[ObjectRef, Entry] = {}
        self.children: dict[tuple[str, str], ChildEntry] = {}
        self.applying: dict[tuple[str, str], bytes] = {}
        """Fingerprints of the children that are being written: their events may be here first."""
        self.rule_of_child: dict[tuple[str, str], ObjectRef] = {}
        self.namespaces: dict[str, Mapping[str, str]] = {}
        self.secret = SecretState()
        self.awaited = Awaited()
        self.inhibitions = Inhibitions()
        self.base = BaseState(config)
        self.relay_problem: Problem | None = None
        """What is wrong with the platform's mail relay, if anything is."""
        self.complete = False
        """Whether every kind was listed once; nothing is written before."""
        self.settled = False
        """Whether everything that was listed at the start has been reconciled once."""
        self._rules_of_digest: defaultdict[str, set[ObjectRef]] = defaultdict(set)
        self._rules_of_namespace: defaultdict[str, set[ObjectRef]] = defaultdict(set)
        self._children_of_digest: Counter[str] = Counter()
        self._blocks: dict[str, RouteBlock] = {}
        self._channel_inputs: dict[tuple[str, str], ChannelInput] = {}

    # -- resources ---------------------------------------------------------

    def resources(self, kind: str) -> Mapping[ObjectRef, Entry]:
        """Give the entries of one of our kinds."""
        by_kind: dict[str, Mapping[ObjectRef, Entry]] = {
            ALERT_RULE: self.rules,
            NOTIFICATION_CHANNEL: self.channels,
            HEALTH_CHECK: self.checks,
        }
        return by_kind[kind]

    def put_rule(self, ref: ObjectRef, entry: RuleEntry) -> None:
        """Keep a rule that was seen."""
        self.rules[ref] = entry
        self._rules_of_namespace[ref.namespace].add(ref)
        self.rule_of_child[ref.namespace, child_name(ref)] = ref

    def drop_rule(self, ref: ObjectRef) -> None:
        """Forget a rule that is gone."""
        if ref in self.rules:
            self.set_block(ref, None)
            self.inhibitions.put(ref, "", None)
            self.awaited.pop(ref)
            del self.rules[ref]
            del self.rule_of_child[ref.namespace, child_name(ref)]
            self._discard(self._rules_of_namespace, ref.namespace, ref)

    def set_block(self, ref: ObjectRef, block: RouteBlock | None) -> bool:
        """Note what a rule asks of the routing tree; tells whether the tree may change."""
        entry = self.rules[ref]
        old = entry.block
        if old is not None and (block is None or old.digest != block.digest):
            self._discard(self._rules_of_digest, old.digest, ref)
        if block is not None:
            self._rules_of_digest[block.digest].add(ref)
            block = self._blocks.setdefault(block.digest, block)
        entry.block = block
        return (old.digest if old else None) != (block.digest if block else None)

    @staticmethod
    def _discard(index: defaultdict[str, set[ObjectRef]], name: str, ref: ObjectRef) -> None:
        index[name].discard(ref)
        if not index[name]:
            del index[name]

    def rules_in(self, namespace: str) -> frozenset[ObjectRef]:
        """Give the rules of a namespace."""
        return frozenset(self._rules_of_namespace.get(namespace, ()))

    def rules_of(self, digest: str) -> frozenset[ObjectRef]:
        """Give the rules whose notify or inhibitedBy block has this digest."""
        told = self._rules_of_digest.get(digest, ())
        return frozenset(told) | frozenset(self.inhibitions.rules_of(digest))

    def rules_saying(self, reason: Reason) -> list[ObjectRef]:
        """Give the rules whose status names a reason."""
        wanted = f'"{reason}"'.encode()
        return [ref for ref, entry in self.rules.items() if wanted in entry.status]

    def rules_told_by(self, channel: ObjectRef) -> Iterator[ObjectRef]:
        """Give the rules whose `Routed` may depend on this channel."""
        at = (channel.namespace, channel.name)
        for digest, refs in self._rules_of_digest.items():
            if any((one.namespace, one.name) == at for one in self._blocks[digest].everyone):
                yield from refs
        # A block may fall back to the defaults, so every rule nearby may depend on one.
        platform = any((one.namespace, one.name) == at for one in self.config.default_channels)
        yield from self.rules if platform else self._rules_of_namespace.get(channel.namespace, ())

    def use_of(self, channel: ObjectRef, *, default: bool) -> int:
        """Count the rules that name this channel, or are told by it as a default."""
        at = (channel.namespace, channel.name)
        named = sum(
            len(refs)
            for digest, refs in self._rules_of_digest.items()
            if any((one.namespace, one.name) == at for one in self._blocks[digest].everyone)
        )
        if not default:
            return named
        nearby = self._rules_of_namespace.get(channel.namespace, ())
        blocks = (self.rules[ref].block for ref in nearby)
        return named + sum(1 for block in blocks if block is None or block.to_defaults)

    # -- routing tree ------------------------------------------------------

    def set_channel_input(self, ref: ObjectRef, given: ChannelInput | None) -> bool:
        """Note what a channel gives to the configuration; tells whether it changed."""
        at = (ref.namespace, ref.name)
        if self._channel_inputs.get(at) == given:
            return False
        if given is None:
            del self._channel_inputs[at]
        else:
            self._channel_inputs[at] = given
        return True

    def blocks_in_use(self) -> dict[str, RouteBlock]:
        """Give the blocks that rules ask for now, by digest."""
        return {digest: self._blocks[digest] for digest in sorted(self._rules_of_digest)}

    def digests_on_children(self) -> frozenset[str]:
        """Give the digests that some PrometheusRule still carries."""
        return frozenset(self._children_of_digest)

    def forget_blocks(self, keep: Iterable[str]) -> None:
        """Drop blocks that neither a rule nor `keep` names."""
        wanted = set(keep) | set(self._rules_of_digest)
        self._blocks = {d: block for d, block in self._blocks.items() if d in wanted}

    def inputs(self, blocks: Mapping[str, RouteBlock] | None = None) -> AlertmanagerInputs:
        """Give the compile's view of channels, blocks and namespaces; live, not a copy."""
        return AlertmanagerInputs(
            channels=self._channel_inputs,
            blocks=self._blocks if blocks is None else blocks,
            namespaces=self.namespaces,
            config=self.config,
            inhibitions=self.inhibitions.in_use(),
            base=self.base.good,
        )

    # -- children ----------------------------------------------------------

    def put_child(self, namespace: str, name: str, child: ChildEntry) -> None:
        """Keep a PrometheusRule that was seen."""
        self.drop_child(namespace, name)
        self.children[namespace, name] = child
        self.inhibitions.child_came(child.inhibit)
        if child.route:
            self._children_of_digest[child.route] += 1

    def drop_child(self, namespace: str, name: str) -> ChildEntry | None:
        """Forget a PrometheusRule that is gone."""
        child = self.children.pop((namespace, name), None)
        if child is not None:
            self.inhibitions.child_went(child.inhibit)
        if child is not None and child.route:
            self._children_of_digest[child.route] -= 1
            if not self._children_of_digest[child.route]:
                del self._children_of_digest[child.route]
        return child

    def has_child(self, ref: ObjectRef, entry: RuleEntry) -> bool:
        """Tell whether the rule's own PrometheusRule is there."""
        child = self.children.get((ref.namespace, child_name(ref)))
        return child is not None and child.owner_uid == entry.uid

    # -- counting ----------------------------------------------------------

    def rejected_by_reason(self, kind: str) -> Counter[Reason]:
        """Count the rejected objects of a kind."""
        return Counter(
            entry.rejected for entry in self.resources(kind).values() if entry.rejected is not None
        )

    def beyond_quota(self, ref: ObjectRef) -> list[ObjectRef]:
        """Give the neighbours of one that went away that were refused for their number."""
        if ref.kind == ALERT_RULE:
            near: Iterable[ObjectRef] = self._rules_of_namespace.get(ref.namespace, ())
        else:
            near = (one for one in self.resources(ref.kind) if one.namespace == ref.namespace)
        entries = self.resources(ref.kind)
        return [one for one in near if entries[one].rejected is Reason.QUOTA_EXCEEDED]

    def beyond_limit(self, ref: ObjectRef) -> bool:
        """Tell whether a rule is among the newest beyond its namespace's limit."""
        limit = self.config.limits.rules_per_namespace
        if self.count_in(ref.namespace) <= limit:
            return False
        return ref not in self.by_age(ref.namespace)[:limit]

    def count_in(self, namespace: str) -> int:
        """Count the rules of a namespace."""
        return len(self._rules_of_namespace.get(namespace, ()))

    def by_age(self, namespace: str) -> list[ObjectRef]:
        """Give the rules of a namespace, the oldest first."""
        siblings = self._rules_of_namespace.get(namespace, set())
        return sorted(siblings, key=lambda one: (self.rules[one].created, one.name))
