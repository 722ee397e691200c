"""
The sweep: what is there, asked afresh, held against what was fed.

At the start it tells when every kind's first listing is in, even where a kind has
no object. Later it finds deletions that a watch never told (a relist after 410
brings no DELETED events), and objects that the watch still owes us.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from tocsin.api.kinds import KINDS
from tocsin.api.meta import ObjectRef
from tocsin.errors import ClusterError
from tocsin.reconcile.feed import CHILD, NAMESPACE, SnapshotFeed
from tocsin.reconcile.fingerprint import bears_our_name
from tocsin.reconcile.outside import NAMESPACES, PROMETHEUS_RULES, Outside, resource_of
from tocsin.reconcile.snapshot import Snapshot

_POLL, _POLL_AT_MOST = 0.05, 0.5
_RELIST_AFTER = 5.0
_RETRY = 2.0

At = tuple[str, str]


class Sweep:
    """Lists metadata and compares."""

    def __init__(self, outside: Outside, snapshot: Snapshot, feed: SnapshotFeed) -> None:
        self._outside = outside
        self._snapshot = snapshot
        self._feed = feed
        self.waiting_for = "the first listing"
        """What the start still waits for, for `/readyz`; empty when it is through."""
        self._resources = {
            **{kind.kind: resource_of(kind.kind) for kind in KINDS},
            CHILD: PROMETHEUS_RULES,
            NAMESPACE: NAMESPACES,
        }

    async def until_complete(self) -> None:
        """Wait until everything that exists has been fed, for every kind and the Secret."""
        for kind in self._resources:
            self.waiting_for = kind
            await self._until_fed(kind)
        self.waiting_for = "the Alertmanager Secret"
        await self._feed.secret_arrived.wait()
        if self._snapshot.config.alertmanager.base_secret is not None:
            self.waiting_for = "the base Secret"
            await self._snapshot.base.looked.wait()
        self.waiting_for = ""
        self._snapshot.complete = True

    async def compare(self) -> None:
        """Forget what is gone; one pass over every kind."""
        for kind in self._resources:
            known = self._known(kind)  # before the list: what comes later is not in it
            listed = await self._list(kind)
            if listed is None:
                continue  # an API server that starts may not know a kind for a moment
            now = self._known(kind)
            gone = [at for at, uid in known.items() if listed.get(at) != uid and now.get(at) == uid]
            self._forget(kind, gone)

    async def _until_fed(self, kind: str) -> None:
        """
        Wait for one kind.

        prometheus-operator's may be absent, and arrive later; without our own
        nothing is known about what users want, so nothing may be written.
        """
        while True:
            try:
                listed = await self._list(kind)
            except ClusterError as error:
                self._outside.telemetry.failed(kind, error.reason)
                await asyncio.sleep(_RETRY)
                continue
            if listed is None and kind == CHILD:
                return
            if listed is None:
                self._outside.telemetry.failed(kind, "CRDMissing")
                await asyncio.sleep(_RETRY)
                continue
            if await self._fed(kind, listed):
                return

    async def _fed(self, kind: str, listed: Mapping[At, str]) -> bool:
        """Wait for what was listed; False where the watch has brought nothing of it for long."""
        missing, still, pause = len(listed) + 1, 0.0, _POLL
        while still < _RELIST_AFTER:
            known = self._known(kind)
            left = sum(known.get(at) != uid for at, uid in listed.items())
            if not left:
                return True
            still = 0.0 if left < missing else still + pause
            missing = left
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _POLL_AT_MOST)
        return False

    async def _list(self, kind: str) -> dict[At, str] | None:
        """List the uids of a kind's objects; None where there is no such kind."""
        try:
            items = await self._outside.cluster.list_metadata(self._resources[kind])
        except ClusterError as error:
            if error.status == 404:  # noqa: PLR2004 no such resource
                return None
            raise
        listed: dict[At, str] = {}
        for item in items:
            metadata = item["metadata"]
            if kind == CHILD and not bears_our_name(metadata["name"]):
                continue
            uid = metadata["name"] if kind == NAMESPACE else metadata["uid"]
            listed[metadata.get("namespace", ""), metadata["name"]] = uid
        return listed

    def _known(self, kind: str) -> dict[At, str]:
        """Give the uids that were fed; a namespace is known by its name alone."""
        if kind == NAMESPACE:
            return {("", name): name for name in self._snapshot.namespaces}
        if kind == CHILD:
            return {at: child.uid for at, child in self._snapshot.children.items()}
        entries = self._snapshot.resources(kind)
        return {(ref.namespace, ref.name): entry.uid for ref, entry in entries.items()}

    def _forget(self, kind: str, gone: Iterable[At]) -> None:
        for namespace, name in gone:
            if kind == NAMESPACE:
                self._feed.namespace_gone(name)
            elif kind == CHILD:
                self._feed.child_gone(namespace, name)
            else:
                self._feed.gone(ObjectRef(kind, namespace, name))
