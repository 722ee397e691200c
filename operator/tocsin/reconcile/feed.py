"""
The feed: what the watches say, taken into the snapshot and the queue.

It decides only what may have changed for whom. An event that brings nothing new
(our own status write coming back, a relist of what is known) adds no work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from tocsin.api.meta import ALERT_RULE, HEALTH_CHECK, NOTIFICATION_CHANNEL, ObjectRef
from tocsin.reconcile.entries import (
    ALERTMANAGER,
    ChannelEntry,
    Entry,
    RuleEntry,
    decode_data,
    pack,
)
from tocsin.reconcile.fingerprint import bears_our_name, read_child
from tocsin.reconcile.inhibiting import kept_out
from tocsin.reconcile.queue import Urgency, WorkQueue
from tocsin.reconcile.record import CONFIG_KEY, STATE_KEY, read_record
from tocsin.reconcile.snapshot import Snapshot

CHILD = "PrometheusRule"
NAMESPACE = "Namespace"
_ENTRIES: dict[str, type[Entry]] = {
    ALERT_RULE: RuleEntry,
    NOTIFICATION_CHANNEL: ChannelEntry,
    HEALTH_CHECK: Entry,
}


class SnapshotFeed:
    """Satisfies `ports.Feed`."""

    def __init__(
        self,
        snapshot: Snapshot,
        queue: WorkQueue,
        label_names: frozenset[str],
        on_relist: Callable[[], None],
    ) -> None:
        self._snapshot = snapshot
        self._queue = queue
        self._label_names = label_names
        self._on_relist = on_relist
        self.base_judged: Callable[[], None] = lambda: None
        """Called when the base was looked at, to tell of it."""
        self.secret_arrived = asyncio.Event()
        """Set once the Alertmanager Secret's first listing is in, be it empty."""

    def seen(self, kind: str, event_type: str | None, document: Mapping[str, Any]) -> None:
        """Take one object as the API server gave it; see `ports.Feed`."""
        if event_type is None and self._snapshot.complete:
            self._on_relist()
        if kind == NAMESPACE:
            self._namespace(event_type, document)
        elif kind == CHILD:
            self._child(event_type, document)
        elif event_type == "DELETED":
            self._deleted(kind, document["metadata"])
        else:
            self._resource(kind, event_type, document)

    # -- our kinds ---------------------------------------------------------

    def _deleted(self, kind: str, metadata: Mapping[str, Any]) -> None:
        """Forget this object, and not one that was made under its name meanwhile."""
        ref = ObjectRef(kind, metadata["namespace"], metadata["name"])
        known = self._snapshot.resources(kind).get(ref)
        if known is not None and known.uid == metadata.get("uid", known.uid):
            self.gone(ref)

    def _resource(self, kind: str, event_type: str | None, document: Mapping[str, Any]) -> None:
        metadata = document["metadata"]
        ref = ObjectRef(kind, metadata["namespace"], metadata["name"])
        known = self._snapshot.resources(kind).get(ref)
        version = int(metadata.get("resourceVersion") or 0)
        uid = str(metadata["uid"])
        if known is not None and known.uid == uid:
            if event_type is not None and version < known.version:
                return  # older than the answer to our own last write
            self._update(ref, known, version, document)
            return
        if known is not None:
            self.gone(ref)
        entry = _ENTRIES[kind](
            uid=uid,
            version=version,
            generation=int(metadata.get("generation") or 0),
            created=str(metadata.get("creationTimestamp", "")),
            spec=pack(document.get("spec") or {}),
            status=pack(document.get("status") or {}),
        )
        self._put(ref, entry)
        self._queue.add(ref, Urgency.EDIT if event_type else Urgency.REPAIR)
        self._source_changed(ref)

    def _update(
        self, ref: ObjectRef, known: Entry, version: int, document: Mapping[str, Any]
    ) -> None:
        spec, status = pack(document.get("spec") or {}), pack(document.get("status") or {})
        newer = version > known.version
        known.version = version
        known.generation = int(document["metadata"].get("generation") or 0)
        edited, touched = spec != known.spec, status not in (known.status, known.writing)
        known.spec, known.status = spec, status
        if edited:
            self._queue.add(ref, Urgency.EDIT)
            self._source_changed(ref)
        elif touched or not known.judged:
            self._queue.add(ref, Urgency.REPAIR)
        elif newer and isinstance(known, ChannelEntry):
            self._queue.add(ref, Urgency.REPAIR)  # annotated, say: a wish to read its Secrets again

    def _put(self, ref: ObjectRef, entry: Entry) -> None:
        if isinstance(entry, RuleEntry):
            self._snapshot.put_rule(ref, entry)
        elif isinstance(entry, ChannelEntry):
            self._snapshot.channels[ref] = entry
        else:
            self._snapshot.checks[ref] = entry

    def _source_changed(self, ref: ObjectRef) -> None:
        """Let the rules that are muted by this object say what they know of it."""
        self._queue.add_all(self._snapshot.inhibitions.graph.naming(ref), Urgency.REPAIR)

    def gone(self, ref: ObjectRef) -> None:
        """Forget a resource that the API server no longer has."""
        self._queue.forget(ref)
        self._source_changed(ref)
        if ref.kind == ALERT_RULE:
            rule = self._snapshot.rules.get(ref)
            muted = bool(self._snapshot.inhibitions.digest_of(ref))
            if rule is not None and (rule.block is not None or muted):
                self._queue.add(ALERTMANAGER)
            if rule is not None:
                self._snapshot.drop_rule(ref)
                self._queue.add(ref, Urgency.REPAIR)  # its reconciler forgets it too
            if muted:
                self._queue.add_all(kept_out(self._snapshot), Urgency.REPAIR)
            self._queue.add_all(self._snapshot.beyond_quota(ref))
        elif ref.kind == NOTIFICATION_CHANNEL and ref in self._snapshot.channels:
            del self._snapshot.channels[ref]
            self._snapshot.awaited.pop(ref)
            self._snapshot.set_channel_input(ref, None)
            self._queue.add(ALERTMANAGER)
            self._queue.add_all(list(self._snapshot.rules_told_by(ref)))
            self._queue.add_all(self._snapshot.beyond_quota(ref))
        elif ref.kind == HEALTH_CHECK:
            self._snapshot.checks.pop(ref, None)

    # -- children ----------------------------------------------------------

    def _child(self, event_type: str | None, document: Mapping[str, Any]) -> None:
        metadata = document["metadata"]
        namespace, name = metadata["namespace"], metadata["name"]
        if not bears_our_name(name):
            return
        known = self._snapshot.children.get((namespace, name))
        if event_type == "DELETED":
            if known is None or known.uid == metadata.get("uid", known.uid):
                self.child_gone(namespace, name)
            return
        version = int(metadata.get("resourceVersion") or 0)
        if (
            known is not None
            and known.uid == metadata.get("uid")
            and (event_type is not None and version <= known.version)
        ):
            return
        child = read_child(document, self._label_names)
        ours = self._snapshot.applying.get((namespace, name)) == child.fingerprint
        if ours:
            child.holds = child.fingerprint
        elif known is not None and known.fingerprint == child.fingerprint:
            child.holds = known.holds
        self._snapshot.put_child(namespace, name, child)
        if known is not None and known.route and known.route != child.route:
            self._queue.add(ALERTMANAGER)  # the old route may retire
        if known is not None and known.inhibit and known.inhibit != child.inhibit:
            self._queue.add(ALERTMANAGER)  # and so may what muted it
        rule = self._snapshot.rule_of_child.get((namespace, name))
        changed = known is None or known.fingerprint != child.fingerprint
        if rule is not None and changed and not ours:
            self._queue.add(rule, Urgency.REPAIR)

    def child_gone(self, namespace: str, name: str) -> None:
        """Forget a PrometheusRule that the API server no longer has."""
        child = self._snapshot.drop_child(namespace, name)
        if child is not None and (child.route or child.inhibit):
            self._queue.add(ALERTMANAGER)  # its route may retire
        rule = self._snapshot.rule_of_child.get((namespace, name))
        if rule is not None:
            self._queue.add(rule, Urgency.REPAIR)

    # -- namespaces and the Secret -----------------------------------------

    def _namespace(self, event_type: str | None, document: Mapping[str, Any]) -> None:
        name = document["metadata"]["name"]
        if event_type == "DELETED":
            self.namespace_gone(name)
            return
        labels = dict(document["metadata"].get("labels") or {})
        if self._snapshot.namespaces.get(name) == labels:
            return
        self._snapshot.namespaces[name] = labels
        self._queue.add(ALERTMANAGER)  # a grant may depend on the labels, of a new one too
        self._queue.add_all(self._snapshot.rules_in(name))

    def namespace_gone(self, name: str) -> None:
        """Forget a namespace that the API server no longer has."""
        if self._snapshot.namespaces.pop(name, None) is not None:
            self._queue.add(ALERTMANAGER)

    def base_seen(self, document: Mapping[str, Any] | None) -> None:
        """Take the base Secret as it is now; None where there is none."""
        base = self._snapshot.base
        before = base.good
        if not base.take(document):
            return
        self.base_judged()
        if self._snapshot.complete:
            self._queue.add(ALERTMANAGER)
        if self._snapshot.complete and base.good != before:
            self._queue.add_all(list(self._snapshot.channels), Urgency.REPAIR)
            self._queue.add_all(list(self._snapshot.rules), Urgency.REPAIR)

    def base_unreadable(self, reason: str) -> None:
        """Note that the base Secret could not be read: what is merged stays."""
        self._snapshot.base.unreadable(reason)
        self.base_judged()
        if self._snapshot.complete:
            self._queue.add(ALERTMANAGER)

    def secret_seen(self, document: Mapping[str, Any] | None) -> None:
        """Take the Alertmanager Secret as it is now; see `ports.Feed`."""
        secret = self._snapshot.secret
        data = None if document is None else decode_data(document.get("data") or {})
        first, changed = not self.secret_arrived.is_set(), data != secret.data
        self.secret_arrived.set()
        secret.data = data
        # What we found ours stays ours: whoever replaces it then has edited it.
        secret.foreign = (first or secret.foreign) and _is_foreign(document or {})
        if first and data is not None:
            # Later the record in memory is the better one: only we write it.
            secret.record = read_record(data.get(STATE_KEY))
            secret.written = secret.record.digests
            secret.channels = frozenset(secret.record.channels)
        if first or changed:
            self._queue.add(ALERTMANAGER)


def _is_foreign(secret: Mapping[str, Any]) -> bool:
    """Tell whether a Secret holds an Alertmanager configuration that we did not make."""
    data = secret.get("data") or {}
    labels = secret.get("metadata", {}).get("labels") or {}
    ours = STATE_KEY in data or labels.get("app.kubernetes.io/managed-by") == "tocsin"
    return bool(data.get(CONFIG_KEY)) and not ours
