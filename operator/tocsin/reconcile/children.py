"""
Children: writing a PrometheusRule, and seeing when somebody else writes it too.

Compare first: no difference, no request. An object that we did not create is
never adopted. Three repairs of one object within a minute are a fight, which we
leave for a while and say so (reliability.md, R11).
"""

from __future__ import annotations

import logging
from collections import deque
from typing import Any

from tocsin.api.meta import ObjectRef
from tocsin.api.problem import Problem, Reason
from tocsin.errors import ClusterError
from tocsin.reconcile.entries import ALERTMANAGER, ChildEntry, RuleEntry, unpack
from tocsin.reconcile.fingerprint import fingerprint, owned_part, read_child
from tocsin.reconcile.outside import PROMETHEUS_RULES, Outside
from tocsin.reconcile.ports import Document
from tocsin.reconcile.queue import Urgency, WorkQueue
from tocsin.reconcile.snapshot import Snapshot

LOG = logging.getLogger("tocsin.reconcile")

_FIGHT_REPAIRS = 3
_FIGHT_WINDOW = 60.0
_FIGHT_PAUSE = 60.0
_FIGHT_PAUSE_MAX = 3600.0


class Children:
    """Applies, compares and removes the PrometheusRules of AlertRules."""

    def __init__(
        self,
        outside: Outside,
        snapshot: Snapshot,
        queue: WorkQueue,
        label_names: frozenset[str],
    ) -> None:
        self._outside = outside
        self._snapshot = snapshot
        self._queue = queue
        self._label_names = label_names
        self._repairs: dict[ObjectRef, deque[float]] = {}
        self._pauses: dict[ObjectRef, tuple[float, float]] = {}

    async def ensure(self, ref: ObjectRef, entry: RuleEntry, desired: Document) -> Problem | None:
        """Bring the child to `desired`; gives what stands in the way, or None."""
        name = desired["metadata"]["name"]
        child = self._snapshot.children.get((ref.namespace, name))
        if child is not None and child.owner_uid != entry.uid:
            return _taken(ref, name, child)
        wanted = fingerprint(desired, self._label_names)
        if child is not None and wanted in (child.fingerprint, child.holds):
            return None
        repair = child is not None and child.holds == b"" and _is_live(entry)
        if repair and (fight := self._fight(ref, name)):
            return fight
        self._snapshot.applying[ref.namespace, name] = wanted
        try:
            live = await self._outside.cluster.apply(PROMETHEUS_RULES, desired)
            self._count(ref, "apply")
            if self._differs(live, desired):
                live = await self._replace(live, desired)
                self._count(ref, "patch")
        except ClusterError as error:
            if (problem := _refused(name, error)) is not None:
                return problem
            raise
        finally:
            del self._snapshot.applying[ref.namespace, name]
        if repair or (child is None and _is_live(entry)):
            LOG.info("PrometheusRule %s/%s was changed or removed; put back", ref.namespace, name)
        seen = read_child(live, self._label_names)
        seen.holds = wanted
        now = self._snapshot.children.get((ref.namespace, name))
        if now is None or now.uid != seen.uid or now.version <= seen.version:
            self._snapshot.put_child(
                ref.namespace, name, seen
            )  # else a later edit is known already
        if child is not None:
            self._left(ref, child, seen)
        return None

    async def remove(self, ref: ObjectRef, entry: RuleEntry, name: str) -> None:
        """Remove the child, if it is this rule's."""
        child = self._snapshot.children.get((ref.namespace, name))
        if child is None or child.owner_uid != entry.uid:
            return
        await self._outside.cluster.delete(PROMETHEUS_RULES, ref.namespace, name, uid=child.uid)
        self._count(ref, "delete")
        self._snapshot.drop_child(ref.namespace, name)
        self._left(ref, child, None)

    def forget(self, ref: ObjectRef) -> None:
        """Drop what is remembered of a rule that is gone."""
        self._repairs.pop(ref, None)
        self._pauses.pop(ref, None)

    def _left(self, ref: ObjectRef, before: ChildEntry, now: ChildEntry | None) -> None:
        """Let a route retire that nobody carries, and others have the room that it left."""
        if _retires(before, now):
            self._queue.add(ALERTMANAGER)
        if before.size > (0 if now is None else now.size):
            waiting = [one for one in self._snapshot.beyond_quota(ref) if one != ref]
            self._queue.add_all(waiting, Urgency.REPAIR)

    def _count(self, ref: ObjectRef, verb: str) -> None:
        self._outside.telemetry.wrote(PROMETHEUS_RULES[2], verb)
        self._queue.spent(ref)

    def _differs(self, live: Document, desired: Document) -> bool:
        """Tell whether the live object still holds what somebody else put there."""
        names = self._label_names
        return owned_part(live, names) != owned_part(desired, names)

    async def _replace(self, live: Document, desired: Document) -> Document:
        """Replace what an apply cannot remove: parts that another writer owns."""
        metadata = desired["metadata"]
        change: dict[str, Any] = {
            "metadata": {"ownerReferences": metadata.get("ownerReferences", [])},
            "spec": desired["spec"],
        }
        ours = metadata.get("annotations", {})
        for annotation in live["metadata"].get("annotations") or {}:
            if annotation.startswith("tocsin.dev/") and annotation not in ours:
                change["metadata"].setdefault("annotations", {})[annotation] = None
        return await self._outside.cluster.patch(
            PROMETHEUS_RULES, metadata["namespace"], metadata["name"], change
        )

    def _fight(self, ref: ObjectRef, name: str) -> Problem | None:
        now = self._outside.clock.monotonic()
        until, pause = self._pauses.get(ref, (0.0, _FIGHT_PAUSE))
        if now >= until:
            times = self._repairs.setdefault(ref, deque(maxlen=_FIGHT_REPAIRS))
            times.append(now)
            if len(times) < _FIGHT_REPAIRS or now - times[0] > _FIGHT_WINDOW:
                return None
            times.clear()
            until = now + pause
            self._pauses[ref] = (until, min(pause * 2, _FIGHT_PAUSE_MAX))
        self._queue.add_after(ref, until - now)
        return Problem(
            Reason.OWNERSHIP_CONFLICT,
            "",
            f"PrometheusRule {name} is changed by somebody else again and again; find out who "
            "writes it (kubectl get prometheusrule --show-managed-fields) and stop that writer",
        )


def _retires(before: ChildEntry, now: ChildEntry | None) -> bool:
    """Tell whether the child carries a route or an inhibition no more: it may retire."""
    after = ("", "") if now is None else (now.route, now.inhibit)
    carried = zip((before.route, before.inhibit), after, strict=True)
    return any(old and old != new for old, new in carried)


def _is_live(entry: RuleEntry) -> bool:
    """Tell whether this generation was live before: then a difference is somebody's edit."""
    return bool(unpack(entry.status).get("liveGeneration") == entry.generation)


def _taken(ref: ObjectRef, name: str, child: ChildEntry) -> Problem:
    if child.owner_uid and child.owner_name == ref.name:
        return Problem(
            Reason.RECONCILING,
            "",
            f"PrometheusRule {name} belongs to a deleted AlertRule of this name; it is replaced "
            "as soon as Kubernetes has removed it",
        )
    return Problem(
        Reason.NAME_TAKEN,
        "",
        f"a PrometheusRule named {name} exists and was not made by Tocsin, so it is left alone; "
        "delete or rename it, or rename this AlertRule",
    )


def _refused(name: str, error: ClusterError) -> Problem | None:
    """Tell a refusal that another try alone will not end from a passing fault."""
    if error.status == 404:  # noqa: PLR2004 of the API
        if "namespaces" in error.message:
            return Problem(Reason.RECONCILING, "", "the namespace is being removed")
        return Problem(
            Reason.CRD_MISSING,
            "",
            "the API server has no PrometheusRule kind; install prometheus-operator's CRDs",
        )
    if error.status in {400, 403, 413, 422}:
        return Problem(
            Reason.APPLY_FAILED,
            "",
            f"the API server refused PrometheusRule {name}: {error.message}",
        )
    return None
