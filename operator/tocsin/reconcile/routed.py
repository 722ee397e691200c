"""
Who would hear of a rule, and whether Alertmanager knows it: the link `Routed`.

A route is loaded before the rule that needs it changes; where Alertmanager is
not seen for a minute, the rule goes ahead and the link says `Unknown`.
"""

from __future__ import annotations

from tocsin.api.condition import Condition
from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem, Reason
from tocsin.compile.names import child_name
from tocsin.compile.notify import RouteBlock
from tocsin.compile.routing import routing_of
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
        if block is None:
            return False
        secret = self._snapshot.secret
        child = self._snapshot.children.get((ref.namespace, child_name(ref)))
        if child is not None and child.owner_uid == entry.uid and child.route == block.digest:
            return False
        if block.digest in secret.refused:
            return False
        if block.digest in secret.written and (
            secret.loaded is None or block.digest in secret.loaded
        ):
            return False
        now = self._outside.clock.monotonic()
        if entry.waiting_since is None or entry.waiting_for != block.digest:
            entry.waiting_since, entry.waiting_for = now, block.digest
        return now - entry.waiting_since < ROUTE_DEADLINE

    def conclude(self, ref: ObjectRef, entry: RuleEntry) -> tuple[Condition, tuple[str, ...]]:
        """Conclude who would hear of this rule."""
        block, secret = entry.block, self._snapshot.secret
        routing = routing_of(ref, block, entry.severities, self._snapshot.inputs())
        if routing.problems:
            return broken("Routed", routing.problems), routing.channels
        if routing.on_purpose:
            nobody = "nobody is notified, as the spec asks"
            return good("Routed", nobody, Reason.NOBODY_ON_PURPOSE), routing.channels
        if block is not None and block.digest in secret.refused:
            return broken("Routed", (_no_room(),)), routing.channels
        condition = self._loaded(entry, routing.channels)
        return condition, routing.channels

    def _loaded(self, entry: RuleEntry, channels: tuple[str, ...]) -> Condition:
        block, secret = entry.block, self._snapshot.secret
        told = "tells " + ", ".join(channels[:8])
        written = (
            block.digest in secret.written
            if block is not None
            else all(channel in secret.channels for channel in channels)
        )
        if not written:
            why = secret.failure or "the Alertmanager configuration is about to be written"
            return broken("Routed", (Problem(Reason.ROUTE_PENDING, "", why),))
        if block is None:
            return good("Routed", told)
        if secret.loaded is None:
            was = condition_of(unpack(entry.status), "Routed")
            if was.get("status") == "True" and was.get("observedGeneration") == entry.generation:
                return good("Routed", told)
            message = (
                f"{told}; whether Alertmanager has loaded the route is not seen: set "
                "alertmanager.urls in the operator's configuration, or see to its reachability"
            )
            return Condition("Routed", "Unknown", Reason.ROUTE_NOT_OBSERVED, message)
        if block.digest in secret.loaded:
            return good("Routed", told)
        message = (
            f"{told}; Alertmanager has not loaded the route for a minute: look at its log and at "
            "alertmanager_config_last_reload_successful"
        )
        return Condition("Routed", "Unknown", Reason.ROUTE_NOT_LOADED, message)


def _no_room() -> Problem:
    return Problem(
        Reason.SIZE_LIMIT,
        "spec.notify",
        "the Alertmanager Secret has no room for another notify block; use one that this "
        "namespace has already, or ask the platform to make room",
    )
