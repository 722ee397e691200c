"""What is in the cluster now, as far as its reader may see it; nothing is changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.adapters.cluster import ApiCluster
from tocsin.adapters.transport import Transport
from tocsin.api.kinds import BY_KIND
from tocsin.api.meta import ALERT_RULE, NOTIFICATION_CHANNEL, ObjectRef
from tocsin.errors import ClusterError
from tocsin.reconcile.outside import PROMETHEUS_RULES

Document = dict[str, Any]

MANAGER = "tocsin-diff"
"""The field manager of dry runs on users' own objects."""
_FORBIDDEN = 403
_NAMESPACES = ("", "v1", "namespaces")
_AT_ONCE = 16


@dataclass(slots=True)
class Live:
    """The objects of our kinds, and the namespaces; `notes` say what could not be seen."""

    objects: dict[ObjectRef, Document] = field(default_factory=dict)
    namespaces: list[Document] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class LiveCluster:
    """Reads, and asks the server what it would do."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._cluster = ApiCluster(transport)
        self._limit = asyncio.Semaphore(_AT_ONCE)

    async def read(self, namespaces: Iterable[str]) -> Live:
        """
        List our objects: of the whole cluster, or of these namespaces where that is forbidden.

        Raises ClusterError for everything but a missing right.
        """
        live = Live()
        for name in (ALERT_RULE, NOTIFICATION_CHANNEL):
            kind = BY_KIND[name]
            resource = (kind.group, kind.version, kind.plural)
            for document in await self._list(resource, sorted(namespaces), live):
                metadata = document["metadata"]
                ref = ObjectRef(name, metadata["namespace"], metadata["name"])
                live.objects[ref] = {
                    "apiVersion": f"{kind.group}/{kind.version}",
                    "kind": name,
                    **document,
                }
        for document in await self._list(_NAMESPACES, [], live):
            live.namespaces.append({"apiVersion": "v1", "kind": "Namespace", **document})
        return live

    async def _list(
        self, resource: tuple[str, str, str], namespaces: list[str], live: Live
    ) -> list[Document]:
        try:
            return await self._cluster.list_objects(resource)
        except ClusterError as error:
            if error.status != _FORBIDDEN:
                raise
        if not namespaces:
            live.notes.append(f"may not list {resource[2]}: their labels are not known")
            return []
        live.notes.append(
            f"may not list {resource[2]} of the whole cluster: only {', '.join(namespaces)} is seen"
        )
        return await ApiCluster(self._transport, namespaces=namespaces).list_objects(resource)

    async def would_be(self, document: Mapping[str, Any]) -> Document | None:
        """
        Apply an object of ours in a dry run; None where that is forbidden.

        Raises ClusterError where the server refuses it.
        """
        kind = BY_KIND[document["kind"]]
        return await self._dry((kind.group, kind.version, kind.plural), document, MANAGER)

    async def child(self, namespace: str, name: str) -> Document | None:
        """Read a PrometheusRule; None where there is none."""
        async with self._limit:
            return await self._cluster.read(PROMETHEUS_RULES, namespace, name)

    async def child_would_be(self, document: Mapping[str, Any]) -> Document:
        """Apply a PrometheusRule in a dry run; as it was given, where that is forbidden."""
        return await self._dry(PROMETHEUS_RULES, document, "tocsin") or dict(document)

    async def _dry(
        self, resource: tuple[str, str, str], document: Mapping[str, Any], manager: str
    ) -> Document | None:
        async with self._limit:
            try:
                return await self._cluster.apply(resource, document, manager=manager, dry_run=True)
            except ClusterError as error:
                if error.status == _FORBIDDEN and "admission" not in error.message:
                    return None
                raise
