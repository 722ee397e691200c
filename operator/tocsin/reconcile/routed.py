"""
Who would hear of a rule, and whether Alertmanager knows it: the link `Routed`.

A route is loaded before the rule that needs it changes. A rule without a block goes
ahead, and only its status waits until Alertmanager has loaded the default route. What
is true of this generation is not unsaid while something more is being loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tocsin.api.condition import Condition
from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem, Reason
from tocsin.compile.base.through import fixed_labels, hidden_by
from tocsin.compile.names import child_name
from tocsin.compile.notify import RouteBlock
from tocsin.compile.routing import Routing, routing_of
from tocsin.compile.rules import TEAM_LABEL
from tocsin.reconcile.awaiting import LOAD_DEADLINE
from tocsin.reconcile.entries import RuleEntry, unpack
from tocsin.reconcile.outside import Outside
from tocsin.reconcile.snapshot import Snapshot
from tocsin.reconcile.status import broken, condition_of, good

ROUTE_DEADLINE = 60.0
"""Seconds that a rule waits for its route at most."""


class RouteConclusion:
    """Concludes `Routed` from the snapshot."""

    def __init__(self, outside: Outside, snapshot: Snapshot) -> None:
        self._outside = outside
        self._snapshot = snapshot

    def must_wait(self, ref: ObjectRef, entry: RuleEntry, block: RouteBlock | None) -> bool:
        """Tell whether the rule's route has still to be loaded before its child may change."""
        awaited = "".join(digest for digest in self._carried(ref, entry, block) if digest)
        if not awaited:
            return False
        now = self._outside.clock.monotonic()
        if entry.waiting_since is None or entry.waiting_for != awaited:
            entry.waiting_since, entry.waiting_for = now, awaited
        return now - entry.waiting_since < ROUTE_DEADLINE

    def _carried(self, ref: ObjectRef, entry: RuleEntry, block: RouteBlock | None) -> Iterator[str]:
        """Give the digests that the child is to carry and Alertmanager does not know yet."""
        secret = self._snapshot.secret
        child = self._snapshot.children.get((ref.namespace, child_name(ref)))
        own = child is not None and child.owner_uid == entry.uid
        live = {child.route, child.inhibit} if child is not None and own else set()
        seen = secret.loaded
        known = secret.written if seen is None else secret.written & seen.digests
        wanted = ("" if block is None else block.digest, self._snapshot.inhibitions.digest_of(ref))
        return (one for one in wanted if one not in live | known | secret.refused)

    def conclude(self, ref: ObjectRef, entry: RuleEntry) -> tuple[Condition, tuple[str, ...]]:
        """Conclude who would hear of this rule, and note whether it waits for Alertmanager."""
        waits_since = self._snapshot.awaited.pop(ref)
        block, secret = entry.block, self._snapshot.secret
        base, labels = self._snapshot.base.good, self._labels(ref, entry)
        inputs = self._snapshot.inputs()
        routing = routing_of(ref, block, entry.severities, inputs, labels)
        if routing.problems:
            return broken("Routed", routing.problems), routing.channels
        if routing.on_purpose:
            nobody = "nobody is notified, as the spec asks"
            return good("Routed", nobody, Reason.NOBODY_ON_PURPOSE), routing.channels
        if block is not None and block.digest in secret.refused:
            return broken("Routed", (_no_room(secret.usage),)), routing.channels
        if self._snapshot.inhibitions.digest_of(ref) in secret.refused:
            return broken("Routed", (_no_room_for_muting(secret.usage),)), routing.channels
        was = _as_said(entry)
        condition = self._not_written(entry, routing)
        if condition is None:
            condition = self._loaded(ref, entry, routing, (was, waits_since))
        elif was is not None and self._is_about_to_be_written(ref, routing, waits_since):
            condition = was
        if condition is was and was is not None:
            return was, tuple(unpack(entry.status).get("channels") or routing.channels)
        hidden = "" if base is None else hidden_by(base, labels, entry.severities)
        if hidden and condition.status != "False":
            condition = replace(condition, message=f"{condition.message}; {hidden}")
        return condition, routing.channels

    def _labels(self, ref: ObjectRef, entry: RuleEntry) -> dict[str, str]:
        """Give the labels that the rule fixes; only a base asks for them."""
        if self._snapshot.base.good is None:
            return {}
        team = self._snapshot.namespaces.get(ref.namespace, {}).get(TEAM_LABEL, "")
        return fixed_labels(ref, unpack(entry.spec), team)

    def _not_written(self, entry: RuleEntry, routing: Routing) -> Condition | None:
        """Say that the way is not in the Secret yet; None where it is."""
        block, secret = entry.block, self._snapshot.secret
        written = (
            block.digest in secret.written
            if block is not None
            else all(channel in secret.channels for channel in routing.channels)
        )
        if written:
            return None
        why = secret.failure or "the Alertmanager configuration is about to be written"
        return broken("Routed", (Problem(Reason.ROUTE_PENDING, "", why),))

    def _is_about_to_be_written(
        self, ref: ObjectRef, routing: Routing, since: float | None
    ) -> bool:
        secret = self._snapshot.secret
        if secret.failure or any(one in secret.refused_channels for one in routing.channels):
            return False
        now = self._outside.clock.monotonic()
        return self._snapshot.awaited.put(ref, since, now) < LOAD_DEADLINE

    def _loaded(
        self,
        ref: ObjectRef,
        entry: RuleEntry,
        routing: Routing,
        before: tuple[Condition | None, float | None],
    ) -> Condition:
        """Say whether Alertmanager has loaded the way; `before` was said, and waited since."""
        was, since = before
        told = "tells " + ", ".join(routing.told[:8])
        if entry.block is None and not routing.channels:
            return good("Routed", told)  # by the base's own tree
        missing = self._missing(ref, entry, routing)
        if missing is None:
            return _not_observed(told) if was is None else good("Routed", told)
        if not missing:
            return good("Routed", told)
        waited = self._snapshot.awaited.put(ref, since, self._outside.clock.monotonic())
        if waited < LOAD_DEADLINE:
            return _pending(routing) if was is None else was
        message = (
            f"{told}; Alertmanager has not loaded the way to {', '.join(missing[:8])} for two "
            "minutes: look at its log and at alertmanager_config_last_reload_successful"
        )
        if len(missing) == len(routing.channels):
            return broken("Routed", (Problem(Reason.ROUTE_NOT_LOADED, "", message),))
        return Condition("Routed", "Unknown", Reason.ROUTE_NOT_LOADED, message)

    def _missing(self, ref: ObjectRef, entry: RuleEntry, routing: Routing) -> list[str] | None:
        """Name the channels that the loaded configuration does not tell; None where unseen."""
        loaded = self._snapshot.secret.loaded
        if loaded is None:
            return None
        digest = None if entry.block is None else entry.block.digest
        way = loaded.way(ref.namespace, digest)
        return [one for one in routing.channels if self._receiver(one) not in way]

    def _receiver(self, channel: str) -> str:
        """Name a channel's receiver: its own, or the base's that it stands for."""
        namespace, _, name = channel.partition("/")
        given = self._snapshot.inputs().channels.get((namespace, name))
        existing = None if given is None else given.spec.existing
        return channel if existing is None else existing.receiver


def _as_said(entry: RuleEntry) -> Condition | None:
    """Give the condition as it is shown, where it is true and about this generation."""
    shown = condition_of(unpack(entry.status), "Routed")
    about = (shown.get("status"), shown.get("reason"), shown.get("observedGeneration"))
    if about != ("True", Reason.SUCCEEDED, entry.generation):
        return None
    return good("Routed", str(shown.get("message", "")))


def _pending(routing: Routing) -> Condition:
    message = (
        f"will tell {', '.join(routing.told[:8])}; waiting for Alertmanager to load the way there, "
        "which may take a minute and a half"
    )
    return Condition("Routed", "Unknown", Reason.ROUTE_PENDING, message)


def _not_observed(told: str) -> Condition:
    message = (
        f"{told}; whether Alertmanager has loaded the route is not seen: set "
        "alertmanager.urls in the operator's configuration, or see to its reachability"
    )
    return Condition("Routed", "Unknown", Reason.ROUTE_NOT_OBSERVED, message)


def _no_room(usage: str) -> Problem:
    return Problem(
        Reason.SIZE_LIMIT,
        "spec.notify",
        f"the Alertmanager Secret has no room for another notify block ({usage}); use one that "
        "this namespace has already, or ask the platform to make room",
    )


def _no_room_for_muting(usage: str) -> Problem:
    return Problem(
        Reason.SIZE_LIMIT,
        "spec.inhibitedBy",
        f"the Alertmanager Secret has no room for another inhibitedBy block ({usage}), so nothing "
        "mutes this rule; use one that this namespace has already, or ask the platform to make "
        "room",
    )
